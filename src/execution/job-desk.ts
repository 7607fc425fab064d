import type { Db, Tx } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { JobError } from '../generated/api.ts';
import type { ClaimedJob, WaitingJob } from '../jobs/job.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ExecutionResults, RunJob, SubmissionJob } from '../ports/execution.ts';
import { jobErrors } from './job-errors.ts';

/** Kinds of jobs that this plane serves. */
export const JOB_KINDS = ['run', 'submission'] as const;
type JobKind = (typeof JOB_KINDS)[number];

/** A process may die twice while running a job; the third start is refused. */
const MAX_STARTS = 2;

export type JobDeskDeps = {
  readonly db: Db;
  readonly queue: JobQueue;
  readonly results: ExecutionResults;
  readonly clock: Clock;
  readonly log: Log;
};

/** Moves jobs between queue and control's tables, each time in one transaction. */
export type JobDesk = {
  list(): readonly WaitingJob[];
  /** Null when it has gone. */
  claim(jobId: string): Promise<ClaimedJob | null>;
  load(job: ClaimedJob): RunJob | SubmissionJob | null;
  /** Ends a job without an outcome: one that waits, or one that this start holds. False when it has gone. */
  fail(job: WaitingJob | ClaimedJob, error: JobError): Promise<boolean>;
  /** Forgets a job whose owner has no row of it. */
  drop(job: ClaimedJob): Promise<void>;
  /** To the queue again after an error of ours, not before a time. */
  retry(job: ClaimedJob, notBefore: number): Promise<void>;
  /** To the queue again, as if it had never been taken. */
  giveBack(jobs: readonly ClaimedJob[]): Promise<void>;
  /** Takes over from starts that have died; `expired`: only where the lease has run out. */
  recover(expired: boolean): Promise<void>;
  renew(): Promise<void>;
};

const kindOf = (job: WaitingJob) => job.kind as JobKind;

/** The desk between queue and results. */
export function createJobDesk(deps: JobDeskDeps): JobDesk {
  const { db, queue, results, clock } = deps;

  return {
    list: () => queue.listWaiting(db, JOB_KINDS),
    claim: (jobId) =>
      write(db, (tx) => {
        const job = queue.claim(tx, jobId);
        if (job !== null) results.markRunning(tx, kindOf(job), jobId, clock.now());
        return job;
      }),
    load: ({ kind, jobId }) => (kind === 'run' ? results.loadRun(jobId) : results.loadSubmission(jobId)),
    fail: (job, error) =>
      write(db, (tx) => {
        const lease = 'lease' in job ? job.lease : queue.claim(tx, job.jobId)?.lease;
        if (lease === undefined || !queue.complete(tx, lease)) return false;
        finishFailed(deps, tx, job, error);
        return true;
      }),
    drop: async (job) => {
      await write(db, (tx) => queue.complete(tx, job.lease));
    },
    retry: (job, notBefore) =>
      write(db, (tx) => {
        if (queue.retry(tx, job.lease, notBefore)) results.markQueued(tx, kindOf(job), job.jobId);
      }),
    giveBack: (jobs) =>
      write(db, (tx) => {
        for (const job of jobs) {
          if (queue.requeue(tx, job.lease)) results.markQueued(tx, kindOf(job), job.jobId);
        }
      }),
    recover: (expired) => write(db, (tx) => recover(deps, tx, expired)),
    renew: async () => {
      await write(db, (tx) => queue.renew(tx));
    },
  };
}

function recover(deps: JobDeskDeps, tx: Tx, expired: boolean): void {
  const { queue, results, log } = deps;
  const found = queue.recover(tx, { kinds: JOB_KINDS, maxStarts: MAX_STARTS, expired });
  for (const job of found.requeued) results.markQueued(tx, kindOf(job), job.jobId);
  for (const job of found.interrupted) finishFailed(deps, tx, job, jobErrors.interrupted);
  const [requeued, interrupted] = [found.requeued.length, found.interrupted.length];
  if (requeued + interrupted > 0)
    log.warn({ requeued, interrupted }, 'took over jobs of a process that died');
}

function finishFailed({ results, clock }: JobDeskDeps, tx: Tx, job: WaitingJob, error: JobError): void {
  const now = clock.now();
  if (job.kind === 'run') results.finishRun(tx, job.jobId, { status: 'failed', error }, now);
  else results.finishSubmission(tx, job.jobId, { status: 'failed', verdict: 'internal_error', error }, now);
}
