import type { Db } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ClaimedJob, Lease } from './job.ts';
import { persist } from './persistence.ts';
import type { JobQueue } from './queue.ts';

/** One chore under way. */
export type Chore = {
  readonly jobId: string;
  readonly payload: unknown;
  readonly userId: string | null;
  readonly roomId: string | null;
  /** How often it failed before. */
  readonly failures: number;
  /** Aborted when the server stops: the chore is done again after the next start. */
  readonly signal: AbortSignal;
};

/** Does one kind of chore; it may be done more than once, so its effect must not depend on how often. Rejects to be tried again. */
export type ChoreHandler = (chore: Chore) => Promise<void>;

export type BackgroundJobsDeps = {
  readonly db: Db;
  readonly queue: JobQueue;
  readonly clock: Clock;
  readonly log: Log;
  readonly handlers: Readonly<Record<string, ChoreHandler>>;
  /** Chores at a time; 4 unless given. */
  readonly concurrency?: number;
};

/** Small chores of a plane, each done until it succeeds. */
export type BackgroundJobs = {
  readonly name: string;
  /** Takes over what an earlier start left, then works. */
  start(): Promise<void>;
  /** Takes nothing new, waits for what is under way, and after `deadlineMs` gives it back to the queue. */
  stop(deadlineMs: number): Promise<void>;
};

const FIRST_RETRY_MS = 1000;
const LAST_RETRY_MS = 5 * 60_000;
/** Looks at least this often, whatever was heard: other processes queue too, and clocks jump. */
const POLL_MS = 5000;
const RENEW_MS = 10_000;

const retryDelayMs = (failures: number) =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 20));

/** Runs the chores of the given handlers: at least once each, in order within a room and kind, with growing pauses after failures. */
export function createBackgroundJobs(deps: BackgroundJobsDeps): BackgroundJobs {
  const runner = new ChoreRunner(deps);
  deps.queue.listen({
    queued: ({ kind }) => {
      if (Object.hasOwn(deps.handlers, kind)) void runner.look();
    },
  });
  return {
    name: 'background jobs',
    start: () => runner.start(),
    stop: (deadlineMs) => runner.stop(deadlineMs),
  };
}

class ChoreRunner {
  readonly #deps: BackgroundJobsDeps;
  readonly #kinds: readonly string[];
  readonly #limit: number;
  readonly #running = new Map<string, { lease: Lease; done: Promise<void> }>();
  readonly #stopping = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #renewal: NodeJS.Timeout | undefined;
  #isOpen = false;
  #isLooking = false;
  #lookAgain = false;

  constructor(deps: BackgroundJobsDeps) {
    this.#deps = deps;
    this.#kinds = Object.keys(deps.handlers);
    this.#limit = deps.concurrency ?? 4;
  }

  async start(): Promise<void> {
    const { db, queue, clock } = this.#deps;
    const kinds = this.#kinds;
    // A chore that ends the process must not do so in a circle.
    const notBefore = clock.now() + FIRST_RETRY_MS;
    await write(db, (tx) => queue.recover(tx, { kinds, maxStarts: Infinity, expired: false, notBefore }));
    this.#isOpen = true;
    this.#renewal = setInterval(() => void this.#renew(), RENEW_MS).unref();
    await this.look();
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    const all = Promise.allSettled([...this.#running.values()].map(({ done }) => done));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const deadline = setTimeout(resolve, deadlineMs);
    await Promise.race([all, late]);
    clearTimeout(deadline);
    clearInterval(this.#renewal);
    this.#stopping.abort();
    const { db, queue } = this.#deps;
    const left = [...this.#running.values()].map(({ lease }) => lease);
    if (left.length > 0) await write(db, (tx) => left.filter((lease) => queue.requeue(tx, lease)).length);
  }

  /** Takes what is due and there is room for. */
  async look(): Promise<void> {
    if (!this.#isOpen) return;
    this.#lookAgain = true;
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      while (this.#lookAgain) {
        this.#lookAgain = false;
        await this.#claimAll();
      }
    } catch (error) {
      this.#deps.log.error({ err: error }, 'chores could not be claimed');
    } finally {
      this.#isLooking = false;
      this.#schedule();
    }
  }

  async #claimAll(): Promise<void> {
    const { db, queue } = this.#deps;
    while (this.#isOpen && this.#running.size < this.#limit) {
      const job = await write(db, (tx) => queue.claimChore(tx, this.#kinds));
      if (job === null) return;
      const done = this.#run(job).finally(() => {
        this.#running.delete(job.jobId);
        void this.look();
      });
      this.#running.set(job.jobId, { lease: job.lease, done });
    }
  }

  async #run(job: ClaimedJob): Promise<void> {
    const { db, handlers, log } = this.#deps;
    const { jobId, payload, userId, roomId, failures } = job;
    const { signal } = this.#stopping;
    const failed = await db.durable
      .settled()
      .then(() => handlers[job.kind]?.({ jobId, payload, userId, roomId, failures, signal }))
      .then(
        () => undefined,
        (error: unknown) => error ?? new Error('rejected without a reason'),
      );
    // After an abort it is back in the queue.
    await persist(() => this.#finish(job, failed), { signal, log });
  }

  async #finish(job: ClaimedJob, error: unknown): Promise<void> {
    const { db, queue, clock, log } = this.#deps;
    if (error === undefined) {
      await write(db, (tx) => queue.complete(tx, job.lease));
      return;
    }
    const delayMs = retryDelayMs(job.failures);
    const { jobId, kind } = job;
    log.warn({ err: error, jobId, kind, delayMs }, 'a chore failed and will be tried again');
    await write(db, (tx) => queue.retry(tx, job.lease, clock.now() + delayMs));
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (!this.#isOpen) return;
    const { db, queue, clock } = this.#deps;
    const due = this.#running.size < this.#limit ? queue.nextChoreAt(db, this.#kinds) : null;
    const waitMs = due === null ? POLL_MS : Math.min(POLL_MS, Math.max(50, due - clock.now()));
    this.#timer = setTimeout(() => void this.look(), waitMs).unref();
  }

  #renew(): Promise<unknown> {
    const { db, queue, log } = this.#deps;
    return write(db, (tx) => queue.renew(tx)).catch((error: unknown) =>
      log.warn({ err: error }, 'leases were not renewed'),
    );
  }
}
