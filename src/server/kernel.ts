import type { Config } from '../config/schema.ts';
import { type Clock, systemClock } from '../kernel/clock.ts';
import { createEventBus } from '../kernel/events.ts';
import { createIds, type Ids } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { type Random, systemRandom } from '../kernel/random.ts';
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

/** Clock and random are the system's unless a test brings its own. */
export function createKernel(config: Config, log: Log, own: { clock?: Clock; random?: Random } = {}): Kernel {
  const clock = own.clock ?? systemClock;
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
