import type { Tx } from '../../../db/types.ts';
import { openSession } from '../../sessions/index.ts';
import { emitAfter, note, push } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { clearReadyFlags, listSeated } from '../queries/members.ts';
import { updateRoom } from '../queries/rooms.ts';
import { enterPhase, type PhaseEffect } from '../rules/phases.ts';
import { elapsedMs } from '../rules/timer.ts';
import type { Room } from '../tables.ts';
import { lapseSwap } from './swap-lapse.ts';

export type PhaseStep = {
  readonly target: 'warmup' | 'coding' | 'wrapup';
  /** Null for the server at the time limit. */
  readonly changedBy: string | null;
  readonly now: number;
};

/** Moves a room on, with what the phase does to timer, lock, session and role swap; gives the session's id. */
export function changePhase(deps: RoomDeps, tx: Tx, room: Room, step: PhaseStep): string | null {
  const { target, changedBy, now } = step;
  const effect = enterPhase(room, target, now);
  updateRoom(tx, room.id, effect);
  const sessionId = target === 'warmup' ? beginSession(deps, tx, room, step) : room.sessionId;
  const moved: Room = { ...room, ...effect, sessionId };
  const reason = changedBy === null ? 'time_limit' : 'manual';
  note(deps, tx, moved, 'phase_changed', {
    userId: changedBy,
    at: now,
    metadata: { from: room.status, to: target, reason },
  });
  if (target === 'wrapup') lapseSwap(deps, tx, room.id);
  tellLock(deps, tx, moved, room.editorLocked, step);
  push(deps, tx, room.id, 'phase-change', {
    phase: target,
    previousPhase: room.status,
    sessionId,
    elapsedMs: elapsedMs(moved, now),
    editorLocked: moved.editorLocked,
    changedBy,
    reason,
  });
  return sessionId;
}

/** Opens the record with who is there; the lobby's ready flags have served. */
function beginSession(deps: RoomDeps, tx: Tx, room: Room, { changedBy, now }: PhaseStep): string {
  const sessionId = deps.kernel.ids.next();
  const { mode, problemId, language } = room;
  const members = listSeated(tx, room.id, now).filter((member) => member.isActive);
  openSession(tx, { sessionId, roomId: room.id, mode, problemId, language, startedAt: now, members });
  updateRoom(tx, room.id, { sessionId });
  clearReadyFlags(tx, room.id);
  const metadata = { mode, problemId, language };
  note(deps, tx, { sessionId }, 'session_started', { userId: changedBy, at: now, metadata });
  return sessionId;
}

function tellLock(
  deps: RoomDeps,
  tx: Tx,
  room: Pick<PhaseEffect, 'editorLocked'> & Pick<Room, 'id' | 'sessionId'>,
  wasLocked: boolean,
  { changedBy, now }: PhaseStep,
): void {
  if (room.editorLocked === wasLocked) return;
  note(deps, tx, room, room.editorLocked ? 'editor_locked' : 'editor_unlocked', {
    userId: changedBy,
    at: now,
    metadata: { reason: 'phase' },
  });
  emitAfter(deps, tx, 'room.lockChanged', {
    roomId: room.id,
    locked: room.editorLocked,
    changedBy: null,
  });
}
