import type { Tx } from '../../../db/types.ts';
import { push, type RoomPushes } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { updateRoom } from '../queries/rooms.ts';
import type { Room } from '../tables.ts';

/** Makes an active member host; roles stay. */
export function handOver(
  deps: Pick<RoomDeps, 'kernel'>,
  tx: Tx,
  room: Pick<Room, 'id' | 'hostId'>,
  hostId: string,
  reason: RoomPushes['host-change']['reason'],
): void {
  const previousHostId = room.hostId;
  updateRoom(tx, room.id, { hostId, hostAwayUntil: null });
  push(deps, tx, room.id, 'host-change', { hostId, previousHostId, reason });
}
