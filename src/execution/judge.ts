import type { Verdict } from '../generated/api.ts';
import type {
  CaseOutcome,
  CompileOutcome,
  ProgramOutcome,
  RunOutcome,
  StoredCase,
} from '../ports/execution.ts';
import type { StepFacts, StepLimits } from '../ports/steps.ts';
import { COMPILE_OUTPUT_BYTES } from './limits.ts';
import { decodeText, headText, tailText } from './texts.ts';

/** Stream sizes that are kept, in bytes: stdout from its start, stderr up to its end. */
export type Kept = { readonly stdoutBytes: number; readonly stderrBytes: number };
export const RUN_KEPT: Kept = { stdoutBytes: 64 * 1024, stderrBytes: 64 * 1024 };
export const CASE_KEPT: Kept = { stdoutBytes: 8 * 1024, stderrBytes: 8 * 1024 };
/** Java prints its message before up to 1024 stack frames, so this much of stderr is searched. */
export const STDERR_SEARCHED_BYTES = 64 * 1024;

/** What a runtime says when it can get no more memory. */
const EXHAUSTED =
  /MemoryError|OutOfMemoryError|heap out of memory|std::bad_alloc|out of memory|memory allocation of \d+ bytes failed/;

type ProgramVerdict = Exclude<RunOutcome, 'compile_error'>;

/** How a program ended, by the first rule that fits; its output is not looked at. */
export function judgeProgram(facts: StepFacts, limits: StepLimits): ProgramVerdict {
  if (facts.killedBy === 'output') return 'output_limit_exceeded';
  if (facts.oomKilled) return 'memory_limit_exceeded';
  if (facts.killedBy !== null || (facts.cpuMs !== null && facts.cpuMs > limits.cpuMs))
    return 'time_limit_exceeded';
  if (facts.exitCode === 0) return 'success';
  return EXHAUSTED.test(decodeText(facts.stderr.subarray(-STDERR_SEARCHED_BYTES)))
    ? 'memory_limit_exceeded'
    : 'runtime_error';
}

const mebibytes = (kb: number | null) => (kb === null ? null : Math.round((kb / 1024) * 10) / 10);
const whole = (ms: number | null) => (ms === null ? null : Math.round(ms));

function inWords(amount: number): string {
  return String(Math.round(amount * 10) / 10);
}

function describeEnd(verdict: ProgramVerdict, facts: StepFacts, limits: StepLimits): string | null {
  switch (verdict) {
    case 'success':
      return null;
    case 'output_limit_exceeded':
      return `Output limit of ${inWords(limits.outputBytes / 1024)} KiB exceeded`;
    case 'memory_limit_exceeded':
      return `Memory limit of ${inWords(limits.memoryKb / 1024)} MB exceeded`;
    case 'time_limit_exceeded':
      return facts.killedBy === 'wall'
        ? `Time limit exceeded: still not ended after ${inWords(limits.wallMs / 1000)} s`
        : `Time limit of ${inWords(limits.cpuMs / 1000)} s exceeded`;
    case 'runtime_error':
      return facts.signal === null
        ? `Exited with code ${facts.exitCode}`
        : `Killed by signal ${facts.signal}`;
  }
}

/** A program's end in the words of the API. */
export function describeProgram(facts: StepFacts, limits: StepLimits, kept: Kept): ProgramOutcome {
  const verdict = judgeProgram(facts, limits);
  return {
    exitCode: facts.exitCode,
    signal: facts.signal,
    durationMs: Math.round(facts.wallMs),
    cpuTimeMs: whole(facts.cpuMs),
    memoryUsageMb: mebibytes(facts.memoryKb),
    timedOut: verdict === 'time_limit_exceeded',
    outputTruncated:
      verdict === 'output_limit_exceeded' ||
      facts.stdoutBytes > kept.stdoutBytes ||
      facts.stderrBytes > kept.stderrBytes,
    stdout: headText(facts.stdout, kept.stdoutBytes, facts.stdoutBytes > facts.stdout.length),
    stderr: tailText(facts.stderr, kept.stderrBytes, facts.stderrBytes > facts.stderr.length),
    error: describeEnd(verdict, facts, limits),
  };
}

/** Of a program that was never run because it did not compile. */
export const notRun: ProgramOutcome = {
  exitCode: null,
  signal: null,
  durationMs: 0,
  cpuTimeMs: null,
  memoryUsageMb: null,
  timedOut: false,
  outputTruncated: false,
  stdout: '',
  stderr: '',
  error: 'The program does not compile',
};

export type CompileJudgement = { readonly compile: CompileOutcome; readonly failed: boolean };

/** Outcome of a compile or check step: its limits and what it left behind count as compile errors, and the output says so. */
export function judgeCompile(
  facts: StepFacts,
  limits: StepLimits,
  rejected: string | null,
): CompileJudgement {
  // Compilers are not stopped for output: what is beyond is dropped.
  const verdict = judgeProgram(facts, limits);
  const limit =
    verdict === 'success' || verdict === 'runtime_error' ? null : describeEnd(verdict, facts, limits);
  const remark = limit === null ? rejected : `Compiling stopped. ${limit}`;
  const room = COMPILE_OUTPUT_BYTES - (remark === null ? 0 : remark.length + 2);
  const isCut = facts.stderrBytes > facts.stderr.length;
  const said = headText(joinBytes(facts.stderr, facts.stdout), room, isCut);
  const output =
    remark === null ? said : `${said}${said === '' || said.endsWith('\n') ? '' : '\n'}${remark}\n`;
  return {
    compile: { output: output === '' ? null : output, durationMs: Math.round(facts.wallMs) },
    failed: verdict !== 'success' || rejected !== null,
  };
}

