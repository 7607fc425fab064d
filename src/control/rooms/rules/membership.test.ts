import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aMember, aRoom, codeOf } from '../../../../test/support/rooms.ts';
import type { RoomMode, RoomRole } from '../../../generated/api.ts';
import { assignRole, availableRoles, countSeats, firstHostRole, holdsSeat, judgeJoin } from './membership.ts';

const NOW = 1000;
const interviewer = aMember('i', { role: 'interviewer' });
const candidate = aMember('c', { role: 'candidate' });
const awayCandidate = aMember('c', { role: 'candidate', isActive: false, reservedUntil: NOW + 1 });
const goneCandidate = aMember('c', { role: 'candidate', isActive: false, reservedUntil: NOW });

describe('seats', () => {
  it('are held by who is there, and by who is away until the reservation ends', () => {
    expect([candidate, awayCandidate, goneCandidate].map((seat) => holdsSeat(seat, NOW))).toEqual([
      true,
      true,
      false,
    ]);
    expect(countSeats([interviewer, awayCandidate, aMember('x', { isActive: false })], NOW)).toBe(2);
    expect(countSeats([interviewer, awayCandidate], NOW, 'c')).toBe(1);
  });
});

describe('the role of a joiner', () => {
  type Case = [string, RoomMode, RoomRole | null, RoomRole | null, (typeof candidate)[], RoomRole, string];
  it.each<Case>([
    ['first free', 'peer', null, null, [], 'interviewer', 'auto-assigned'],
    ['second free', 'peer', null, null, [interviewer], 'candidate', 'auto-assigned'],
    ['interviewer after a candidate host', 'peer', null, null, [candidate], 'interviewer', 'auto-assigned'],
    ['nothing free', 'peer', null, null, [interviewer, candidate], 'observer', 'fallback-observer'],
    [
      'reserved is not free',
      'peer',
      null,
      null,
      [interviewer, awayCandidate],
      'observer',
      'fallback-observer',
    ],
    ['lapsed is free', 'peer', null, null, [interviewer, goneCandidate], 'candidate', 'auto-assigned'],
    ['as asked', 'peer', 'observer', null, [], 'observer', 'requested'],
    ['as asked and vacant', 'peer', 'candidate', 'observer', [interviewer], 'candidate', 'requested'],
    ['old one', 'peer', null, 'candidate', [interviewer], 'candidate', 'retained'],
    ['old one as observer', 'peer', null, 'observer', [], 'observer', 'retained'],
    ['old one taken', 'peer', null, 'candidate', [candidate], 'interviewer', 'auto-assigned'],
    ['the only one before an AI', 'ai', null, null, [], 'candidate', 'auto-assigned'],
    ['a second one before an AI', 'ai', null, null, [candidate], 'observer', 'fallback-observer'],
  ])('%s', (_, mode, requested, previous, seats, role, reason) => {
    const wish = { mode, userId: 'me', requested, previous };
    expect(assignRole(wish, seats, NOW)).toEqual({ role, reason });
  });

  it('is refused when somebody has it or has it kept, and as interviewer before an AI', () => {
    const ask = (mode: RoomMode, requested: RoomRole, seats: (typeof candidate)[]) =>
      codeOf(() => assignRole({ mode, userId: 'me', requested, previous: null }, seats, NOW));
    expect(ask('peer', 'interviewer', [interviewer])).toBe('ROOM_ROLE_UNAVAILABLE');
    expect(ask('peer', 'candidate', [awayCandidate])).toBe('ROOM_ROLE_UNAVAILABLE');
    expect(ask('ai', 'interviewer', [])).toBe('ROOM_NOT_PEER_MODE');
  });

  it('is the own reserved one for who comes back', () => {
    const wish = { mode: 'peer', userId: 'c', requested: null, previous: 'candidate' } as const;
    expect(assignRole(wish, [interviewer, awayCandidate], NOW)).toEqual({
      role: 'candidate',
      reason: 'retained',
    });
  });

  it('of a host follows the mode and the wish', () => {
    expect(firstHostRole('peer', undefined)).toBe('interviewer');
    expect(firstHostRole('peer', 'observer')).toBe('observer');
    expect(firstHostRole('ai', undefined)).toBe('candidate');
  });

  it('never doubles interviewer or candidate, whoever is in', () => {
    const role = fc.constantFrom<RoomRole>('interviewer', 'candidate', 'observer');
    fc.assert(
      fc.property(
        fc.constantFrom<RoomMode>('peer', 'ai'),
        fc.array(fc.option(role, { nil: null }), { maxLength: 12 }),
        (mode, wishes) => {
          const seats: ReturnType<typeof aMember>[] = [];
          wishes.forEach((requested, index) => {
            const wish = { mode, userId: `u${index}`, requested, previous: null };
            try {
              seats.push(aMember(wish.userId, { role: assignRole(wish, seats, NOW).role }));
            } catch (error) {
              expect(['ROOM_ROLE_UNAVAILABLE', 'ROOM_NOT_PEER_MODE']).toContain(
                codeOf(() => {
                  throw error;
                }),
              );
            }
            for (const sole of ['interviewer', 'candidate'] as const) {
              expect(seats.filter((seat) => seat.role === sole).length).toBeLessThanOrEqual(1);
            }
            if (mode === 'ai') expect(seats.some((seat) => seat.role === 'interviewer')).toBe(false);
          });
        },
      ),
    );
  });
});

