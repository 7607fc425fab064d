import type { Database as Raw } from 'better-sqlite3';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { Log } from '../kernel/log.ts';
import type { StorageFault } from './errors.ts';

export type { Raw };

/** What a query needs: drizzle, and beneath it the connection. Both Db and Tx are Readers; queries take one first. */
export type Reader = {
  /** Statements that change something are refused outside write(). */
  readonly orm: BetterSQLite3Database;
  /** better-sqlite3 itself, unguarded: for the journal and the job queue. Change nothing with it outside write(). */
  readonly raw: Raw;
};

/** An open transaction; dead after its callback has returned. */
export type Tx = Reader & {
  /** Runs right after COMMIT, in order, before anything else can happen; what it throws is logged and undoes nothing. */
  afterCommit(run: () => void): void;
};

/** The one writing connection of the process. */
export type Db = Reader & {
  readonly path: string;
  readonly log: Log;
  readonly durable: Durable;
  readonly gate: Gate;
  readonly refusals: Refusals;
  /** Refuses new writes, waits for the flush, closes; repeated calls give the same promise. */
  close(): Promise<void>;
};

/** Learns that what had been committed is on disk, or why it is not known to be. */
export type DurableWaiter = (failed?: Error) => void;

/** The shared flush: what was committed before a flush began is durable when it ends. */
export type Durable = {
  /** Something was (or in this synchronous block will be) written: a flush follows. Throws once storage has failed. */
  touch(): void;
  /**
   * Calls back when everything written until now is durable: at once if it is, else after the flush, first in first
   * out. With an error (SERVICE_UNAVAILABLE) after `holdMs` (30 s unless given; Infinity to wait for as long as the
   * process lives) or when storage failed: then nothing that reflects the writes may leave. Who sends several things in order must
   * give Infinity, or stop sending after the first error.
   */
  whenDurable(run: DurableWaiter, options?: { readonly holdMs?: number }): void;
  /** whenDurable as a promise. */
  settled(options?: { readonly holdMs?: number }): Promise<void>;
  /**
   * `commit` runs synchronously each time a flush starts, to write what its owner has gathered (with writeNow). If it
   * throws, nothing of it is stored: `refused` hears it at once, and the flush goes on for everybody else.
   */
  onBatch(commit: () => void, refused?: (error: Error) => void): void;
  /** `run` is called after each finished flush. */
  onSynced(run: () => void): void;
  /** Resolves when no flush is running; none starts, and no batch is committed, before resume(). Does not nest. */
  pause(): Promise<void>;
  resume(): void;
  /** Storage can no longer be trusted: fails every waiter and ends the process. */
  fail(error: Error): void;
  /** Why storage has failed, once it has. */
  readonly failure: Error | null;
  /** Something is written that is not known to be on disk. */
  readonly unflushed: boolean;
  /** Size of the -wal file in bytes; 0 where commits are durable by themselves. */
  walBytes(): number;
  /** Whether the -wal file at its path is another one than the file that is flushed. */
  isReplaced(): boolean;
  health(): DurableHealth;
  /** Stops the watch over slow flushes and closes the descriptor; waiters that are left are failed. */
  stop(): void;
};

export type DurableHealth = {
  /** fail: a flush has been under way for 5 s, or storage has failed. */
  readonly status: 'ok' | 'fail';
  /** For how long the flush or pause that is under way has lasted; 0 without. */
  readonly underWayMs: number;
  readonly waiters: number;
  readonly flushes: number;
  /** Duration of the last finished flush. */
  readonly lastFlushMs: number;
  readonly refusedBatches: number;
};

/** What the storage refused to take: full, not writable, broken, or locked by somebody else. */
export type Refusals = {
  /** The newest fault; null while nothing is refused. */
  readonly fault: StorageFault | null;
  /** Refusals since the start. */
  readonly count: number;
  /** An error of a write; one that is no fault of the storage is ignored. */
  note(error: unknown): void;
  /** The storage has been seen to take something. */
  clear(): void;
  /** `run` is called at each refusal, in the middle of whatever was refused: it must not write. */
  onNoted(run: () => void): void;
};

/** Writers wait here while the checkpoint restarts the WAL. */
export type Gate = {
  readonly isClosed: boolean;
  /** Closed for good; batches may still be committed. */
  readonly isShut: boolean;
  /** Resolves when the gate opens; SERVICE_UNAVAILABLE after 30 s, when too many wait, or when it shut for good. */
  pass(): Promise<void>;
  close(): void;
  open(): void;
  /** Refuses everybody from now on. */
  shut(): void;
};
