import type { Member, Room, Swap } from '../../src/control/rooms/tables.ts';
import { DomainError } from '../../src/kernel/errors.ts';

/** A peer room in waiting that began at 0, for rules that look at a few of its fields. */
export function aRoom(change: Partial<Room> = {}): Room {
  return {
    id: 'room',
    roomCode: 'ABCDEF',
    name: null,
    mode: 'peer',
    status: 'waiting',
    hostId: 'h',
    hostAwayUntil: null,
    problemId: null,
    language: 'python',
    maxParticipants: 2,
    maxDurationMin: 120,
    isPrivate: true,
    sessionId: null,
    phaseStartedAt: 0,
    accumulatedMs: 0,
    runningSince: null,
    pauseCause: null,
    editorLocked: false,
    lockedBy: null,
    idleSince: null,
    closingWarned: false,
    createdAt: 0,
    endedAt: null,
    endReason: null,
    destroyedAt: null,
    ...change,
  };
}

/** An active member who joined at 0. */
export function aMember(userId: string, change: Partial<Member> = {}): Member {
  return {
    roomId: 'room',
    userId,
    role: 'observer',
    standing: 'member',
    isActive: true,
    isReady: false,
    muted: false,
    joinedAt: 0,
    lastJoinedAt: 0,
    leftAt: null,
    reservedUntil: null,
    removedAt: null,
    ...change,
  };
}

export function aSwap(change: Partial<Swap> = {}): Swap {
  return {
    id: 'swap',
    roomId: 'room',
    requesterId: 'r',
    requesterRole: 'interviewer',
    targetId: 't',
    targetRole: 'candidate',
    status: 'pending',
    createdAt: 0,
    expiresAt: 1,
    respondedAt: null,
    ...change,
  };
}

/** Code of the domain error that `run` throws; null when it throws none. */
export function codeOf(run: () => unknown): string | null {
  try {
    run();
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
