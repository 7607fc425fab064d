import { loadConfig } from '../../../src/config/load.ts';
import type { SettingKey } from '../../../src/config/schema.ts';
import { createJobDesk, type JobDesk } from '../../../src/execution/job-desk.ts';
import { createJobStore } from '../../../src/execution/job-store.ts';
import { appliedLimits } from '../../../src/execution/limits.ts';
import type { SupportedLanguage } from '../../../src/generated/api.ts';
import type { ClaimedJob } from '../../../src/jobs/job.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import type {
  CaseOutcome,
  ExecutionPlane,
  ExecutionResults,
  ProgramOutcome,
  RunEnd,
  SubmissionEnd,
} from '../../../src/ports/execution.ts';
import type { TestServer } from '../../support/server.ts';

/** An execution plane that accepts everything but what the test refuses. */
export type TestExecution = ExecutionPlane & {
  /** Why programs of a language are refused. */
  readonly refusals: Map<SupportedLanguage, string>;
  waitSeconds: number;
};

export function createTestExecution(settings: Partial<Record<SettingKey, unknown>> = {}): TestExecution {
  const { config } = loadConfig({ flags: settings });
  const plane: TestExecution = {
    refusals: new Map(),
    waitSeconds: 7,
    refusal: (language) => plane.refusals.get(language) ?? null,
    languages: () => [],
    health: () => 'ok',
    sandbox: () => ({ state: 'disabled' }),
    appliedLimits: (language, kind, wish) => appliedLimits(config, language, kind, wish),
    retryAfterSeconds: () => plane.waitSeconds,
  };
  return plane;
}

/** A program that ended well after 12 ms. */
export const ran: ProgramOutcome = {
  exitCode: 0,
  signal: null,
  durationMs: 12,
  cpuTimeMs: 11,
  memoryUsageMb: 9.5,
  timedOut: false,
  outputTruncated: false,
  stdout: 'hello\n',
  stderr: '',
  error: null,
};
export const noCompile = { output: null, durationMs: null };

export function ranTo(
  outcome: Extract<RunEnd, { status: 'completed' }>['outcome'] = 'success',
  program: Partial<ProgramOutcome> = {},
): RunEnd {
  return { status: 'completed', outcome, program: { ...ran, ...program }, compile: noCompile };
}

export function judged(index: number, verdict: CaseOutcome['verdict'] = 'accepted'): CaseOutcome {
  return {
    index,
    verdict,
    program: ran,
    errorMessage: verdict === 'accepted' ? null : `case ${index} failed`,
  };
}

/** Serves jobs as the execution plane does: through its own desk and store, into control's real tables. */
export type Worker = {
  readonly desk: JobDesk;
  readonly results: ExecutionResults;
  /** Takes a waiting job; throws when there is none of that id. */
  take(jobId: string): Promise<ClaimedJob>;
  /** Stores cases of a job taken; false when the job is not ours any more. */
  store(job: ClaimedJob, ...cases: CaseOutcome[]): Promise<boolean>;
  finishRun(job: ClaimedJob, end: RunEnd): Promise<boolean>;
  finishSubmission(job: ClaimedJob, end: SubmissionEnd, ...cases: CaseOutcome[]): Promise<boolean>;
};

export function createWorker({ control }: TestServer): Worker {
  const { db, queue, clock } = control.core;
  const { results } = control;
  const log = silentLog;
  const desk = createJobDesk({ db, queue, results, clock, log });
  const storeOf = ({ lease }: ClaimedJob) =>
    createJobStore({ db, queue, log }, lease, new AbortController().signal);
  return {
    desk,
    results,
    async take(jobId) {
      const job = await desk.claim(jobId);
      if (job === null) throw new Error(`${jobId} does not wait`);
      return job;
    },
    store: (job, ...cases) =>
      storeOf(job).put((tx) => {
        for (const one of cases) results.storeCase(tx, job.jobId, one);
      }),
    finishRun: (job, end) => storeOf(job).finish((tx) => results.finishRun(tx, job.jobId, end, clock.now())),
    finishSubmission: (job, end, ...cases) =>
      storeOf(job).finish((tx) => {
        for (const one of cases) results.storeCase(tx, job.jobId, one);
        results.finishSubmission(tx, job.jobId, end, clock.now());
      }),
  };
}
