import type { Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { RoomDeps } from './deps.ts';
import { listActiveEverywhere, listReservedAt, updateMember } from './queries/members.ts';
import { updateRoom } from './queries/rooms.ts';
import { findLastTick, listUnfinishedRooms, storeTick } from './queries/sweeps.ts';
import { aliveAt, recoverRoom } from './rules/recovery.ts';

/**
 * After a start: the time that the server was down counts for no clock of presence and coding. Whoever was active is so
 * still, with the usual time to show a sign of life.
 */
export function recoverRooms(deps: RoomDeps): Promise<void> {
  return write(deps.db, (tx) => {
    const now = deps.kernel.clock.now();
    const tick = findLastTick(tx);
    const reservationMs = deps.settings['timers.seatReservationMs'];
    for (const room of listUnfinishedRooms(tx)) {
      const change = recoverRoom(room, { tick, now, reservationMs });
      if (Object.keys(change).length > 0) updateRoom(tx, room.id, change);
    }
    recoverReservations(tx, tick, now);
    storeTick(tx, now);
    tx.afterCommit(() => {
      for (const { roomId, userId } of listActiveEverywhere(deps.db)) deps.presence.begin(roomId, userId);
    });
  });
}

function recoverReservations(tx: Tx, tick: number | null, now: number): void {
  for (const { roomId, userId, reservedUntil, leftAt, lastJoinedAt } of listReservedAt(tx, tick ?? 0)) {
    const downMs = now - aliveAt(tick, leftAt ?? lastJoinedAt);
    if (reservedUntil !== null && downMs > 0) {
      updateMember(tx, roomId, userId, { reservedUntil: reservedUntil + downMs });
    }
  }
}
