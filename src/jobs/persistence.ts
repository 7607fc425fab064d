import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../kernel/log.ts';

const FIRST_PAUSE_MS = 100;
const LAST_PAUSE_MS = 10_000;

/**
 * Stores what must be stored: repeats `store` with growing pauses until it succeeds or `signal` is aborted (then
 * undefined). For ends of jobs: their work is done, and doing it again because the disk was full for a moment helps nobody.
 */
export async function persist<T>(
  store: () => Promise<T>,
  options: { readonly signal: AbortSignal; readonly log: Log },
): Promise<T | undefined> {
  for (let tries = 0; !options.signal.aborted; tries++) {
    try {
      return await store();
    } catch (error) {
      const pauseMs = Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 20));
      options.log.error({ err: error, pauseMs }, 'the end of a job was not stored; it is tried again');
      await sleep(pauseMs, undefined, { signal: options.signal, ref: false }).catch(() => undefined);
    }
  }
  return undefined;
}
