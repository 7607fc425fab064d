import type { Tx } from '../../../db/types.ts';
import type { Operations } from '../../../generated/api.ts';
import { isoTime } from '../../../kernel/clock.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom } from '../access.ts';
import { endRoom } from '../changes/ending.ts';
import { lapseSwap } from '../changes/swap-lapse.ts';
import { type DocumentsTask, destroyDocuments, enqueueDocuments } from '../chores.ts';
import type { RoomDeps } from '../deps.ts';
import { eraseRoom } from '../queries/rooms.ts';
import type { Room } from '../tables.ts';

type Destroyed = Operations['destroyRoom']['answers'][200]['body'];

/**
 * Calls a room off: erased while waiting, withdrawn once a session exists. The documents go right afterwards; if that
 * fails the answer says so, and the chore of the same transaction does it later.
 */
export async function destroyRoom(deps: RoomDeps, scope: RoomScope, origin: Origin): Promise<Destroyed> {
  const now = deps.kernel.clock.now();
  const { room, task } = await changeRoom(deps, scope, (tx, entered) => {
    deps.neighbours.writeAudit(tx, {
      action: 'room.destroy',
      actorId: scope.me.userId,
      targetType: 'room',
      targetId: scope.room.id,
      metadata: { status: entered.room.status },
      origin,
    });
    return { room: entered.room, task: withdraw(deps, tx, entered.room, scope.me.userId, now) };
  });
  return {
    roomId: room.id,
    sessionId: room.sessionId,
    collabDeleted: await tryDestroy(deps, room.id, task),
    mediaDeleted: true,
    destroyedAt: isoTime(now),
  };
}

type Ending = Exclude<DocumentsTask, { task: 'replace' }>;

function withdraw(deps: RoomDeps, tx: Tx, room: Room, userId: string, now: number): Ending {
  if (room.status !== 'waiting') {
    endRoom(deps, tx, room, { reason: 'destroyed', changedBy: userId, now });
    return { task: 'close', reason: 'destroyed' };
  }
  lapseSwap(deps, tx, room.id);
  eraseRoom(tx, room.id);
  enqueueDocuments(deps, tx, room.id, { task: 'purge' });
  tx.afterCommit(() => deps.presence.endRoom(room.id));
  return { task: 'purge' };
}

async function tryDestroy(deps: RoomDeps, roomId: string, task: Ending): Promise<boolean> {
  try {
    await destroyDocuments(deps, roomId, task);
    return true;
  } catch (error) {
    deps.kernel.log.warn({ err: error, roomId }, 'documents of a destroyed room are left for later');
    return false;
  }
}
