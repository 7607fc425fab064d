import type { Tx } from '../db/types.ts';
import type { JobError, SupportedLanguage, Verdict } from '../generated/api.ts';
import type { LanguageState, StepFacts, StepKeep, StepLimits } from './steps.ts';

/** What somebody wants of a program's limits; null takes the instance's default. */
export type LimitWish = { readonly timeoutMs: number | null; readonly memoryMb: number | null };
/** What really applies: maxima, the language's memory floor and its start-up allowance counted in. */
export type AppliedLimits = { readonly timeoutMs: number; readonly memoryMb: number };

/** A program as it was accepted; file names and flags are the execution plane's business. */
export type Program = {
  readonly language: SupportedLanguage;
  readonly code: string;
  /** The problem's main program when the code is only a function; else null. */
  readonly driver: string | null;
};

/** What the execution plane needs to run one program: frozen when the request was accepted. */
export type RunJob = {
  readonly kind: 'run';
  readonly jobId: string;
  readonly program: Program;
  readonly stdin: string;
  /** As `appliedLimits(language, 'run', wish)` gave them at acceptance. */
  readonly limits: AppliedLimits;
  /** Of a suite of attacks: these limits instead, to the letter, and the facts with so much of the streams as its end. */
  readonly exact?: { readonly limits: StepLimits; readonly keep: StepKeep };
};

export type JudgeCase = {
  readonly index: number;
  readonly input: string;
  readonly expectedOutput: string;
  /** The case's own, else the problem's, else null. */
  readonly wish: LimitWish;
};

export type Comparison =
  | { readonly mode: 'text' | 'tokens' }
  | { readonly mode: 'float'; readonly tolerance: number }
  | {
      readonly mode: 'checker';
      readonly checker: { readonly language: SupportedLanguage; readonly code: string };
    };

export type SubmissionJob = {
  readonly kind: 'submission';
  readonly jobId: string;
  readonly submissionId: string;
  /** For the log when its checker fails. */
  readonly problemId: string;
  readonly program: Program;
  readonly comparison: Comparison;
  /** All of them, in index order from 0. */
  readonly cases: readonly JudgeCase[];
  /** Cases that were stored before a restart. */
  readonly stored: readonly StoredCase[];
};

export type StoredCase = {
  readonly index: number;
  readonly verdict: Verdict;
  readonly durationMs: number | null;
};

/** A program's end in the words of the API; texts already cut. */
export type ProgramOutcome = {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number | null;
  readonly cpuTimeMs: number | null;
  readonly memoryUsageMb: number | null;
  readonly timedOut: boolean;
  readonly outputTruncated: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** One sentence for people when the program did not do well. */
  readonly error: string | null;
};

export type CompileOutcome = { readonly output: string | null; readonly durationMs: number | null };

export type RunOutcome =
  | 'success'
  | 'compile_error'
  | 'runtime_error'
  | 'time_limit_exceeded'
  | 'memory_limit_exceeded'
  | 'output_limit_exceeded';

export type RunEnd =
  | {
      readonly status: 'completed';
      readonly outcome: RunOutcome;
      readonly program: ProgramOutcome;
      readonly compile: CompileOutcome;
      /** Of the last step, only where the job asked for it with `exact`. */
      readonly facts?: StepFacts;
    }
  | { readonly status: 'failed'; readonly error: JobError };

/** What became of a case that counts; those that do not are never stored and become `skipped` at the end. */
export type CaseOutcome = {
  readonly index: number;
  readonly verdict: Verdict;
  readonly program: ProgramOutcome | null;
  readonly errorMessage: string | null;
};

export type SubmissionEnd =
  | { readonly status: 'completed'; readonly verdict: Verdict; readonly compile: CompileOutcome }
  | { readonly status: 'failed'; readonly verdict: 'internal_error' | null; readonly error: JobError };

/** Control's tables as the execution plane may change them; every change stands inside the job's transaction. */
export type ExecutionResults = {
  /** Null when the job's row is gone: the job is dropped. */
  loadRun(jobId: string): RunJob | null;
  loadSubmission(jobId: string): SubmissionJob | null;
  markRunning(tx: Tx, kind: 'run' | 'submission', jobId: string, startedAt: number): void;
  /** Back to waiting, after a crash or a stop of the server. */
  markQueued(tx: Tx, kind: 'run' | 'submission', jobId: string): void;
  /** Of a submission; may come again after a restart. */
  storeCompile(tx: Tx, jobId: string, compile: CompileOutcome): void;
  /** In index order, each case once. */
  storeCase(tx: Tx, jobId: string, outcome: CaseOutcome): void;
  finishRun(tx: Tx, jobId: string, end: RunEnd, completedAt: number): void;
  /** After it nothing comes for this job: cases without a stored outcome are `skipped` now. */
  finishSubmission(tx: Tx, jobId: string, end: SubmissionEnd, completedAt: number): void;
};

/** The sandbox of this process: which driver makes its jails and why, or why there is none. */
export type SandboxState =
  | { readonly state: 'starting' | 'disabled' }
  | { readonly state: 'ok'; readonly driver: 'nsjail' | 'bubblewrap'; readonly why: string }
  | { readonly state: 'broken'; readonly why: string };

/** What the control plane asks of the execution plane before it accepts work. */
export type ExecutionPlane = {
  /** Null when a run in this language can be accepted, else why not (one sentence). Languages still being probed are accepted. */
  refusal(language: SupportedLanguage): string | null;
  languages(): readonly LanguageState[];
  health(): 'ok' | 'fail' | 'disabled';
  /** For the operator. */
  sandbox(): SandboxState;
  /** The limits under which a program of this language would run. */
  appliedLimits(language: SupportedLanguage, kind: 'run' | 'case', wish: LimitWish): AppliedLimits;
  /** Mean seconds until a waiting job is served, 1..30; for Retry-After. */
  retryAfterSeconds(): number;
};
