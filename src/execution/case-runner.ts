import type { Config } from '../config/schema.ts';
import type { JobError } from '../generated/api.ts';
import type { Log } from '../kernel/log.ts';
import type { AppliedLimits, CaseOutcome, JudgeCase, SubmissionJob } from '../ports/execution.ts';
import type { CompileStep, RunStep, StepFacts, StepLimits } from '../ports/steps.ts';
import { jobErrors } from './job-errors.ts';
import type { Work, WorkOutcome } from './job-program.ts';
import {
  brokenCase,
  CASE_KEPT,
  type CheckerRuling,
  judgeCase,
  judgeChecker,
  judgeProgram,
  STDERR_SEARCHED_BYTES,
} from './judge.ts';
import { languages } from './languages/registry.ts';
import { appliedLimits, checkerLimits, compileLimits, programLimits } from './limits.ts';
import { errorOf } from './run-program.ts';

/** Artefacts that the cases of a submission run with. */
export type Artefacts = { readonly program: string; readonly checker: string | null };

/** A case's end; `gone`: its artefact is no longer in the cache, or nobody wants the result. */
export type CaseEnd =
  | { readonly status: 'judged'; readonly outcome: CaseOutcome; readonly error: JobError | null }
  | { readonly status: 'missingArtefact' }
  | { readonly status: 'cancelled' };

/** Bytes of a checker's stdout that are looked at: its first line. */
const CHECKER_WORDS_BYTES = 4096;

/** Limits under which a case runs. */
export function caseLimits(config: Config, job: SubmissionJob, one: JudgeCase): StepLimits {
  const applied: AppliedLimits = appliedLimits(config, job.program.language, 'case', one.wish);
  return programLimits(config, applied);
}

/** Most memory that a step of the case may use. */
export function caseMemoryKb(config: Config, job: SubmissionJob, one: JudgeCase): number {
  const own = caseLimits(config, job, one).memoryKb;
  if (job.comparison.mode !== 'checker') return own;
  return Math.max(own, checkerLimits(config, job.comparison.checker.language).memoryKb);
}

/** The compile step of a problem's checker; null without one. */
export function checkerCompileStep(config: Config, job: SubmissionJob): CompileStep | null {
  if (job.comparison.mode !== 'checker') return null;
  const { language, code } = job.comparison.checker;
  const sources = languages[language].files({ language, code, driver: null });
  return { kind: 'compile', language, sources, limits: compileLimits(config) };
}

export type CaseRunnerDeps = { readonly config: Config; readonly log: Log };

/** Runs one case, and its checker where the problem has one. */
export async function runCase(
  deps: CaseRunnerDeps,
  job: SubmissionJob,
  one: JudgeCase,
  artefacts: Artefacts,
  work: Work,
): Promise<CaseEnd> {
  const limits = caseLimits(deps.config, job, one);
  const ran = await work.step(programStep(job, one, artefacts.program, limits));
  if (ran.status !== 'done') return otherEnd(one.index, ran);
  if (job.comparison.mode !== 'checker' || judgeProgram(ran.facts, limits) !== 'success') {
    return { status: 'judged', outcome: judgeCase(one.index, ran.facts, limits, null), error: null };
  }
  const ruling = await runChecker(deps, job, one, artefacts.checker ?? '', ran.facts, work);
  if ('status' in ruling) return otherEnd(one.index, ruling);
  const error = ruling.ruling === 'broken' ? jobErrors.checkerFailed : null;
  return { status: 'judged', outcome: judgeCase(one.index, ran.facts, limits, ruling), error };
}

function programStep(job: SubmissionJob, one: JudgeCase, artefact: string, limits: StepLimits): RunStep {
  const { comparison } = job;
  const isChecked = comparison.mode === 'checker';
  const step = {
    kind: 'run' as const,
    language: job.program.language,
    artefact,
    stdin: one.input,
    limits,
    keep: {
      // A checker gets all of it; otherwise it is compared beside the program and only the head travels.
      stdoutHeadBytes: isChecked ? limits.outputBytes : CASE_KEPT.stdoutBytes,
      stderrTailBytes: STDERR_SEARCHED_BYTES,
    },
  };
  return isChecked ? step : { ...step, expect: { output: one.expectedOutput, comparison } };
}

async function runChecker(
  { config, log }: CaseRunnerDeps,
  job: SubmissionJob,
  one: JudgeCase,
  artefact: string,
  facts: StepFacts,
  work: Work,
): Promise<CheckerRuling | Exclude<WorkOutcome, { status: 'done' }>> {
  if (job.comparison.mode !== 'checker') throw new Error('This problem has no checker');
  const { language } = job.comparison.checker;
  const limits = checkerLimits(config, language);
  const outcome = await work.step({
    kind: 'run',
    language,
    artefact,
    stdin: facts.stdout,
    limits,
    keep: { stdoutHeadBytes: CHECKER_WORDS_BYTES, stderrTailBytes: STDERR_SEARCHED_BYTES },
    files: [
      { name: 'input', text: one.input },
      { name: 'answer', text: one.expectedOutput },
    ],
    args: ['/data/input', '/data/answer', '/data/feedback'],
  });
  if (outcome.status !== 'done') return outcome;
  const ruling = judgeChecker(outcome.facts, limits);
  if (ruling.ruling === 'broken') {
    const { problemId, submissionId } = job;
    const fields = { problemId, submissionId, testCaseIndex: one.index, reason: ruling.reason };
    log.error(fields, 'the checker of a problem failed');
  }
  return ruling;
}

function otherEnd(index: number, outcome: Exclude<WorkOutcome, { status: 'done' }>): CaseEnd {
  if (outcome.status === 'cancelled' || outcome.status === 'missingArtefact')
    return { status: outcome.status };
  return { status: 'judged', outcome: brokenCase(index), error: errorOf(outcome) };
}
