import type { Tx } from '../db/types.ts';
import type { JobError, SupportedLanguage, Verdict } from '../generated/api.ts';
import type { LanguageState, SourceFile, StepLimits } from './steps.ts';

/** What the execution plane needs to run one program: frozen when the request was accepted. */
export type RunJob = {
  readonly kind: 'run';
  readonly jobId: string;
  readonly language: SupportedLanguage;
  readonly sources: readonly SourceFile[];
  readonly stdin: string;
  readonly limits: StepLimits;
};

export type JudgeCase = {
  readonly index: number;
  readonly input: string;
  readonly expectedOutput: string;
  readonly timeoutMs: number | null;
  readonly memoryMb: number | null;
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
  readonly language: SupportedLanguage;
  readonly sources: readonly SourceFile[];
  readonly limits: StepLimits;
  readonly comparison: Comparison;
  readonly cases: readonly JudgeCase[];
  /** Cases that were stored before a restart, by index. */
  readonly stored: readonly CaseOutcome[];
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
    }
  | { readonly status: 'failed'; readonly error: JobError };

export type CaseOutcome = {
  readonly index: number;
  readonly verdict: Verdict | 'skipped';
  readonly program: ProgramOutcome | null;
  readonly errorMessage: string | null;
};

export type SubmissionEnd =
  | { readonly status: 'completed'; readonly verdict: Verdict; readonly compile: CompileOutcome }
  | { readonly status: 'failed'; readonly verdict: 'internal_error' | null; readonly error: JobError };

/** Control's tables as the execution plane may change them; every call stands inside the job's transaction. */
export type ExecutionResults = {
  loadRun(jobId: string): RunJob | null;
  loadSubmission(jobId: string): SubmissionJob | null;
  markRunning(tx: Tx, kind: 'run' | 'submission', jobId: string, startedAt: number): void;
  markQueued(tx: Tx, kind: 'run' | 'submission', jobId: string): void;
  storeCompile(tx: Tx, jobId: string, compile: CompileOutcome): void;
  storeCase(tx: Tx, jobId: string, outcome: CaseOutcome): void;
  finishRun(tx: Tx, jobId: string, end: RunEnd, completedAt: number): void;
  finishSubmission(tx: Tx, jobId: string, end: SubmissionEnd, completedAt: number): void;
};

/** What the control plane asks of the execution plane before it accepts work. */
export type ExecutionPlane = {
  /** Whether runs can be accepted at all, and in this language; null when they can, else why not (one sentence). */
  refusal(language: SupportedLanguage): string | null;
  languages(): readonly LanguageState[];
  health(): 'ok' | 'fail' | 'disabled';
  /** Mean seconds until a waiting job is served, 1..30; for Retry-After. */
  retryAfterSeconds(): number;
};
