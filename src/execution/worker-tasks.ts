import type { MessagePort } from 'node:worker_threads';
import type { Step, StepOutcome } from '../ports/steps.ts';
import type { Command, CompileCommand, Toolchain } from './languages/language.ts';
import type { JailLimits, SupervisorOptions, Tool } from './sandbox/jail.ts';
import type { LimitCheck } from './sandbox/self-test.ts';

/** What programs are held to beside the limits of their step. */
export type HostLimits = Pick<
  JailLimits,
  'fileBytes' | 'tmpfsBytes' | 'tmpfsInodes' | 'openFiles' | 'stackBytes' | 'cores'
>;

/** What a worker is given once. */
export type WorkerSetup = {
  readonly supervisor: SupervisorOptions;
  readonly cacheDir: string;
  readonly runLimits: HostLimits;
  readonly compileLimits: HostLimits;
};

/** A read-only directory for compile steps. */
export type PreloadMount = { readonly source: string; readonly target: string };

/** What a worker can be asked for; plain data. */
export type WorkerTask =
  | {
      readonly kind: 'step';
      readonly step: Step;
      readonly toolchain: Toolchain;
      readonly preload: PreloadMount | null;
    }
  /** A command of the product, not of a user: a version, a self-made cache. */
  | {
      readonly kind: 'command';
      readonly command: Command | CompileCommand;
      readonly tools: readonly Tool[];
      readonly sources: readonly { readonly name: string; readonly text: string }[];
      /** Where the command's output goes; null keeps nothing. */
      readonly into: string | null;
    }
  | { readonly kind: 'selfTest' }
  | { readonly kind: 'close' };

export type CommandResult =
  | { readonly ok: true; readonly output: string }
  | { readonly ok: false; readonly reason: string };

/** Answers by the task's kind. */
export type WorkerResults = {
  /** `artefactBytes`: size of a new artefact. */
  step: { readonly outcome: StepOutcome; readonly artefactBytes: number };
  command: CommandResult;
  selfTest: readonly LimitCheck[];
  close: null;
};

/** What travels: the task and a port on which any message means cancel. */
export type WorkerCall = { readonly task: WorkerTask; readonly cancel: MessagePort };
