import type { RoomMode, RoomStatus } from '../../../generated/api.ts';
import { RoomFinished, RoomInvalidTransition, RoomRoleConstraintViolation } from '../errors.ts';
import type { Room } from '../tables.ts';
import type { Seat } from './membership.ts';
import { freezeTimer, startTimer, type Timer } from './timer.ts';

const edges: Record<RoomStatus, readonly RoomStatus[]> = {
  waiting: ['warmup', 'finished'],
  warmup: ['coding', 'finished'],
  coding: ['wrapup', 'finished'],
  wrapup: ['finished'],
  finished: [],
};

/** Phases a room may go to from this one. */
export function nextPhases(status: RoomStatus): readonly RoomStatus[] {
  return edges[status];
}

function countActive(seats: readonly Seat[], role: Seat['role']): number {
  return seats.filter((seat) => seat.isActive && seat.role === role).length;
}

/** Whether the session may begin: one candidate is there, and among people one interviewer. */
export function areRolesFilled(mode: RoomMode, seats: readonly Seat[]): boolean {
  if (countActive(seats, 'candidate') !== 1) return false;
  return mode === 'ai' || countActive(seats, 'interviewer') === 1;
}

/** Refuses a step that the life of a room does not have, and a session without its people. */
export function checkTransition(room: Room, target: RoomStatus, seats: readonly Seat[]): void {
  if (room.status === 'finished') throw RoomFinished();
  const allowed = nextPhases(room.status);
  if (!allowed.includes(target)) throw RoomInvalidTransition({ currentStatus: room.status, allowed });
  if (target === 'warmup' && !areRolesFilled(room.mode, seats)) {
    throw RoomRoleConstraintViolation(undefined, {
      message:
        room.mode === 'ai'
          ? 'The session needs exactly one candidate in the room'
          : 'The session needs exactly one interviewer and one candidate in the room',
    });
  }
}

/** What of a room's row a phase changes: the timer, the lock, when it began. */
export type PhaseEffect = Timer & Pick<Room, 'status' | 'phaseStartedAt' | 'editorLocked' | 'lockedBy'>;

/** The row's part after entering `target` (not finished: that is more than a phase). */
export function enterPhase(room: Room, target: Exclude<RoomStatus, 'finished'>, now: number): PhaseEffect {
  const timer =
    target === 'coding' ? startTimer(now) : room.status === 'coding' ? freezeTimer(room, now) : timerOf(room);
  return { ...timer, ...lockAfter(room, target), status: target, phaseStartedAt: now };
}

function timerOf({ accumulatedMs, runningSince, pauseCause }: Timer): Timer {
  return { accumulatedMs, runningSince, pauseCause };
}

/** Coding unlocks, wrapup locks; a lock that somebody set before keeps its author. */
function lockAfter(room: Room, target: RoomStatus): Pick<Room, 'editorLocked' | 'lockedBy'> {
  if (target === 'coding') return { editorLocked: false, lockedBy: null };
  if (target === 'wrapup' && !room.editorLocked) return { editorLocked: true, lockedBy: null };
  return { editorLocked: room.editorLocked, lockedBy: room.lockedBy };
}
