import { v7 } from 'uuid';
import type { Clock } from './clock.ts';
import type { Random } from './random.ts';

/** Source of new ids: UUID v7, lower case, ordered by creation time across one process. */
export type Ids = { next(): string };

/** Ids that follow the injected clock; the sequence keeps those of one millisecond in order. */
export function createIds(clock: Clock, random: Random): Ids {
  let lastMs = -1;
  let sequence = 0;
  const next = () => {
    const nowMs = clock.now();
    if (nowMs > lastMs) {
      lastMs = nowMs;
      sequence = random.below(0x3fffffff);
    } else {
      sequence += 1;
    }
    return v7({ msecs: lastMs, seq: sequence, random: random.bytes(16) });
  };
  return { next };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** True for the canonical 36-character form in either case. */
export function isUuid(text: string): boolean {
  return UUID.test(text);
}