function joinBytes(first: Uint8Array, second: Uint8Array): Uint8Array {
  return second.length === 0 ? first : Buffer.concat([first, second]);
}

/** What a checker said of an output. */
export type CheckerRuling =
  | { readonly ruling: 'accepted' | 'wrong'; readonly remark: string | null }
  | { readonly ruling: 'broken'; readonly reason: string };

/** A checker's exit code in words; anything but 42 and 43, and any limit, is the checker's fault, never the program's. */
export function judgeChecker(facts: StepFacts, limits: StepLimits): CheckerRuling {
  const verdict = judgeProgram(facts, limits);
  const ended = verdict === 'success' || verdict === 'runtime_error';
  const ruling =
    !ended || facts.signal !== null
      ? null
      : facts.exitCode === 42
        ? 'accepted'
        : facts.exitCode === 43
          ? 'wrong'
          : null;
  if (ruling === null)
    return { ruling: 'broken', reason: describeEnd(verdict, facts, limits) ?? 'Exited with code 0' };
  const line = headText(facts.stdout, facts.stdout.length, false).split(/\r?\n/, 1)[0] ?? '';
  const remark = [...line.trim()].slice(0, 200).join('');
  return { ruling, remark: remark === '' ? null : remark };
}

/** Verdict of one case as if it were the only one. */
export function judgeCase(
  index: number,
  facts: StepFacts,
  limits: StepLimits,
  checker: CheckerRuling | null,
): CaseOutcome {
  const program = describeProgram(facts, limits, CASE_KEPT);
  const ended = judgeProgram(facts, limits);
  if (ended !== 'success') return { index, verdict: ended, program, errorMessage: program.error };
  if (checker?.ruling === 'broken')
    return { index, verdict: 'internal_error', program, errorMessage: CHECKER_BROKEN };
  const isRight = checker === null ? facts.outputMatches === true : checker.ruling === 'accepted';
  if (isRight) return { index, verdict: 'accepted', program, errorMessage: null };
  return { index, verdict: 'wrong_answer', program, errorMessage: checker?.remark ?? 'Wrong answer' };
}

const CHECKER_BROKEN = "The problem's checker failed";

/** A case that the sandbox could not run. */
export function brokenCase(index: number): CaseOutcome {
  return { index, verdict: 'internal_error', program: null, errorMessage: 'The sandbox failed' };
}

/** A case of a program that does not compile. */
export function uncompiledCase(index: number): CaseOutcome {
  return { index, verdict: 'compile_error', program: null, errorMessage: notRun.error };
}

/** How far a submission has come when its first cases are settled, in index order. */
export type Progress = {
  readonly spentMs: number;
  readonly timeLimits: number;
  /** The rest is skipped. */
  readonly ended: boolean;
};

export const noProgress: Progress = { spentMs: 0, timeLimits: 0, ended: false };
const MAX_TIME_LIMITS = 3;

/** A stored case counted in. */
export function countCase(progress: Progress, settled: StoredCase, budgetMs: number): Progress {
  const spentMs = progress.spentMs + (settled.durationMs ?? 0);
  const timeLimits = progress.timeLimits + (settled.verdict === 'time_limit_exceeded' ? 1 : 0);
  const ended = spentMs > budgetMs || timeLimits >= MAX_TIME_LIMITS || settled.verdict === 'internal_error';
  return { spentMs, timeLimits, ended };
}

/**
 * Settles the next case in index order: the one that spends the submission's time is time_limit_exceeded, whatever it
 * was by itself. Since only index order counts, the outcome does not depend on how many cases ran at a time.
 */
export function settleCase(
  progress: Progress,
  outcome: CaseOutcome,
  budgetMs: number,
): { outcome: CaseOutcome; progress: Progress } {
  const durationMs = outcome.program?.durationMs ?? null;
  const spends = progress.spentMs + (durationMs ?? 0) > budgetMs;
  const settled = spends && outcome.verdict !== 'internal_error' ? outOfTime(outcome, budgetMs) : outcome;
  const { index, verdict } = settled;
  return { outcome: settled, progress: countCase(progress, { index, verdict, durationMs }, budgetMs) };
}

function outOfTime(outcome: CaseOutcome, budgetMs: number): CaseOutcome {
  const error = `All cases together took more than ${inWords(budgetMs / 1000)} s`;
  const program = outcome.program === null ? null : { ...outcome.program, timedOut: true, error };
  return { index: outcome.index, verdict: 'time_limit_exceeded', program, errorMessage: error };
}

/** Verdict of a whole submission from its settled cases, in whatever order they come. */
export function submissionVerdict(settled: readonly StoredCase[]): Verdict {
  const verdicts = settled.map(({ verdict }) => verdict);
  if (verdicts.includes('compile_error')) return 'compile_error';
  if (verdicts.includes('internal_error')) return 'internal_error';
  const first = settled
    .filter(({ verdict }) => verdict !== 'accepted')
    .reduce<StoredCase | null>(
      (lowest, one) => (lowest === null || one.index < lowest.index ? one : lowest),
      null,
    );
  return first?.verdict ?? 'accepted';
}