describe('a join', () => {
  const room = aRoom({ roomCode: 'ABCDEF', maxParticipants: 2 });
  const join = (change: Partial<typeof room>, me: ReturnType<typeof aMember> | null, roomCode?: string) =>
    judgeJoin(
      { ...room, ...change },
      me,
      { userId: 'me', roomCode, requestedRole: undefined },
      [interviewer],
      NOW,
    );

  it('is judged in order: finished, removed, code, seat, role', () => {
    const banned = aMember('me', { standing: 'banned', isActive: false });
    const full = { maxParticipants: 1 };
    expect(codeOf(() => join({ ...full, status: 'finished' }, banned))).toBe('ROOM_FINISHED');
    expect(codeOf(() => join(full, banned))).toBe('ROOM_PARTICIPANT_REMOVED');
    expect(codeOf(() => join(full, null, 'WRONGX'))).toBe('ROOM_INVALID_CODE');
    expect(codeOf(() => join(full, null, 'ABCDEF'))).toBe('ROOM_FULL');
    const wish = { userId: 'me', roomCode: 'ABCDEF', requestedRole: 'interviewer' } as const;
    expect(codeOf(() => judgeJoin(room, null, wish, [interviewer], NOW))).toBe('ROOM_ROLE_UNAVAILABLE');
  });

  it('needs the code the first time, in either case; a public room takes none but no wrong one', () => {
    expect(codeOf(() => join({}, null))).toBe('ROOM_INVALID_CODE');
    expect(join({}, null, 'abcdef')).toEqual({ role: 'candidate', reason: 'auto-assigned' });
    expect(join({ isPrivate: false }, null)).not.toBeNull();
    expect(codeOf(() => join({ isPrivate: false }, null, 'WRONGX'))).toBe('ROOM_INVALID_CODE');
  });

  it('asks no code of who was in before, and nothing of who is in', () => {
    const left = aMember('me', { standing: 'left', isActive: false, leftAt: 1, role: 'candidate' });
    expect(join({}, left)).toEqual({ role: 'candidate', reason: 'retained' });
    expect(join({ maxParticipants: 1 }, aMember('me'))).toBeNull();
  });

  it('offers the roles that it could give', () => {
    expect(availableRoles(room, 'me', [interviewer], NOW)).toEqual(['candidate', 'observer']);
    expect(availableRoles(room, 'me', [interviewer, awayCandidate], NOW)).toEqual([]);
    expect(availableRoles(room, 'c', [interviewer, awayCandidate], NOW)).toEqual(['candidate', 'observer']);
    expect(availableRoles(aRoom({ mode: 'ai', maxParticipants: 2 }), 'me', [], NOW)).toEqual([
      'candidate',
      'observer',
    ]);
  });
});
