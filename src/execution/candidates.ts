import type { SupportedLanguage } from '../generated/api.ts';
import type { Lane, WaitingJob } from '../jobs/job.ts';
import type { Candidate } from './fairness.ts';
import type { JobProgram } from './job-program.ts';

/** Whether jobs of a language can start: not yet, yes, or never and why. */
export type Readiness = 'pending' | 'ready' | { readonly refusal: string };

type Begun = {
  readonly job: WaitingJob;
  readonly program: JobProgram | null;
  readonly slots: number;
  readonly hasEnded: boolean;
};

/** What the scheduler knows when it looks for the next step. */
export type QueueState = {
  readonly active: ReadonlyMap<string, Begun>;
  readonly waiting: readonly WaitingJob[];
  /** Steps under way by user, spare ones aside. */
  readonly stepsOfUser: ReadonlyMap<string, number>;
  readonly maxStepsOfUser: number;
  readonly readiness: (language: SupportedLanguage) => Readiness;
  readonly now: number;
};

/** A background job that has waited so long counts as one of the next lane. */
const AGED_MS = 60_000;

/** The user that a job's steps count for; jobs of nobody count together. */
export const userOf = (job: WaitingJob) => job.userId ?? '';

function laneOf(job: WaitingJob, now: number): Lane {
  const lane = job.lane ?? 3;
  return lane === 3 && now - job.queuedAt > AGED_MS ? 2 : lane;
}

/**
 * What may be taken now. Ordinary steps: the next of begun jobs and the first of waiting ones, for users below their
 * limit, one begun submission a user. Spare steps: further cases beside those that run, for workers with nothing to do.
 */
export function candidatesOf(state: QueueState, isSpare: boolean): Candidate[] {
  const begun = [...state.active.values()].filter((active) => canContinue(state, active, isSpare));
  const candidates = begun.map(({ job, program }) => candidate(state, job, program));
  if (isSpare) return candidates;
  const judged = new Set(
    [...state.active.values()].filter(({ job }) => job.kind === 'submission').map(({ job }) => userOf(job)),
  );
  for (const job of state.waiting) {
    if (canBegin(state, job, judged)) candidates.push(candidate(state, job, null));
  }
  return candidates;
}

function isBelowLimit(state: QueueState, job: WaitingJob): boolean {
  return (state.stepsOfUser.get(userOf(job)) ?? 0) < state.maxStepsOfUser;
}

function canContinue(state: QueueState, { job, program, hasEnded }: Begun, isSpare: boolean): boolean {
  if (hasEnded || program === null || !program.canStart(isSpare)) return false;
  return isSpare || isBelowLimit(state, job);
}

function canBegin(state: QueueState, job: WaitingJob, judged: ReadonlySet<string>): boolean {
  if (state.active.has(job.jobId) || !isBelowLimit(state, job)) return false;
  if (job.kind === 'submission' && judged.has(userOf(job))) return false;
  return job.language === null || state.readiness(job.language as SupportedLanguage) !== 'pending';
}

function candidate(state: QueueState, job: WaitingJob, program: JobProgram | null): Candidate {
  return {
    jobId: job.jobId,
    lane: laneOf(job, state.now),
    userId: userOf(job),
    queuedAt: job.queuedAt,
    atHead: program === null && job.atHead,
    begun: program !== null,
    usedMs: program?.usedMs ?? 0,
  };
}
