import type { Config } from '../config/schema.ts';
import type { JobError } from '../generated/api.ts';
import type { Clock } from '../kernel/clock.ts';
import type { CompileOutcome, ExecutionResults, ProgramOutcome, RunEnd, RunJob } from '../ports/execution.ts';
import type { StepFacts } from '../ports/steps.ts';
import { jobErrors } from './job-errors.ts';
import type { JobProgram, Unit, Work, WorkOutcome } from './job-program.ts';
import type { JobStore } from './job-store.ts';
import {
  describeProgram,
  judgeCompile,
  judgeProgram,
  notRun,
  RUN_KEPT,
  STDERR_SEARCHED_BYTES,
} from './judge.ts';
import { languages } from './languages/registry.ts';
import { compileLimits, programLimits } from './limits.ts';

export type ProgramDeps = {
  readonly results: ExecutionResults;
  readonly config: Config;
  readonly clock: Clock;
};

/** Times that an artefact may vanish from the cache between compile and run. */
export const MAX_COMPILES = 3;

/** A step's end that is no program's end, as the job's error; null for `cancelled`: nobody wants to know. */
export function errorOf(outcome: Exclude<WorkOutcome, { status: 'done' }>): JobError | null {
  switch (outcome.status) {
    case 'cancelled':
      return null;
    case 'unavailable':
      return jobErrors.unavailable(outcome.message);
    case 'overran':
      return jobErrors.overran;
    case 'jailFailed':
    case 'missingArtefact':
      return jobErrors.sandboxFailed;
  }
}

/** An interactive run: compile and run in one unit of work. */
export function createRunProgram(deps: ProgramDeps, store: JobStore, job: RunJob): JobProgram {
  const { results, config, clock } = deps;
  const { language } = job.program;
  const compiling = compileLimits(config);
  const { exact } = job;
  const running = exact?.limits ?? programLimits(config, job.limits);
  const sources = languages[language].files(job.program);
  let isTaken = false;

  const end = async (runEnd: RunEnd) => {
    await store.finish((tx) => results.finishRun(tx, job.jobId, runEnd, clock.now()));
    return 'ended' as const;
  };
  const giveUp = async (outcome: Exclude<WorkOutcome, { status: 'done' }>) => {
    const error = errorOf(outcome);
    return error === null ? ('ended' as const) : await end({ status: 'failed', error });
  };
  const completed = (
    outcome: Extract<RunEnd, { status: 'completed' }>['outcome'],
    program: ProgramOutcome,
    compile: CompileOutcome,
    facts: StepFacts,
  ) => end({ status: 'completed', outcome, program, compile, ...(exact === undefined ? {} : { facts }) });
  const ran = (facts: StepFacts, compile: CompileOutcome) =>
    completed(judgeProgram(facts, running), describeProgram(facts, running, RUN_KEPT), compile, facts);

  const attempt = async (work: Work): Promise<'ended' | 'missingArtefact'> => {
    const compiled = await work.step({ kind: 'compile', language, sources, limits: compiling });
    if (compiled.status !== 'done') return giveUp(compiled);
    const { compile, failed } = judgeCompile(compiled.facts, compiling, compiled.rejected);
    if (failed || compiled.artefact === null)
      return completed('compile_error', notRun, compile, compiled.facts);
    work.shrinkMemory(running.memoryKb);
    const keep = exact?.keep ?? {
      stdoutHeadBytes: RUN_KEPT.stdoutBytes,
      stderrTailBytes: STDERR_SEARCHED_BYTES,
    };
    const { artefact } = compiled;
    const outcome = await work.step({
      kind: 'run',
      language,
      artefact,
      stdin: job.stdin,
      limits: running,
      keep,
    });
    if (outcome.status === 'missingArtefact') return 'missingArtefact';
    return outcome.status === 'done' ? ran(outcome.facts, compile) : giveUp(outcome);
  };
  const unit: Unit = {
    run: async (work) => {
      for (let compiles = 0; compiles < MAX_COMPILES; compiles++) {
        if ((await attempt(work)) === 'ended') return 'ended';
      }
      return giveUp({ status: 'missingArtefact' });
    },
  };
  return {
    usedMs: 0,
    canStart: () => !isTaken,
    nextMemoryKb: () => Math.max(compiling.memoryKb, running.memoryKb),
    next: () => {
      isTaken = true;
      return unit;
    },
  };
}
