import type { Tx } from '../../../db/types.ts';
import { isoTime } from '../../../kernel/clock.ts';
import { note, push } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { updateRoom } from '../queries/rooms.ts';
import { elapsedMs, limitMs, type Timer } from '../rules/timer.ts';
import type { Room } from '../tables.ts';

/** Who or what moved the timer: a person, or (null) that nobody was there, or somebody came back. */
export type TimerCause = { readonly by: string | null; readonly now: number };

/** Stores a paused or resumed timer and tells of it. */
export function storeTimer(
  deps: Pick<RoomDeps, 'kernel'>,
  tx: Tx,
  room: Room,
  timer: Timer,
  cause: TimerCause,
): void {
  const { by, now } = cause;
  updateRoom(tx, room.id, timer);
  const elapsed = elapsedMs(timer, now);
  note(deps, tx, room, timer.pauseCause === null ? 'timer_resumed' : 'timer_paused', {
    userId: by,
    at: now,
    metadata: { elapsedMs: elapsed, reason: by === null ? 'nobody_present' : 'manual' },
  });
  push(deps, tx, room.id, 'timer-change', {
    timerPaused: timer.pauseCause !== null,
    elapsedMs: elapsed,
    maxDurationMs: limitMs(room),
    serverTime: isoTime(now),
    changedBy: by,
  });
}
