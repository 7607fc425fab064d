import type { RoomEditorLock } from '../../../generated/api.ts';
import { isoTime } from '../../../kernel/clock.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom } from '../access.ts';
import { emitAfter, note } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { updateRoom } from '../queries/rooms.ts';

/** Locks or unlocks the editor; `changed` is false when it was so already. */
export function setEditorLock(deps: RoomDeps, scope: RoomScope, locked: boolean): Promise<RoomEditorLock> {
  return changeRoom(deps, scope, (tx, { room, me }) => {
    const state = { roomId: room.id, editorLocked: locked };
    if (room.editorLocked === locked) return { ...state, changed: false, changedAt: null, changedBy: null };
    const now = deps.kernel.clock.now();
    updateRoom(tx, room.id, { editorLocked: locked, lockedBy: locked ? me.userId : null });
    note(deps, tx, room, locked ? 'editor_locked' : 'editor_unlocked', {
      userId: me.userId,
      at: now,
      metadata: { reason: 'manual' },
    });
    emitAfter(deps, tx, 'room.lockChanged', { roomId: room.id, locked, changedBy: me.userId });
    return { ...state, changed: true, changedAt: isoTime(now), changedBy: me.userId };
  });
}
