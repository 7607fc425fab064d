import { isoTimeOrNull } from '../kernel/clock.ts';
import type { CollabPlane } from '../ports/collab.ts';
import type { CommandsDeps } from './command-deps.ts';
import { type LiveRoom, nextMacrotask } from './live.ts';

type Toggle = CollabPlane['toggleEditorLock'];

/** Sets the lock in a macrotask of its own: no update is half-way through then. */
export async function toggleLock(
  deps: CommandsDeps,
  ...[roomId, request]: Parameters<Toggle>
): ReturnType<Toggle> {
  const { rooms, snapshots, changes } = deps.parts;
  // As it was when the command came: somebody who joins meanwhile may bring the new flag along.
  const wasLocked = rooms.find(roomId)?.isLocked;
  const end = changes.begin(roomId);
  try {
    await nextMacrotask();
    const room = rooms.find(roomId);
    const { locked } = request;
    const isChange = wasLocked !== locked || (room !== undefined && room.isLocked !== locked);
    const affected = room ? setLock(deps, room, request) : 0;
    if (room && isChange) {
      room.lockedBy = locked ? request.changedBy : null;
      room.lockedAtMs = locked ? deps.clock.now() : null;
    }
    if (locked && isChange) keepText(deps, roomId, snapshots.take(roomId, 'manual'));
    if (room && isChange)
      deps.parts.channel.broadcast(room, 'editor-lock', { locked, lockedBy: room.lockedBy });
    return {
      roomId,
      locked,
      // Not in memory: whoever loads it is told the flag of the control plane.
      changed: room !== undefined && isChange,
      lockedBy: room?.lockedBy ?? null,
      lockedAt: isoTimeOrNull(room?.lockedAtMs ?? null),
      affectedConnections: affected,
    };
  } finally {
    end();
  }
}

/** The number of sockets whose access is another one now. */
function setLock({ parts }: CommandsDeps, room: LiveRoom, { locked }: Parameters<Toggle>[1]): number {
  return parts.channel.changeRights([room], 'lock', () => {
    room.isLocked = locked;
  }).length;
}

/** The lock holds whether or not its snapshot can be stored. */
function keepText({ log }: CommandsDeps, roomId: string, taken: Promise<unknown>): void {
  taken.catch((error: unknown) => log.warn({ err: error, roomId }, 'no snapshot of a locked room'));
}
