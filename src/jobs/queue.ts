import type { Reader, Tx } from '../db/types.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type {
  CancelledJob,
  ClaimedJob,
  JobFilter,
  Lease,
  NewJob,
  QueueListener,
  RecoveredJobs,
  WaitingJob,
} from './job.ts';
import { queuePosition } from './position.ts';
import * as rows from './rows.ts';

const MAX_PAYLOAD_BYTES = 4 * 1024 * 1024;

export type JobQueueDeps = {
  /** This start's id: no other start, before or after, has it. */
  readonly owner: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
};

/** Durable queue shared by all planes. Every change stands in the caller's transaction and rolls back with it. */
export type JobQueue = {
  /** Queues a job; throws on a jobId that is there already and on a payload above 4 MiB. */
  enqueue(tx: Tx, job: NewJob): void;
  /** Takes one waiting job; null when it has gone, runs already, or is not due. */
  claim(tx: Tx, jobId: string): ClaimedJob | null;
  /** Takes the chore of these kinds that is due longest; of one room and kind one at a time, oldest first. */
  claimChore(tx: Tx, kinds: readonly string[]): ClaimedJob | null;
  /** When a chore of these kinds is due next; null without one. */
  nextChoreAt(reader: Reader, kinds: readonly string[]): number | null;
  /** Whether lease and attempt still match. */
  holds(reader: Reader, lease: Lease): boolean;
  /** Ends a job. False, and nothing is done, when the lease is lost: then no result may be stored. */
  complete(tx: Tx, lease: Lease): boolean;
  /** Back to the queue after an error, not before a time; false when the lease is lost. */
  retry(tx: Tx, lease: Lease, notBefore: number): boolean;
  /** Back to its old place with the attempt unchanged, at a graceful stop; false when the lease is lost. */
  requeue(tx: Tx, lease: Lease): boolean;
  /** Claims this start's jobs anew; returns how many there are. */
  renew(tx: Tx): number;
  /**
   * Requeues jobs of these kinds whose process died (`expired`: only those whose lease has run out), at the head of
   * their lane, attempt + 1. Those that would start more than `maxStarts` times are removed and returned as interrupted.
   */
  recover(tx: Tx, options: RecoverOptions): RecoveredJobs;
  /** Removes jobs, waiting and running, and says which: their owner marks its rows. Running steps are killed after the commit. */
  cancel(tx: Tx, filter: JobFilter): CancelledJob[];
  /** Waiting jobs of these kinds, of a user or (null) of everybody. */
  countWaiting(reader: Reader, userId: string | null, kinds: readonly string[]): number;
  /** Waiting jobs with a lane that are due. */
  listWaiting(reader: Reader, kinds: readonly string[]): WaitingJob[];
  /** Estimated place in serving order, from 1; null for a job that does not wait. */
  position(reader: Reader, jobId: string): number | null;
  /** Called after the commit. What is missed while nobody listens stands in the table. */
  listen(listener: QueueListener): void;
};

export type RecoverOptions = {
  readonly kinds: readonly string[];
  readonly maxStarts: number;
  readonly expired: boolean;
  /** Time before which a requeued job does not start again; 0 unless given. */
  readonly notBefore?: number;
};

/** The queue of one start of the server. */
export function createJobQueue(deps: JobQueueDeps): JobQueue {
  const { owner, clock, leaseMs } = deps;
  const listeners = createListeners(deps.log);
  const leased = () => ({ owner, now: clock.now(), leaseUntil: clock.now() + leaseMs });

  return {
    enqueue: (tx, job) => {
      rows.insertJob(tx).run(newRow(job, clock.now()));
      tx.afterCommit(() => listeners.queued(job));
    },
    claim: (tx, id) => claimed(rows.claimById(tx).get({ id, ...leased() })),
    claimChore: (tx, kinds) =>
      claimed(rows.claimChore(tx).get({ kinds: JSON.stringify(kinds), ...leased() })),
    nextChoreAt: (reader, kinds) => rows.nextChoreAt(reader).get(JSON.stringify(kinds))?.due ?? null,
    holds: (reader, lease) => rows.isHeld(reader).get(lease.jobId, lease.attempt, owner) !== undefined,
    complete: (tx, lease) => rows.deleteHeld(tx).run(lease.jobId, lease.attempt, owner).changes === 1,
    retry: (tx, lease, notBefore) =>
      rows.retryHeld(tx).run(notBefore, lease.jobId, lease.attempt, owner).changes === 1,
    requeue: (tx, lease) => rows.requeueHeld(tx).run(lease.jobId, lease.attempt, owner).changes === 1,
    renew: (tx) => rows.renewLeases(tx).run(clock.now() + leaseMs, owner).changes,
    recover: (tx, options) => recover(tx, owner, clock.now(), options),
    cancel: (tx, filter) => {
      const gone = rows.deleteJobs(tx, filter);
      if (gone.length > 0) tx.afterCommit(() => listeners.cancelled(gone.map(({ jobId }) => jobId)));
      return gone;
    },
    countWaiting: (reader, userId, kinds) =>
      rows.countWaitingRows(reader).get({ userId, kinds: JSON.stringify(kinds) })?.waiting ?? 0,
    listWaiting: (reader, kinds) =>
      rows.listWaitingRows(reader).all(clock.now(), JSON.stringify(kinds)).map(rows.waitingJob),
    position: (reader, jobId) => queuePosition(rows.listLanes(reader).all().map(rows.waitingJob), jobId),
    listen: listeners.add,
  };
}

const claimed = (row: rows.ClaimedRow | undefined) => (row === undefined ? null : rows.claimedJob(row));

function newRow(job: NewJob, now: number): Record<string, unknown> {
  const payload = JSON.stringify(job.payload ?? null);
  if (payload.length > MAX_PAYLOAD_BYTES)
    throw new RangeError(`The payload of a ${job.kind} job is too large`);
  const { jobId: id, kind, lane, userId, roomId } = job;
  // Not `now`: after a start on a clock that was set back it would wait until then.
  return { id, kind, lane, userId, roomId, payload, queuedAt: now, notBefore: job.notBefore ?? 0 };
}

function recover(tx: Tx, owner: string, now: number, options: RecoverOptions): RecoveredJobs {
  const kinds = JSON.stringify(options.kinds);
  const before = options.expired ? now : Number.MAX_SAFE_INTEGER;
  const requeued: WaitingJob[] = [];
  const interrupted: WaitingJob[] = [];
  for (const row of rows.listDead(tx).all({ owner, before, kinds })) {
    const job = { ...rows.waitingJob(row), atHead: true };
    if (row.attempt >= options.maxStarts) {
      rows.deleteById(tx).run(row.id);
      interrupted.push(job);
    } else {
      rows.requeueDead(tx).run(options.notBefore ?? 0, row.id);
      requeued.push(job);
    }
  }
  return { requeued, interrupted };
}

function createListeners(log: Log) {
  const all: QueueListener[] = [];
  const tell = (what: (listener: QueueListener) => void) => {
    for (const listener of all) {
      try {
        what(listener);
      } catch (error) {
        log.error({ err: error }, 'a listener of the job queue failed');
      }
    }
  };
  return {
    add: (listener: QueueListener) => {
      all.push(listener);
    },
    queued: ({ jobId, kind }: NewJob) => tell((listener) => listener.queued?.({ jobId, kind })),
    cancelled: (jobIds: readonly string[]) => tell((listener) => listener.cancelled?.(jobIds)),
  };
}
