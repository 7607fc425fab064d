import type { Tx } from '../../../db/types.ts';
import { depart } from '../changes/departure.ts';
import { endRoom } from '../changes/ending.ts';
import type { RoomDeps } from '../deps.ts';
import { RoomFinished, RoomNotFound } from '../errors.ts';
import { listUnfinishedOf, updateMember } from '../queries/members.ts';
import { findRoom } from '../queries/rooms.ts';

/** Ends somebody else's room in the caller's transaction; throws ROOM_NOT_FOUND or ROOM_FINISHED. */
export function closeRoom(deps: RoomDeps, tx: Tx, roomId: string): void {
  const room = findRoom(tx, roomId);
  if (room === null) throw RoomNotFound();
  if (room.status === 'finished') throw RoomFinished();
  endRoom(deps, tx, room, { reason: 'admin_closed', changedBy: null, now: deps.kernel.clock.now() });
}

/**
 * An account was closed (banned or deleted): the rooms it hosts end, every other unfinished one it ever joined is left
 * as by a ban.
 */
export function closeRoomsOf(deps: RoomDeps, tx: Tx, userId: string): void {
  const now = deps.kernel.clock.now();
  for (const member of listUnfinishedOf(tx, userId, false)) {
    const room = findRoom(tx, member.roomId);
    if (room === null) continue;
    if (room.hostId === userId) {
      endRoom(deps, tx, room, { reason: 'admin_closed', changedBy: null, now });
    } else if (member.standing === 'member') {
      depart(deps, tx, room, member, { kind: 'account_closed' }, now);
    } else {
      updateMember(tx, room.id, userId, { standing: 'banned', removedAt: now });
    }
  }
}
