import type { Reader } from '../../db/types.ts';
import type { SupportedLanguage } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import { type ErrorFactory, QuotaExceeded } from '../../kernel/errors.ts';
import type { ExecutionPlane } from '../../ports/execution.ts';
import type { Core } from './deps.ts';
import { ExecutionUnavailable } from './errors.ts';
import { startOfUtcDay } from './rules.ts';

const DAY_MS = 86_400_000;
const KINDS = ['run', 'submission'] as const;

export type CapacityDeps = {
  readonly core: Core;
  readonly execution: ExecutionPlane;
  /** Runs and submissions of a user accepted since a time. */
  readonly countAcceptedSince: (reader: Reader, userId: string, since: number) => number;
};

/** One request for execution, as capacity sees it. */
export type Demand = {
  readonly kind: (typeof KINDS)[number];
  readonly userId: string;
  readonly language: SupportedLanguage;
  readonly now: number;
  /** Error of the rate bucket, also for too many waiting jobs. */
  readonly rateLimit: ErrorFactory;
  /** Takes one from the rate bucket or throws. */
  readonly spend: () => void;
};

/** Refuses what there is no room for, in the order rate, daily quota, the user's waiting jobs, the whole queue. */
export function checkCapacity(deps: CapacityDeps, reader: Reader, demand: Demand): void {
  demand.spend();
  checkQuota(deps, reader, demand);
  checkOwnQueue(deps, reader, demand);
  checkPlane(deps, reader, demand);
}

function checkQuota(
  { core, countAcceptedSince }: CapacityDeps,
  reader: Reader,
  { userId, now }: Demand,
): void {
  const limit = core.config['limits.executionsPerUserPerDay'];
  if (limit === 0) return;
  const dayStart = startOfUtcDay(now);
  const used = countAcceptedSince(reader, userId, dayStart);
  if (used < limit) return;
  const resetsAt = dayStart + DAY_MS;
  const retryAfterSeconds = Math.ceil((resetsAt - now) / 1000);
  throw QuotaExceeded(
    { quota: 'execution', used, limit, resetsAt: isoTime(resetsAt) },
    { retryAfterSeconds },
  );
}

function checkOwnQueue({ core, execution }: CapacityDeps, reader: Reader, demand: Demand): void {
  const { queue, config } = core;
  const { kind, userId, rateLimit } = demand;
  const all = queue.countWaiting(reader, userId, KINDS);
  const submissions = kind === 'submission' ? queue.countWaiting(reader, userId, ['submission']) : 0;
  const isFull =
    all >= config['execution.waitingJobsPerUser'] ||
    submissions >= config['execution.waitingSubmissionsPerUser'];
  if (!isFull) return;
  const retryAfterSeconds = execution.retryAfterSeconds();
  throw rateLimit(
    { reason: 'tooManyQueued' },
    { message: 'Too many of your programs are waiting', retryAfterSeconds },
  );
}

function checkPlane({ core, execution }: CapacityDeps, reader: Reader, { language }: Demand): void {
  const retryAfterSeconds = execution.retryAfterSeconds();
  const refusal = execution.refusal(language);
  if (refusal !== null) throw ExecutionUnavailable({ language }, { message: refusal, retryAfterSeconds });
  if (core.queue.countWaiting(reader, null, KINDS) >= core.config['execution.waitingJobs']) {
    throw ExecutionUnavailable({}, { message: 'Too many programs are waiting', retryAfterSeconds });
  }
}
