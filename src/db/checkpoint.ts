import { sqliteCode } from './errors.ts';
import { createThread, threadFile } from './thread.ts';
import type { Db } from './types.ts';

/** copy: beside the writers; restart: while they wait, and the WAL starts anew. */
export type CheckpointStep = 'copy' | 'restart';
export type CheckpointStepResult = { readonly isComplete: boolean };

export type CheckpointLimits = {
  /** Size of the -wal file from which on a checkpoint is due. */
  readonly startBytes: number;
  /** Longest time for copying beside the writers. */
  readonly copyMs: number;
  /** Longest time for which writers are held up. */
  readonly pauseMs: number;
  /** After a failed or incomplete attempt; doubled each time up to a minute. */
  readonly retryMs: number;
};

const MAX_RETRY_MS = 60_000;
const defaults: CheckpointLimits = {
  startBytes: 8 * 1024 * 1024,
  copyMs: 60_000,
  pauseMs: 10_000,
  retryMs: 1_000,
};

export type CheckpointHealth = {
  readonly restarts: number;
  /** Attempts since the last restart that failed or could not be completed (a long reader). */
  readonly failedAttempts: number;
  readonly lastError: string | null;
  readonly walBytes: number;
};

export type Checkpoints = {
  /** One whole checkpoint now; true when the WAL has started anew. Never rejects. */
  run(): Promise<boolean>;
  health(): CheckpointHealth;
  /** Breaks off the one under way; none begins afterwards. Before db.close(). */
  stop(): Promise<void>;
};

export type CheckpointDeps = {
  readonly db: Db;
  readonly limits?: Partial<CheckpointLimits>;
  /** The worker's file; for tests. */
  readonly entry?: URL;
};

/** Keeps the -wal file small with a worker thread, looking after each flush whether one is due. */
export function startCheckpoints(deps: CheckpointDeps): Checkpoints {
  return new CheckpointRunner(deps);
}

/**
 * Copying beside a steady writer alone never gets to the end, and the WAL would grow for ever. So: copy most of it, then
 * pause flushes and writers, copy the rest, let the worker's own tiny commit start the WAL anew, and go on.
 */
class CheckpointRunner implements Checkpoints {
  readonly #db: Db;
  readonly #limits: CheckpointLimits;
  readonly #thread;
  #running: Promise<boolean> | null = null;
  #isStopped = false;
  #notBeforeMs = 0;
  #restarts = 0;
  #failedAttempts = 0;
  #lastError: string | null = null;

  constructor(deps: CheckpointDeps) {
    this.#db = deps.db;
    this.#limits = { ...defaults, ...deps.limits };
    const entry = deps.entry ?? threadFile('checkpoint-worker', import.meta.url);
    this.#thread = createThread(entry, 'checkpoint', { path: deps.db.path });
    deps.db.durable.onSynced(() => this.#runIfDue());
  }

  run = (): Promise<boolean> => {
    if (this.#isStopped) return Promise.resolve(false);
    this.#running ??= this.#attempt().finally(() => {
      this.#running = null;
    });
    return this.#running;
  };

  health = (): CheckpointHealth => ({
    restarts: this.#restarts,
    failedAttempts: this.#failedAttempts,
    lastError: this.#lastError,
    walBytes: this.#db.durable.walBytes(),
  });

  stop = async (): Promise<void> => {
    this.#isStopped = true;
    await this.#thread.stop();
    await this.#running;
  };

  #runIfDue(): void {
    if (this.#isStopped || this.#running || performance.now() < this.#notBeforeMs) return;
    if (this.#db.durable.walBytes() >= this.#limits.startBytes) void this.run();
  }

  async #attempt(): Promise<boolean> {
    const { durable } = this.#db;
    if (durable.isReplaced()) {
      durable.fail(
        new Error('Another file has taken the place of the -wal file: flushes went to the old one'),
      );
      return false;
    }
    try {
      await this.#ask('copy', this.#limits.copyMs);
      const { isComplete } = await this.#restart();
      if (isComplete) this.#succeed();
      else this.#postpone('A reader keeps the end of the WAL in use');
      return isComplete;
    } catch (error) {
      this.#postpone(error instanceof Error ? error.message : String(error));
      this.#db.refusals.note(error);
      if (sqliteCode(error) === 'SQLITE_IOERR_FSYNC') durable.fail(error as Error);
      return false;
    }
  }

  async #restart(): Promise<CheckpointStepResult> {
    const { durable, gate } = this.#db;
    try {
      await durable.pause();
      gate.close();
      return await this.#ask('restart', this.#limits.pauseMs);
    } finally {
      gate.open();
      durable.resume();
    }
  }

  async #ask(step: CheckpointStep, timeoutMs: number): Promise<CheckpointStepResult> {
    if (this.#isStopped) throw new Error('Checkpoints have been stopped');
    return (await this.#thread.ask(step, timeoutMs)) as CheckpointStepResult;
  }

  #succeed(): void {
    this.#restarts++;
    this.#failedAttempts = 0;
    this.#lastError = null;
    this.#notBeforeMs = 0;
  }

  #postpone(why: string): void {
    if (this.#isStopped) return;
    const waitMs = Math.min(MAX_RETRY_MS, this.#limits.retryMs * 2 ** this.#failedAttempts);
    this.#failedAttempts++;
    this.#lastError = why;
    this.#notBeforeMs = performance.now() + waitMs;
    this.#db.log.warn(
      { why, attempts: this.#failedAttempts, walBytes: this.#db.durable.walBytes() },
      'the WAL could not be started anew',
    );
  }
}
