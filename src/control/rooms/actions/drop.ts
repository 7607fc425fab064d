import { write } from '../../../db/write.ts';
import { depart } from '../changes/departure.ts';
import type { RoomDeps } from '../deps.ts';
import { findMember } from '../queries/members.ts';
import { findRoom } from '../queries/rooms.ts';

/**
 * Takes somebody for away since `leftAt`, with seat and role kept for a while; nothing happens when a later sign of
 * life is known, or nobody of that name is active there.
 */
export function dropMember(deps: RoomDeps, roomId: string, userId: string, leftAt: number): Promise<void> {
  return write(deps.db, (tx) => {
    const seen = deps.presence.lastSeen(roomId, userId);
    if (seen !== null && seen > leftAt) return;
    const room = findRoom(tx, roomId);
    const member = findMember(tx, roomId, userId);
    if (room === null || room.status === 'finished' || !member?.isActive) return;
    depart(deps, tx, room, member, { kind: 'disconnected', leftAt }, deps.kernel.clock.now());
  });
}
