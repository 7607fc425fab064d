import type { Tx } from '../../../src/db/types.ts';
import type {
  CaseOutcome,
  ExecutionResults,
  RunEnd,
  RunJob,
  SubmissionEnd,
  SubmissionJob,
} from '../../../src/ports/execution.ts';

export type FinishedJob = { readonly jobId: string; readonly end: RunEnd | SubmissionEnd };

/** Control's tables in memory: what jobs there are, and everything that was stored. Changes become visible at the commit. */
export type FakeResults = ExecutionResults & {
  readonly jobs: Map<string, RunJob | SubmissionJob>;
  readonly states: Map<string, 'queued' | 'running'>;
  readonly cases: Map<string, CaseOutcome[]>;
  readonly finished: FinishedJob[];
  readonly compiles: Map<string, string | null>;
};

/** Results that remember. */
export function createFakeResults(): FakeResults {
  const jobs: FakeResults['jobs'] = new Map();
  const states: FakeResults['states'] = new Map();
  const cases: FakeResults['cases'] = new Map();
  const compiles: FakeResults['compiles'] = new Map();
  const finished: FinishedJob[] = [];
  const find = (jobId: string, kind: 'run' | 'submission') => {
    const job = jobs.get(jobId);
    return job?.kind === kind ? job : null;
  };
  const finish = (tx: Tx, jobId: string, end: RunEnd | SubmissionEnd) =>
    tx.afterCommit(() => {
      states.delete(jobId);
      finished.push({ jobId, end });
    });
  return {
    jobs,
    states,
    cases,
    finished,
    compiles,
    loadRun: (jobId) => find(jobId, 'run') as RunJob | null,
    loadSubmission: (jobId) => {
      const job = find(jobId, 'submission') as SubmissionJob | null;
      const stored = (cases.get(jobId) ?? []).map(({ index, verdict, program }) => ({
        index,
        verdict,
        durationMs: program?.durationMs ?? null,
      }));
      return job === null ? null : { ...job, stored };
    },
    markRunning: (tx, _, jobId) => tx.afterCommit(() => states.set(jobId, 'running')),
    markQueued: (tx, _, jobId) => tx.afterCommit(() => states.set(jobId, 'queued')),
    storeCompile: (tx, jobId, compile) => tx.afterCommit(() => compiles.set(jobId, compile.output)),
    storeCase: (tx, jobId, outcome) =>
      tx.afterCommit(() => cases.set(jobId, [...(cases.get(jobId) ?? []), outcome])),
    finishRun: finish,
    finishSubmission: finish,
  };
}
