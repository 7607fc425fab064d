import { uptime } from 'node:os';
import type { Clock } from './clock.ts';

/** Where the time comes from, all in milliseconds. */
export type TimeSources = {
  /** Since 1970 UTC, as whoever administers the machine has set it. */
  wall(): number;
  /** Since some moment, moved by nobody; may stand still while the machine sleeps. */
  elapsed(): number;
  /** As `elapsed`, with the time asleep; asked only when the two others disagree. */
  awakeAndAsleep(): number;
};

export const systemTimes: TimeSources = {
  wall: () => Date.now(),
  elapsed: () => performance.now(),
  awakeAndAsleep: () => uptime() * 1000,
};

export type SteadyClockOptions = {
  readonly times?: TimeSources;
  /** The system's clock was set: by so many milliseconds, negative when back. Told once a jump. */
  readonly onJump: (byMs: number) => void;
};

/** Differences up to this are how clocks are kept right; the time follows at once. */
const FOLLOWED_MS = 250;
/** What is made up for in a second after a jump: durations are wrong by a 20th at most. */
const SLEW = 0.05;

/**
 * The system's time as long as nobody sets it. After a jump it goes on from where it was and comes nearer to the new time
 * by a 20th of the time that passes: tokens, timers of rooms, leases and windows of rates all compare times of this clock,
 * and would otherwise end at once, or only when the old time has come round again. Time in which the machine slept has
 * really passed, and counts.
 */
export function createSteadyClock({ times = systemTimes, onJump }: SteadyClockOptions): Clock {
  /** What is added to the time elapsed, and what the system's clock would have added at the last look. */
  let offset = times.wall() - times.elapsed();
  let systemOffset = offset;
  let slewedAt = times.elapsed();
  let awakeSeen = times.elapsed();
  let uptimeSeen = times.awakeAndAsleep();

  /** How long the machine slept since the last jump. */
  function sleptMs(elapsed: number): number {
    const uptime = times.awakeAndAsleep();
    const ms = uptime - uptimeSeen - (elapsed - awakeSeen);
    uptimeSeen = uptime;
    awakeSeen = elapsed;
    return ms > FOLLOWED_MS ? ms : 0;
  }

  function jump(byMs: number, elapsed: number): void {
    const slept = Math.min(Math.max(0, byMs), sleptMs(elapsed));
    offset += slept;
    slewedAt = elapsed;
    if (Math.abs(byMs - slept) > FOLLOWED_MS) onJump(Math.round(byMs - slept));
  }

  function slew(elapsed: number): void {
    const most = (elapsed - slewedAt) * SLEW;
    offset += Math.min(most, Math.max(-most, systemOffset - offset));
    slewedAt = elapsed;
  }

  return {
    now() {
      const wall = times.wall();
      const elapsed = times.elapsed();
      const seen = systemOffset;
      systemOffset = wall - elapsed;
      if (Math.abs(systemOffset - offset) <= FOLLOWED_MS) {
        offset = systemOffset;
        return wall;
      }
      if (Math.abs(systemOffset - seen) > FOLLOWED_MS) jump(systemOffset - seen, elapsed);
      slew(elapsed);
      return Math.floor(elapsed + offset);
    },
  };
}
