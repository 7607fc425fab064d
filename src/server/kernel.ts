import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { createEventBus } from '../kernel/events.ts';
import { createIds, type Ids } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { type Random, systemRandom } from '../kernel/random.ts';
import { createSteadyClock } from '../kernel/steady-clock.ts';
import type { Events, SyncodeEvents } from '../ports/events.ts';

/** Time, chance, ids, events, log and settings of one process. */
export type Kernel = {
  readonly config: Config;
  readonly log: Log;
  readonly clock: Clock;
  readonly random: Random;
  readonly ids: Ids;
  readonly events: Events;
};

function createClock(log: Log): Clock {
  const remedy = 'timedatectl status';
  const onJump = (byMs: number) =>
    log.warn(
      { byMs, remedy },
      'the clock of this machine was set: times follow it slowly, none ends at once',
    );
  return createSteadyClock({ onJump });
}

/** Clock and random are the system's unless a test brings its own; the time goes on steadily when the clock is set. */
export function createKernel(config: Config, log: Log, own: { clock?: Clock; random?: Random } = {}): Kernel {
  const clock = own.clock ?? createClock(log);
  const random = own.random ?? systemRandom;
  return {
    config,
    log,
    clock,
    random,
    ids: createIds(clock, random),
    events: createEventBus<SyncodeEvents>(log),
  };
}
