import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom } from '../access.ts';
import { depart } from '../changes/departure.ts';
import type { RoomDeps } from '../deps.ts';

/** Ends the caller's membership; of who is away, or of a finished room, nothing happens. */
export function leaveRoom(deps: RoomDeps, scope: RoomScope): Promise<void> {
  return changeRoom(deps, scope, (tx, { room, me }) => {
    if (room.status === 'finished' || !me.isActive) return;
    depart(deps, tx, room, me, { kind: 'left' }, deps.kernel.clock.now());
  });
}
