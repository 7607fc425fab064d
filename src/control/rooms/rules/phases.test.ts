import { describe, expect, it } from 'vitest';
import { aMember, aRoom, codeOf } from '../../../../test/support/rooms.ts';
import type { RoomMode, RoomRole, RoomStatus } from '../../../generated/api.ts';
import { roomStatusValues } from '../../../generated/enums.ts';
import { areRolesFilled, checkTransition, enterPhase, nextPhases } from './phases.ts';

const forward: Record<RoomStatus, RoomStatus | null> = {
  waiting: 'warmup',
  warmup: 'coding',
  coding: 'wrapup',
  wrapup: null,
  finished: null,
};
const full = [aMember('a', { role: 'interviewer' }), aMember('b', { role: 'candidate' })];

describe('phases', () => {
  const edges = roomStatusValues.flatMap((from) => roomStatusValues.map((to) => [from, to] as const));

  it.each(edges)('%s to %s: the next one and the end, nothing else', (from, to) => {
    const isEdge = from !== 'finished' && (to === 'finished' || to === forward[from]);
    const attempt = () => checkTransition(aRoom({ status: from }), to, full);
    expect(nextPhases(from).includes(to)).toBe(isEdge);
    if (isEdge) expect(attempt).not.toThrow();
    else if (from === 'finished') expect(codeOf(attempt)).toBe('ROOM_FINISHED');
    else expect(codeOf(attempt)).toBe('ROOM_INVALID_TRANSITION');
  });

  it('tells the present phase and the ways out of it', () => {
    const details = { currentStatus: 'warmup', allowed: ['coding', 'finished'] };
    expect(() => checkTransition(aRoom({ status: 'warmup' }), 'wrapup', full)).toThrow(
      expect.objectContaining({ details }),
    );
  });

  const seats = (...roles: RoomRole[]) => roles.map((role, index) => aMember(`u${index}`, { role }));
  it.each<[RoomMode, RoomRole[], boolean]>([
    ['peer', ['interviewer', 'candidate'], true],
    ['peer', ['interviewer', 'candidate', 'observer'], true],
    ['peer', ['interviewer'], false],
    ['peer', ['candidate', 'observer'], false],
    ['peer', [], false],
    ['ai', ['candidate'], true],
    ['ai', ['candidate', 'observer'], true],
    ['ai', ['observer'], false],
  ])('%s with %j begins: %s', (mode, roles, isFilled) => {
    expect(areRolesFilled(mode, seats(...roles))).toBe(isFilled);
  });

  it('does not count a seat that is only kept', () => {
    const away = [
      full[0] ?? aMember('a'),
      aMember('b', { role: 'candidate', isActive: false, reservedUntil: 9e15 }),
    ];
    expect(codeOf(() => checkTransition(aRoom(), 'warmup', away))).toBe('ROOM_ROLE_CONSTRAINT_VIOLATION');
    expect(() => checkTransition(aRoom(), 'finished', away)).not.toThrow();
  });

  it('starts timer and editor on entering coding', () => {
    const room = aRoom({ status: 'warmup', editorLocked: true, lockedBy: 'a', accumulatedMs: 5 });
    expect(enterPhase(room, 'coding', 1000)).toEqual({
      status: 'coding',
      phaseStartedAt: 1000,
      accumulatedMs: 0,
      runningSince: 1000,
      pauseCause: null,
      editorLocked: false,
      lockedBy: null,
    });
  });

  it('freezes the timer and locks on entering wrapup; a lock set before keeps its author', () => {
    const room = aRoom({ status: 'coding', accumulatedMs: 10, runningSince: 100 });
    const frozen = { accumulatedMs: 60, runningSince: null, pauseCause: null };
    expect(enterPhase(room, 'wrapup', 150)).toMatchObject({ ...frozen, editorLocked: true, lockedBy: null });
    const locked = { ...room, editorLocked: true, lockedBy: 'a' };
    expect(enterPhase(locked, 'wrapup', 150)).toMatchObject({ editorLocked: true, lockedBy: 'a' });
  });

  it('keeps lock and timer on entering warmup', () => {
    const room = aRoom({ editorLocked: true, lockedBy: 'a' });
    expect(enterPhase(room, 'warmup', 7)).toMatchObject({
      editorLocked: true,
      lockedBy: 'a',
      accumulatedMs: 0,
    });
  });
});
