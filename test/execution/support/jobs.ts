import type { JudgeCase, RunJob, SubmissionJob } from '../../../src/ports/execution.ts';
import type { StepFacts } from '../../../src/ports/steps.ts';

const empty = new Uint8Array();

/** Facts of a step that did well; what matters can be overridden. */
export function createFacts(more: Partial<StepFacts> = {}): StepFacts {
  return {
    exitCode: 0,
    signal: null,
    wallMs: 10,
    cpuMs: 10,
    memoryKb: 1000,
    oomKilled: false,
    killedBy: null,
    stdout: empty,
    stderr: empty,
    stdoutBytes: 0,
    stderrBytes: 0,
    outputMatches: null,
    ...more,
  };
}

/** A run whose code is its id, so that steps can be told apart. */
export function createRunJob(jobId: string, more: Partial<RunJob> = {}): RunJob {
  return {
    kind: 'run',
    jobId,
    program: { language: 'python', code: jobId, driver: null },
    stdin: '',
    limits: { timeoutMs: 5000, memoryMb: 256 },
    ...more,
  };
}

/** A submission whose code is its id, and whose inputs are `<id> <index>`. */
export function createSubmissionJob(
  jobId: string,
  cases: number,
  more: Partial<SubmissionJob> = {},
): SubmissionJob {
  const createCase = (index: number): JudgeCase => ({
    index,
    input: `${jobId} ${index}`,
    expectedOutput: '',
    wish: { timeoutMs: null, memoryMb: null },
  });
  return {
    kind: 'submission',
    jobId,
    submissionId: jobId,
    problemId: 'problem',
    program: { language: 'python', code: jobId, driver: null },
    comparison: { mode: 'text' },
    cases: Array.from({ length: cases }, (_, index) => createCase(index)),
    stored: [],
    ...more,
  };
}
