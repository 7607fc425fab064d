import type { SupportedLanguage } from '../../generated/api.ts';
import type { Program } from '../../ports/execution.ts';
import type { SourceFile } from '../../ports/steps.ts';
import type { Tool } from '../sandbox/jail.ts';

/** Where a language's programs were found on this machine. */
export type Toolchain = {
  /** Path inside the jail by program name; the product's own under their tool names. */
  readonly programs: Readonly<Record<string, string>>;
  /** What the toolchain calls itself; one line. */
  readonly version: string;
  /** Changes with every other build of the toolchain. */
  readonly identity: string;
};

/** A command line with what its environment has beyond the base. */
export type Command = {
  readonly argv: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
};

export type CompileCommand = Command & {
  /** File or directory below /box that is the artefact; null: the sources are. */
  readonly output: string | null;
};

/** What starts a program: its main file or class. */
export type Entry = string;

/** A read-only directory made once per toolchain and shown to compile steps, e.g. a build cache. */
export type Preload = {
  /** Where compile steps see it. */
  readonly target: string;
  readonly sources: readonly SourceFile[];
  readonly command: (programs: Toolchain['programs']) => CompileCommand;
};

/** One language: everything that is particular to it. Sources lie at /app; compilers start there and write to /box. */
export type Language = {
  readonly name: SupportedLanguage;
  /** Added to the CPU limit, since the runtime spends it before the program begins. */
  readonly startupMs: number;
  /** Below it the runtime itself would not start. */
  readonly memoryFloorMb: number;
  /** Programs of the machine. */
  readonly programs: readonly string[];
  /** Programs of the product. */
  readonly tools: readonly Tool[];
  /** Asks for the version. */
  readonly versionCommand: (programs: Toolchain['programs']) => Command;
  readonly files: (program: Program) => readonly SourceFile[];
  readonly entry: (sources: readonly SourceFile[]) => Entry;
  readonly compile: (programs: Toolchain['programs'], sources: readonly SourceFile[]) => CompileCommand;
  readonly run: (programs: Toolchain['programs'], entry: Entry, memoryMb: number) => Command;
  readonly preload?: Preload;
  /** A program that reads one line and prints it in capital letters. */
  readonly sample: string;
};

/** The path of a program that was looked up. */
export function pathOf(programs: Toolchain['programs'], name: string): string {
  const path = programs[name];
  if (path === undefined) throw new Error(`${name} was not looked up`);
  return path;
}

/** Environment of everything that runs in a jail. */
export const baseEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/bin:/usr/bin:/bin',
  HOME: '/box',
  TMPDIR: '/box',
  LANG: 'C.UTF-8',
  TZ: 'UTC',
  PYTHONHASHSEED: '0',
};

/** `main.<extension>`, and beside a driver `solution.<extension>`. */
export function plainFiles(extension: string): Language['files'] {
  const main = `main.${extension}`;
  return ({ code, driver }) =>
    driver === null
      ? [{ name: main, text: code }]
      : [
          { name: main, text: driver },
          { name: `solution.${extension}`, text: code },
        ];
}

/** Names with the candidate's file first: its errors are told before those of a driver. */
export function candidateFirst(sources: readonly SourceFile[]): string[] {
  return sources.map(({ name }) => name).reverse();
}
