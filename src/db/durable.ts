import type { Log } from '../kernel/log.ts';
import { storageFailure, unavailable } from './errors.ts';
import type { Durable, DurableHealth, DurableWaiter } from './types.ts';
import type { WalFile } from './wal-file.ts';

export type DurableLimits = {
  /** A flush or pause under way for so long makes storage `fail` in health. */
  readonly slowMs: number;
  /** After so long a held answer is given up. */
  readonly holdMs: number;
  /** A flush or pause under way for so long ends the process. */
  readonly deadMs: number;
  /** How often these are looked at. */
  readonly watchMs: number;
  readonly maxWaiters: number;
};

export const durableLimits: DurableLimits = {
  slowMs: 5_000,
  holdMs: 30_000,
  deadMs: 60_000,
  watchMs: 500,
  maxWaiters: 100_000,
};

export type DurableDeps = {
  readonly wal: WalFile;
  readonly log: Log;
  /** Ends the process by SIGKILL: a normal end would close the database, and with that checkpoint unverified pages. */
  readonly die: () => void;
  readonly limits?: Partial<DurableLimits>;
};

type Waiter = { readonly run: DurableWaiter; readonly untilMs: number };
type Batch = { readonly commit: () => void; readonly refused: ((error: Error) => void) | undefined };

/** The flush over one -wal file; see Durable. */
export function createDurable(deps: DurableDeps): Durable {
  return new Flush(deps);
}

/**
 * Two generations: `open` takes whoever has committed since the last flush began, `flying` waits for the one that is
 * under way. One flush at a time, the next begins when the last has ended: group commit without timers.
 */
class Flush implements Durable {
  readonly #deps: DurableDeps;
  readonly #limits: DurableLimits;
  readonly #batches: Batch[] = [];
  readonly #synced: (() => void)[] = [];
  readonly #watch: NodeJS.Timeout;
  #open: Waiter[] | null = null;
  #flying: Waiter[] | null = null;
  #isScheduled = false;
  #isPaused = false;
  #isStopped = false;
  #idle: PromiseWithResolvers<void> | null = null;
  #failure: Error | null = null;
  #waiters = 0;
  /** Time as the watch counts it: a stopped or starved process must not look like a slow disk. */
  #watchedMs = 0;
  #lastLookMs = performance.now();
  #underWaySinceMs: number | null = null;
  #startedMs = 0;
  #flushes = 0;
  #lastFlushMs = 0;
  #refusedBatches = 0;

  constructor(deps: DurableDeps) {
    this.#deps = deps;
    this.#limits = { ...durableLimits, ...deps.limits };
    this.#watch = setInterval(() => this.#look(), this.#limits.watchMs);
    this.#watch.unref();
  }

  get failure(): Error | null {
    return this.#failure;
  }

  get unflushed(): boolean {
    return this.#open !== null || this.#flying !== null;
  }

