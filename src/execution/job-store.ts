import type { Db, Tx } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { Lease } from '../jobs/job.ts';
import { persist } from '../jobs/persistence.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Log } from '../kernel/log.ts';

/** Stores what a job brings forth, and nothing once its lease is lost. All repeat until the storage takes it. */
export type JobStore = {
  /** Part of a job's results; false: the lease is lost and the job must be dropped. */
  put(change: (tx: Tx) => void): Promise<boolean>;
  /** A job's end, with the job itself; false: the lease is lost and nothing was stored. */
  finish(change: (tx: Tx) => void): Promise<boolean>;
};

export type JobStoreDeps = {
  readonly db: Db;
  readonly queue: JobQueue;
  readonly log: Log;
};

/** The store of one claimed job; `signal` ends the attempts to store. */
export function createJobStore(deps: JobStoreDeps, lease: Lease, signal: AbortSignal): JobStore {
  const { db, queue, log } = deps;
  const changeIf = async (isMine: (tx: Tx) => boolean, change: (tx: Tx) => void) => {
    const attempt = () =>
      write(db, (tx) => {
        if (!isMine(tx)) return false;
        change(tx);
        return true;
      });
    return (await persist(attempt, { signal, log })) ?? false;
  };
  return {
    put: (change) => changeIf((tx) => queue.holds(tx, lease), change),
    finish: (change) => changeIf((tx) => queue.complete(tx, lease), change),
  };
}
