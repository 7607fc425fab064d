import type { RoomStatus } from '../../../generated/api.ts';
import {
  ParticipantNotFound,
  RoleSwapAlreadyPending,
  RoleSwapAlreadyResolved,
  RoleSwapExpired,
  RoomPermissionDenied,
} from '../errors.ts';
import type { Swap } from '../tables.ts';
import type { Seat } from './membership.ts';

/** Phases in which roles may be swapped. */
export const swapPhases = ['waiting', 'warmup', 'coding'] as const satisfies readonly RoomStatus[];

/** True while the request waits for an answer. */
export function isOpen(swap: Pick<Swap, 'status' | 'expiresAt'>, now: number): boolean {
  return swap.status === 'pending' && swap.expiresAt > now;
}

/** The one who is asked: the active holder of the other role. */
export function findSwapTarget(seats: readonly Seat[], role: Seat['role']): Seat {
  const otherRole = role === 'interviewer' ? 'candidate' : 'interviewer';
  const target = seats.find((seat) => seat.isActive && seat.role === otherRole);
  if (target === undefined) {
    throw ParticipantNotFound(undefined, { message: `There is no ${otherRole} in the room now` });
  }
  return target;
}

/** One request at a time. */
export function checkNonePending(pending: Swap | null, now: number): void {
  if (pending !== null && isOpen(pending, now)) throw RoleSwapAlreadyPending({ requestId: pending.id });
}

/**
 * Judges an answer: what the request becomes, or null when the same answer was given before. Only the target may
 * accept; the requester may withdraw.
 */
export function judgeAnswer(
  swap: Swap,
  userId: string,
  accept: boolean,
  now: number,
): 'accepted' | 'declined' | null {
  const isRequester = userId === swap.requesterId;
  if (userId !== swap.targetId && !(isRequester && !accept)) throw RoomPermissionDenied();
  const answer = accept ? 'accepted' : 'declined';
  if (swap.status === answer) return null;
  if (swap.status === 'accepted' || swap.status === 'declined') {
    throw RoleSwapAlreadyResolved({ status: swap.status });
  }
  if (!isOpen(swap, now)) throw RoleSwapExpired();
  return answer;
}