  touch = (): void => {
    if (this.#failure) throw this.#failure;
    if (this.#open) return;
    this.#open = [];
    this.#schedule();
  };

  whenDurable = (run: DurableWaiter, options: { readonly holdMs?: number } = {}): void => {
    const generation = this.#open ?? this.#flying;
    if (this.#failure) run(this.#failure);
    else if (!generation) run();
    else if (this.#waiters >= this.#limits.maxWaiters) run(unavailable(1));
    else {
      this.#waiters++;
      generation.push({ run, untilMs: this.#watchedMs + (options.holdMs ?? this.#limits.holdMs) });
    }
  };

  settled = (options: { readonly holdMs?: number } = {}): Promise<void> =>
    new Promise((resolve, reject) => {
      this.whenDurable((failed) => (failed ? reject(failed) : resolve()), options);
    });

  onBatch = (commit: () => void, refused?: (error: Error) => void): void => {
    this.#batches.push({ commit, refused });
  };

  onSynced = (run: () => void): void => {
    this.#synced.push(run);
  };

  pause = (): Promise<void> => {
    if (this.#isPaused) throw new Error('The flush is paused already');
    this.#isPaused = true;
    this.#underWaySinceMs ??= this.#watchedMs;
    if (!this.#flying) return Promise.resolve();
    this.#idle = Promise.withResolvers<void>();
    return this.#idle.promise;
  };

  resume = (): void => {
    this.#isPaused = false;
    if (!this.#flying) this.#underWaySinceMs = null;
    this.#schedule();
  };

  fail = (error: Error): void => {
    if (this.#failure) return;
    this.#failure = unavailable(30, error);
    this.#deps.log.fatal({ err: error }, 'storage failed; the process ends and must be started anew');
    const all = [...(this.#flying ?? []), ...(this.#open ?? [])];
    this.#flying = null;
    this.#open = null;
    this.#idle?.reject(this.#failure);
    this.#idle = null;
    for (const waiter of all) this.#release(waiter, this.#failure);
    this.#deps.die();
  };

  walBytes = (): number => (this.#isStopped ? 0 : this.#deps.wal.size());

  isReplaced = (): boolean => !this.#isStopped && this.#deps.wal.isReplaced();

  health = (): DurableHealth => {
    const underWayMs = this.#underWaySinceMs === null ? 0 : this.#watchedMs - this.#underWaySinceMs;
    return {
      status: this.#failure !== null || underWayMs >= this.#limits.slowMs ? 'fail' : 'ok',
      underWayMs,
      waiters: this.#waiters,
      flushes: this.#flushes,
      lastFlushMs: this.#lastFlushMs,
      refusedBatches: this.#refusedBatches,
    };
  };

  stop = (): void => {
    if (this.#isStopped) return;
    this.#isStopped = true;
    clearInterval(this.#watch);
    const all = [...(this.#flying ?? []), ...(this.#open ?? [])];
    this.#open = null;
    // A flush that still runs closes the descriptor when it ends.
    if (this.#flying) this.#flying = [];
    else this.#deps.wal.close();
    for (const waiter of all) this.#release(waiter, unavailable(5));
  };

  #schedule(): void {
    if (!this.#open || this.#flying || this.#isScheduled || this.#isPaused) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#start();
    });
  }

  #start(): void {
    if (!this.#open || this.#flying || this.#isPaused || this.#isStopped || this.#failure) return;
    for (const batch of this.#batches) this.#commit(batch);
    if (this.#failure) return;
    this.#flying = this.#open;
    this.#open = null;
    this.#underWaySinceMs = this.#watchedMs;
    this.#startedMs = performance.now();
    this.#deps.wal.sync((error) => this.#finish(error));
  }

  #commit(batch: Batch): void {
    try {
      batch.commit();
    } catch (thrown) {
      this.#refusedBatches++;
      const error = storageFailure(thrown) as Error;
      this.#deps.log.error({ err: error }, 'a batch was refused');
      this.#guarded(() => batch.refused?.(error));
    }
  }

  #finish(error: Error | null): void {
    if (this.#failure) return;
    if (error) this.fail(error);
    else if (this.#isStopped) this.#deps.wal.close();
    else this.#land();
  }

  #land(): void {
    const done = this.#flying ?? [];
    this.#flying = null;
    this.#flushes++;
    this.#lastFlushMs = performance.now() - this.#startedMs;
    this.#underWaySinceMs = this.#isPaused ? this.#watchedMs : null;
    this.#idle?.resolve();
    this.#idle = null;
    // First the disk gets its next work, then the waiters of the finished one go.
    this.#start();
    for (const waiter of done) this.#release(waiter);
    for (const run of this.#synced) this.#guarded(run);
  }

  #release(waiter: Waiter, failed?: Error): void {
    this.#waiters--;
    this.#guarded(() => (failed ? waiter.run(failed) : waiter.run()));
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#deps.log.error({ err: error }, 'a callback of the flush failed');
    }
  }

  #look(): void {
    const nowMs = performance.now();
    this.#watchedMs += Math.min(nowMs - this.#lastLookMs, 2 * this.#limits.watchMs);
    this.#lastLookMs = nowMs;
    if (this.#failure || this.#underWaySinceMs === null) return;
    const underWayMs = this.#watchedMs - this.#underWaySinceMs;
    if (underWayMs < this.#limits.deadMs) this.#expire();
    else this.fail(new Error(`A flush has been under way for ${Math.round(underWayMs)} ms`));
  }

  /** Gives up those that have been held too long; the others stay in their order. */
  #expire(): void {
    const isLate = (waiter: Waiter) => waiter.untilMs <= this.#watchedMs;
    const late = [...(this.#flying ?? []), ...(this.#open ?? [])].filter(isLate);
    if (late.length === 0) return;
    const keep = (generation: Waiter[] | null) => generation?.filter((waiter) => !isLate(waiter)) ?? null;
    this.#flying = keep(this.#flying);
    this.#open = keep(this.#open);
    for (const waiter of late) this.#release(waiter, unavailable(5));
  }
}
