import type { SupportedLanguage } from '../generated/api.ts';

/** A file of a program: name relative to the work directory, text as UTF-8. */
export type SourceFile = { readonly name: string; readonly text: string };

/** What a compile or run step is held to. Times in ms, sizes as named. */
export type StepLimits = {
  readonly cpuMs: number;
  readonly wallMs: number;
  readonly memoryKb: number;
  readonly outputBytes: number;
  readonly processes: number;
};

/** How much of each stream is kept; `outputBytes` bounds what is read at all. */
export type StepKeep = { readonly stdoutHeadBytes: number; readonly stderrTailBytes: number };

/** Makes the artefact of a program, or finds it in the cache. */
export type CompileStep = {
  readonly kind: 'compile';
  readonly language: SupportedLanguage;
  readonly sources: readonly SourceFile[];
  /** Name of the main class's file for languages that care; else empty. */
  readonly limits: StepLimits;
};

/** Runs a program once, from its artefact. */
export type RunStep = {
  readonly kind: 'run';
  readonly language: SupportedLanguage;
  readonly artefact: string;
  readonly stdin: string;
  readonly limits: StepLimits;
  readonly keep: StepKeep;
  /** Whether the whole stdout up to the limit is wanted, for comparison. */
  readonly wholeStdout: boolean;
  /** For checkers: read-only files shown at /data, and program arguments. */
  readonly files?: readonly SourceFile[];
  readonly args?: readonly string[];
};

export type Step = CompileStep | RunStep;

/** How the kernel saw a program end. */
export type StepFacts = {
  readonly kind: 'run' | 'compile';
  /** 128 + signal number when killed by a signal; null when the program never ran. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly wallMs: number;
  readonly cpuMs: number | null;
  readonly memoryKb: number | null;
  readonly oomKilled: boolean;
  /** What ended the program from outside, if anything did. */
  readonly killedBy: 'wall' | 'cpu' | 'output' | null;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
  readonly stdoutBytes: number;
  readonly stderrBytes: number;
};

export type StepOutcome =
  | {
      readonly status: 'done';
      readonly facts: StepFacts;
      readonly artefact: string | null;
      readonly cached: boolean;
    }
  /** The runner has no such artefact any more: compile again. */
  | { readonly status: 'missingArtefact' }
  /** The jail failed, never the program. `retryable` faults are tried once more. */
  | { readonly status: 'jailFailed'; readonly message: string }
  | { readonly status: 'cancelled' };

/** Runs steps in jails; a step is self-contained plain data, so a runner may live on another machine. */
export type StepRunner = {
  run(step: Step, signal: AbortSignal): Promise<StepOutcome>;
  /** Steps that can run at a time. */
  readonly slots: number;
};

/** What is known of a language's toolchain on this machine. */
export type LanguageState = {
  readonly language: SupportedLanguage;
  readonly available: boolean;
  readonly version: string | null;
  /** One sentence for people; null when available. */
  readonly reason: string | null;
};
