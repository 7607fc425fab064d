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

/** How much of each stream comes back; `limits.outputBytes` bounds what is read at all. */
export type StepKeep = { readonly stdoutHeadBytes: number; readonly stderrTailBytes: number };

/** What stdout is compared with beside the program, so that big outputs need not travel. */
export type StepExpectation = {
  readonly output: string;
  readonly comparison:
    | { readonly mode: 'text' | 'tokens' }
    | { readonly mode: 'float'; readonly tolerance: number };
};

/** Makes the artefact of a program, or finds it in the cache. */
export type CompileStep = {
  readonly kind: 'compile';
  readonly language: SupportedLanguage;
  readonly sources: readonly SourceFile[];
  readonly limits: StepLimits;
};

/** Runs a program once, from its artefact. */
export type RunStep = {
  readonly kind: 'run';
  readonly language: SupportedLanguage;
  readonly artefact: string;
  readonly stdin: string | Uint8Array;
  readonly limits: StepLimits;
  readonly keep: StepKeep;
  readonly expect?: StepExpectation;
  /** Read-only files shown below /data, for checkers; with them /data/feedback is an empty writable directory. */
  readonly files?: readonly SourceFile[];
  readonly args?: readonly string[];
};

export type Step = CompileStep | RunStep;

/** How the kernel saw a program end. */
export type StepFacts = {
  /** 128 + signal number when killed by a signal; null when the program never ran. */
  readonly exitCode: number | null;
  /** Name such as SIGSEGV. */
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
  /** Whether the whole stdout is as expected; null without `expect`. */
  readonly outputMatches: boolean | null;
};

export type StepOutcome =
  | {
      readonly status: 'done';
      readonly facts: StepFacts;
      /** Of a compile step that succeeded: what run steps name. */
      readonly artefact: string | null;
      /** Of a compile step whose compiler did well but left something that cannot be kept; one sentence. */
      readonly rejected: string | null;
      /** The artefact was there before; the facts are those of its making. */
      readonly cached: boolean;
    }
  /** The runner has no such artefact any more: compile again. */
  | { readonly status: 'missingArtefact' }
  /** The language's toolchain is not there (any more). */
  | { readonly status: 'unavailable'; readonly message: string }
  /** The jail failed, never the program. */
  | { readonly status: 'jailFailed'; readonly message: string }
  | { readonly status: 'cancelled' };

/** Runs steps in jails; a step is self-contained plain data, so a runner may live on another machine. */
export type StepRunner = {
  /** Never rejects; an aborted step ends as `cancelled` within seconds, its processes killed. */
  run(step: Step, signal: AbortSignal): Promise<StepOutcome>;
  /** Looks for the toolchain, asks its version and runs a known program through it. */
  probe(language: SupportedLanguage): Promise<LanguageState>;
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
