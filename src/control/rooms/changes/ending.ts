import type { Tx } from '../../../db/types.ts';
import type { RoomEndReason } from '../../../generated/api.ts';
import { closeSession } from '../../sessions/index.ts';
import { note, push } from '../announce.ts';
import { enqueueDocuments } from '../chores.ts';
import type { RoomDeps } from '../deps.ts';
import { releaseEverybody } from '../queries/members.ts';
import { updateRoom } from '../queries/rooms.ts';
import { elapsedMs, freezeTimer } from '../rules/timer.ts';
import type { Room } from '../tables.ts';
import { lapseSwap } from './swap-lapse.ts';

export type RoomEnd = {
  readonly reason: RoomEndReason | 'destroyed';
  /** Null for the server and for people who are no participants. */
  readonly changedBy: string | null;
  readonly now: number;
};

/**
 * Ends a room for good, in the caller's transaction: nothing that follows (documents, media, reports) can undo it.
 * Waiting runs are cancelled, the rest is still run and judged; of a destroyed room nothing is.
 */
export function endRoom(deps: RoomDeps, tx: Tx, room: Room, end: RoomEnd): void {
  const { reason, now } = end;
  const isDestroyed = reason === 'destroyed';
  lapseSwap(deps, tx, room.id);
  updateRoom(tx, room.id, {
    ...freezeTimer(room, now),
    status: 'finished',
    phaseStartedAt: now,
    roomCode: null,
    hostAwayUntil: null,
    idleSince: null,
    endedAt: now,
    endReason: isDestroyed ? null : reason,
    destroyedAt: isDestroyed ? now : null,
  });
  releaseEverybody(tx, room.id, now);
  closeRecord(deps, tx, room, end);
  const cancelled = isDestroyed ? ['run', 'submission'] : ['run'];
  deps.neighbours.cancelRoomJobs(tx, room.id, cancelled, { waitingOnly: !isDestroyed });
  enqueueDocuments(deps, tx, room.id, { task: 'close', reason });
  tellEnd(deps, tx, room, end);
}

function closeRecord(deps: RoomDeps, tx: Tx, room: Room, { reason, changedBy, now }: RoomEnd): void {
  if (room.sessionId === null) return;
  const codingMs = elapsedMs(room, now);
  const by = { userId: changedBy, at: now };
  const phaseReason = reason === 'completed' ? 'manual' : reason;
  note(deps, tx, room, 'phase_changed', {
    ...by,
    metadata: { from: room.status, to: 'finished', reason: phaseReason },
  });
  note(deps, tx, room, 'session_finished', { ...by, metadata: { reason, codingMs } });
  closeSession(tx, room.sessionId, { finishedAt: now, codingMs, endReason: reason });
}

function tellEnd(deps: RoomDeps, tx: Tx, room: Room, { reason, changedBy, now }: RoomEnd): void {
  tx.afterCommit(() => deps.presence.endRoom(room.id));
  if (reason === 'destroyed') return;
  push(deps, tx, room.id, 'phase-change', {
    phase: 'finished',
    previousPhase: room.status,
    sessionId: room.sessionId,
    elapsedMs: elapsedMs(room, now),
    editorLocked: room.editorLocked,
    changedBy,
    reason: reason === 'completed' ? 'manual' : reason,
  });
}
