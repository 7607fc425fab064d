import { describe, expect, it } from 'vitest';
import { aMember, aRoom, aSwap, codeOf } from '../../../../test/support/rooms.ts';
import { roomStatusValues } from '../../../generated/enums.ts';
import { CODE_ALPHABET, drawCode } from './invite-code.ts';
import { aliveAt, recoverRoom } from './recovery.ts';
import { checkReadyFlag, checkRoleChange } from './roles.ts';
import {
  checkMaxDuration,
  checkMaxParticipants,
  participantCapability,
  settingsCapability,
} from './settings.ts';
import { judgeSocket, type SocketFacts } from './sockets.ts';
import { nextHost } from './succession.ts';
import { checkNonePending, findSwapTarget, judgeAnswer } from './swaps.ts';

const NOW = 10_000;

describe('succession', () => {
  const interviewer = aMember('i', { role: 'interviewer', joinedAt: 5 });
  const candidate = aMember('c', { role: 'candidate', joinedAt: 1 });
  const early = aMember('o1', { role: 'observer', joinedAt: 2 });
  const late = aMember('o2', { role: 'observer', joinedAt: 3 });

  it('goes to interviewer, else candidate, else the observer who joined first', () => {
    expect(nextHost([late, early, candidate, interviewer], 'h')).toBe('i');
    expect(nextHost([late, early, candidate], 'h')).toBe('c');
    expect(nextHost([late, early], 'h')).toBe('o1');
  });

  it('passes over who is away, and over the old host', () => {
    expect(nextHost([{ ...interviewer, isActive: false }, candidate], 'h')).toBe('c');
    expect(nextHost([interviewer, late], 'i')).toBe('o2');
    expect(nextHost([{ ...late, isActive: false }], 'h')).toBeNull();
  });
});

describe('role changes', () => {
  const seats = [aMember('i', { role: 'interviewer' })];
  it.each(roomStatusValues.filter((status) => status !== 'waiting'))('are fixed in %s', (status) => {
    expect(codeOf(() => checkRoleChange(aRoom({ status }), 'x', 'observer', [], NOW))).toBe(
      'ROOM_ROLES_LOCKED',
    );
    expect(codeOf(() => checkReadyFlag(aRoom({ status })))).toBe('ROOM_ROLES_LOCKED');
  });

  it('respect the only interviewer, kept seats too, and the AI', () => {
    const change = (mode: 'peer' | 'ai', userId: string) =>
      codeOf(() => checkRoleChange(aRoom({ mode }), userId, 'interviewer', seats, NOW));
    expect(change('peer', 'x')).toBe('ROOM_ROLE_CONSTRAINT_VIOLATION');
    expect(change('peer', 'i')).toBeNull();
    expect(change('ai', 'x')).toBe('ROOM_NOT_PEER_MODE');
    const kept = [aMember('i', { role: 'interviewer', isActive: false, reservedUntil: NOW + 1 })];
    expect(codeOf(() => checkRoleChange(aRoom(), 'x', 'interviewer', kept, NOW))).toBe(
      'ROOM_ROLE_CONSTRAINT_VIOLATION',
    );
  });
});

