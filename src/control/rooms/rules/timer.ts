import type { Room } from '../tables.ts';

/** The coding clock as stored. Running: `runningSince` set; paused: `pauseCause` set; in other phases neither. */
export type Timer = Pick<Room, 'accumulatedMs' | 'runningSince' | 'pauseCause'>;
export type PauseCause = 'person' | 'nobody';

const MS_PER_MINUTE = 60_000;

/** Coding time used, in ms; a clock that went backwards adds nothing. */
export function elapsedMs(timer: Timer, now: number): number {
  return timer.accumulatedMs + (timer.runningSince === null ? 0 : Math.max(0, now - timer.runningSince));
}

/** The time limit of coding, in ms. */
export function limitMs(room: Pick<Room, 'maxDurationMin'>): number {
  return room.maxDurationMin * MS_PER_MINUTE;
}

/** Zero and running: coding begins. */
export function startTimer(now: number): Timer {
  return { accumulatedMs: 0, runningSince: now, pauseCause: null };
}

/** Stands still for good: coding is left. */
export function freezeTimer(timer: Timer, now: number): Timer {
  return { accumulatedMs: elapsedMs(timer, now), runningSince: null, pauseCause: null };
}

/**
 * Stops a running timer; null when nothing changes. A person's pause outranks the one for an empty room: it is not
 * lifted when somebody comes back.
 */
export function pauseTimer(timer: Timer, cause: PauseCause, now: number): Timer | null {
  if (timer.runningSince === null) return null;
  return { accumulatedMs: elapsedMs(timer, now), runningSince: null, pauseCause: cause };
}

/** Goes on from where it stopped; null when it runs, or when it is paused for another cause than `only`. */
export function resumeTimer(timer: Timer, now: number, only?: PauseCause): Timer | null {
  if (timer.pauseCause === null) return null;
  if (only !== undefined && timer.pauseCause !== only) return null;
  return { accumulatedMs: timer.accumulatedMs, runningSince: now, pauseCause: null };
}

/** After a restart: what ran until `aliveAt` counts, the time since then does not. Null for a timer that stands. */
export function recoverTimer(timer: Timer, aliveAt: number, now: number): Timer | null {
  if (timer.runningSince === null) return null;
  return { accumulatedMs: elapsedMs(timer, aliveAt), runningSince: now, pauseCause: null };
}

/** When a running timer reaches the limit, ms since 1970; null when it cannot. */
export function limitReachedAt(room: Timer & Pick<Room, 'maxDurationMin'>): number | null {
  return room.runningSince === null ? null : room.runningSince + limitMs(room) - room.accumulatedMs;
}
