import type { RoomRole } from '../../../generated/api.ts';
import { RoomNotPeerMode, RoomRoleConstraintViolation, RoomRolesLocked } from '../errors.ts';
import type { Room } from '../tables.ts';
import { findHolder, type Seat } from './membership.ts';

/** A role is given in the lobby only, to one person at a time, and no interviewer where the AI is one. */
export function checkRoleChange(
  room: Room,
  userId: string,
  role: RoomRole,
  seats: readonly Seat[],
  now: number,
): void {
  if (room.status !== 'waiting') throw RoomRolesLocked();
  if (role === 'interviewer' && room.mode === 'ai') throw RoomNotPeerMode();
  if (findHolder(seats, role, now, userId) !== null) {
    throw RoomRoleConstraintViolation(undefined, { message: `Somebody else is ${role}` });
  }
}

/** Readiness is a matter of the lobby. */
export function checkReadyFlag(room: Room): void {
  if (room.status !== 'waiting') throw RoomRolesLocked();
}