describe('role swaps', () => {
  const swap = aSwap({ requesterId: 'r', targetId: 't', expiresAt: NOW + 1 });
  const answer = (change: Partial<typeof swap>, userId: string, accept: boolean) => {
    let result: unknown;
    const code = codeOf(() => {
      result = judgeAnswer({ ...swap, ...change }, userId, accept, NOW);
    });
    return code ?? result;
  };

  it.each([
    ['pending', 't', true, 'accepted'],
    ['pending', 't', false, 'declined'],
    ['pending', 'r', false, 'declined'],
    ['pending', 'r', true, 'ROOM_PERMISSION_DENIED'],
    ['pending', 'x', false, 'ROOM_PERMISSION_DENIED'],
    ['accepted', 't', true, null],
    ['accepted', 't', false, 'ROLE_SWAP_ALREADY_RESOLVED'],
    ['accepted', 'r', false, 'ROLE_SWAP_ALREADY_RESOLVED'],
    ['declined', 't', false, null],
    ['declined', 'r', false, null],
    ['declined', 't', true, 'ROLE_SWAP_ALREADY_RESOLVED'],
    ['expired', 't', true, 'ROLE_SWAP_EXPIRED'],
    ['expired', 't', false, 'ROLE_SWAP_EXPIRED'],
  ] as const)('%s, %s says %s: %s', (status, userId, accept, outcome) => {
    expect(answer({ status }, userId, accept)).toBe(outcome);
  });

  it('lapse at their time whatever is said', () => {
    expect(answer({ expiresAt: NOW }, 't', true)).toBe('ROLE_SWAP_EXPIRED');
    expect(answer({ expiresAt: NOW }, 'r', false)).toBe('ROLE_SWAP_EXPIRED');
  });

  it('are asked of the active holder of the other role', () => {
    const seats = [aMember('i', { role: 'interviewer' }), aMember('c', { role: 'candidate' })];
    expect(findSwapTarget(seats, 'interviewer').userId).toBe('c');
    expect(findSwapTarget(seats, 'candidate').userId).toBe('i');
    const away = [aMember('c', { role: 'candidate', isActive: false, reservedUntil: NOW + 1 })];
    expect(codeOf(() => findSwapTarget(away, 'interviewer'))).toBe('PARTICIPANT_NOT_FOUND');
  });

  it('are one at a time', () => {
    expect(() => checkNonePending(swap, NOW)).toThrow(
      expect.objectContaining({ details: { requestId: swap.id } }),
    );
    expect(codeOf(() => checkNonePending(swap, NOW + 1))).toBeNull();
    expect(codeOf(() => checkNonePending(null, NOW))).toBeNull();
  });
});

describe('settings', () => {
  it('need the right of their strongest field', () => {
    expect(settingsCapability({ language: 'go' })).toBe('code:change-language');
    expect(settingsCapability({ regenerateRoomCode: true, language: 'go' })).toBe('participant:invite');
    expect(settingsCapability({ language: 'go', name: null })).toBe('room:settings');
    expect(settingsCapability({ hostId: 'x' })).toBe('room:settings');
    expect(settingsCapability({ config: { isPrivate: true } })).toBe('room:settings');
    expect(participantCapability({ isReady: true })).toBeNull();
    expect(participantCapability({ isReady: true, muted: true })).toBe('participant:assign-role');
    expect(participantCapability({ role: 'observer' })).toBe('participant:assign-role');
  });

  it('keep as many seats as are in use', () => {
    const room = aRoom({ maxParticipants: 4 });
    const seats = [aMember('a'), aMember('b'), aMember('c', { isActive: false, reservedUntil: NOW + 1 })];
    expect(codeOf(() => checkMaxParticipants(room, 3, seats, NOW))).toBeNull();
    expect(codeOf(() => checkMaxParticipants(room, 2, seats, NOW))).toBe('ROOM_INVALID_STATE');
    expect(codeOf(() => checkMaxParticipants(room, 2, seats, NOW + 1))).toBeNull();
  });

  it('keep the time limit above the time used, and fixed after coding', () => {
    const coding = aRoom({ status: 'coding', maxDurationMin: 30, accumulatedMs: 10 * 60_000 });
    expect(codeOf(() => checkMaxDuration(coding, 10, NOW))).toBe('ROOM_INVALID_STATE');
    expect(codeOf(() => checkMaxDuration(coding, 11, NOW))).toBeNull();
    const wrapup = aRoom({ status: 'wrapup', maxDurationMin: 30 });
    expect(codeOf(() => checkMaxDuration(wrapup, 31, NOW))).toBe('ROOM_INVALID_STATE');
    expect(codeOf(() => checkMaxDuration(wrapup, 30, NOW))).toBeNull();
  });
});

describe('invite codes', () => {
  it('have six characters of the alphabet, each drawn for itself', () => {
    const draws = [0, 30, 1, 2, 3, 4];
    const limits: number[] = [];
    const random = {
      bytes: () => new Uint8Array(),
      below: (limit: number) => {
        limits.push(limit);
        return draws[limits.length - 1] ?? 0;
      },
    };
    expect(drawCode(random)).toBe('A9BCDE');
    expect(limits).toEqual([31, 31, 31, 31, 31, 31]);
    expect(CODE_ALPHABET).toMatch(/^(?!.*(.).*\1)[A-HJKMNP-Z2-9]{31}$/);
  });
});

describe('sockets', () => {
  const facts: SocketFacts = {
    room: aRoom(),
    member: aMember('a'),
    login: 'live',
    tokenIssuedAt: NOW,
    now: NOW,
  };
  const away = { isActive: false, leftAt: NOW - 5 };
  it.each<[string, Partial<SocketFacts>]>([
    ['room-not-found', { room: null, member: null }],
    ['room-finished', { room: aRoom({ status: 'finished' }), login: 'disabled' }],
    ['account-disabled', { login: 'disabled', member: null }],
    ['login-ended', { login: 'ended', member: null }],
    ['not-participant', { member: null }],
    ['participant-removed', { member: aMember('a', { standing: 'banned', ...away }) }],
    ['token-superseded', { member: aMember('a', { removedAt: NOW + 1000 }) }],
    ['participant-inactive', { member: aMember('a', { standing: 'left', ...away }) }],
    ['participant-inactive', { member: aMember('a', { ...away, reservedUntil: NOW }) }],
    [
      'participant-inactive',
      { member: aMember('a', { ...away, reservedUntil: NOW + 1 }), tokenIssuedAt: null },
    ],
  ])('are denied: %s', (reason, change) => {
    expect(judgeSocket({ ...facts, ...change })).toEqual({ verdict: 'denied', reason });
  });

  it('are admitted for active members, and revive who dropped out and has the seat', () => {
    expect(judgeSocket(facts).verdict).toBe('admitted');
    expect(judgeSocket({ ...facts, tokenIssuedAt: null }).verdict).toBe('admitted');
    const dropped = aMember('a', { ...away, reservedUntil: NOW + 1 });
    expect(judgeSocket({ ...facts, member: dropped }).verdict).toBe('revive');
  });

  it('admit a token of the second in which its owner had left', () => {
    const back = aMember('a', { removedAt: 10_900 });
    expect(judgeSocket({ ...facts, member: back, tokenIssuedAt: 10_000 }).verdict).toBe('admitted');
    expect(judgeSocket({ ...facts, member: back, tokenIssuedAt: 9_999 })).toMatchObject({
      reason: 'token-superseded',
    });
  });
});

describe('recovery', () => {
  const outage = { tick: 5_000, now: 100_000, reservationMs: 3_000 };

  it('takes the last tick, or what is younger, for the end of the last run', () => {
    expect([aliveAt(5000, 4000), aliveAt(5000, 6000), aliveAt(null, 6000)]).toEqual([5000, 6000, 6000]);
  });

  it('moves the clocks of a room by the time the server was down', () => {
    const room = aRoom({ status: 'coding', runningSince: 2_000, accumulatedMs: 10, hostAwayUntil: 6_500 });
    expect(recoverRoom(room, outage)).toEqual({
      accumulatedMs: 3_010,
      runningSince: 100_000,
      pauseCause: null,
      hostAwayUntil: 101_500,
    });
    expect(recoverRoom(aRoom({ idleSince: 4_000 }), outage)).toEqual({ idleSince: 99_000 });
    expect(recoverRoom(aRoom({ idleSince: 7_000 }), outage)).toEqual({ idleSince: 100_000 });
  });

  it('leaves alone what stood still or was due already', () => {
    expect(recoverRoom(aRoom({ status: 'coding', pauseCause: 'person' }), outage)).toEqual({});
    expect(recoverRoom(aRoom({ hostAwayUntil: 4_999 }), outage)).toEqual({});
  });
});
