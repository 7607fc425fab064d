import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompileStep, RunStep, SourceFile, StepLimits, StepOutcome } from '../ports/steps.ts';
import { type Artefacts, artefactKey, type Workshop } from './artefacts.ts';
import { isOutputRight } from './compare.ts';
import { jailTrouble, stepFacts } from './jail-facts.ts';
import { judgeProgram } from './judge.ts';
import { baseEnvironment, type CompileCommand } from './languages/language.ts';
import { languages } from './languages/registry.ts';
import { COMPILE_OUTPUT_BYTES } from './limits.ts';
import {
  type Collect,
  inJail,
  type JailLimits,
  type JailRequest,
  type Mount,
  type Supervisor,
} from './sandbox/jail.ts';
import { decodeText } from './texts.ts';
import type { HostLimits, WorkerResults, WorkerSetup, WorkerTask } from './worker-tasks.ts';

/** What one worker works with. */
export type Bench = {
  readonly supervisor: Supervisor;
  readonly artefacts: Artefacts;
  readonly setup: WorkerSetup;
};

type StepTask = Extract<WorkerTask, { kind: 'step' }>;
type StepResult = WorkerResults['step'];

const MAX_ARTEFACT_FILES = 4096;
const emptyInput = new Uint8Array();

/** The limits of a jail: what the step says and what the host adds. */
export function jailLimits(step: StepLimits, host: HostLimits): JailLimits {
  const { cpuMs, wallMs, memoryKb, outputBytes, processes } = step;
  return { cpuMs, wallMs, memoryKb, outputBytes, pids: processes, ...host };
}

const ended = (outcome: StepOutcome, artefactBytes = 0): StepResult => ({ outcome, artefactBytes });

/** Runs a step in a fresh jail. */
export function runStepTask(bench: Bench, task: StepTask, signal: AbortSignal): Promise<StepResult> {
  return task.step.kind === 'compile'
    ? compileProgram(bench, task, task.step, signal)
    : runProgram(bench, task, task.step, signal).then((outcome) => ended(outcome));
}

async function compileProgram(
  bench: Bench,
  task: StepTask,
  step: CompileStep,
  signal: AbortSignal,
): Promise<StepResult> {
  const command = languages[step.language].compile(task.toolchain.programs, step.sources);
  const key = artefactKey(step.language, task.toolchain, command, step.sources);
  const known = bench.artefacts.find(key) === null ? null : bench.artefacts.factsOf(key);
  if (known !== null)
    return ended({ status: 'done', facts: known, artefact: key, rejected: null, cached: true });
  const workshop = bench.artefacts.open(step.sources);
  try {
    return await compileFresh(bench, { task, step, command, key, workshop }, signal);
  } finally {
    // Nothing is there any more once it has become an artefact.
    bench.artefacts.discard(workshop);
  }
}

type Compiling = {
  readonly task: StepTask;
  readonly step: CompileStep;
  readonly command: CompileCommand;
  readonly key: string;
  readonly workshop: Workshop;
};

async function compileFresh(bench: Bench, compiling: Compiling, signal: AbortSignal): Promise<StepResult> {
  const { step, key, workshop } = compiling;
  const jail = await bench.supervisor.run(compileRequest(bench, compiling), signal);
  const trouble = jailTrouble(jail);
  if (trouble !== null) return ended(trouble);
  const { collected } = jail;
  if (collected?.ok === false && collected.refusal === 'host')
    return ended({ status: 'jailFailed', message: collected.message });
  const facts = stepFacts(jail, COMPILE_OUTPUT_BYTES, null);
  const done = { status: 'done', facts, artefact: null, rejected: null, cached: false } as const;
  if (collected?.ok === false)
    return ended({ ...done, rejected: `What the compiler made cannot be kept: ${collected.message}` });
  if (judgeProgram(facts, step.limits) !== 'success') return ended(done);
  const made = keepArtefact(bench, workshop, collected?.files.map(({ path }) => path) ?? null, step.sources);
  const entry = languages[step.language].entry(step.sources);
  const bytes = bench.artefacts.keep(workshop, key, entry, made, facts);
  return ended({ ...done, artefact: key }, bytes);
}

/** Names of the artefact's files; of a language that has no compiler the sources become the artefact. */
function keepArtefact(
  bench: Bench,
  workshop: Workshop,
  collected: readonly string[] | null,
  sources: readonly SourceFile[],
): readonly string[] {
  if (collected !== null) return collected;
  bench.artefacts.takeSources(workshop);
  return sources.map(({ name }) => name);
}

function compileRequest(bench: Bench, { task, step, command, workshop }: Compiling): JailRequest {
  const { compileLimits } = bench.setup;
  const { output } = command;
  const collect: Collect | null =
    output === null
      ? null
      : {
          path: output,
          into: workshop.files,
          maxBytes: compileLimits.tmpfsBytes,
          maxFiles: MAX_ARTEFACT_FILES,
        };
  return {
    argv: command.argv,
    env: { ...baseEnvironment, ...command.env },
    cwd: inJail.app,
    app: workshop.sources,
    tools: languages[step.language].tools,
    mounts: task.preload === null ? [] : [task.preload],
    stdin: emptyInput,
    limits: jailLimits(step.limits, compileLimits),
    stdout: { from: 'start', bytes: COMPILE_OUTPUT_BYTES },
    stderr: { from: 'start', bytes: COMPILE_OUTPUT_BYTES },
    overflow: 'drop',
    ...(collect === null ? {} : { collect }),
  };
}

async function runProgram(
  bench: Bench,
  task: StepTask,
  step: RunStep,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const artefact = bench.artefacts.find(step.artefact);
  if (artefact === null) return { status: 'missingArtefact' };
  const { language, limits, expect } = step;
  const memoryMb = Math.floor(limits.memoryKb / 1024);
  const command = languages[language].run(task.toolchain.programs, artefact.entry, memoryMb);
  const folder = step.files === undefined ? null : bench.artefacts.open([]);
  try {
    const jail = await bench.supervisor.run(
      {
        argv: [...command.argv, ...(step.args ?? [])],
        env: { ...baseEnvironment, ...command.env },
        app: artefact.directory,
        tools: languages[language].tools,
        mounts: folder === null ? [] : showFiles(folder, step.files ?? []),
        scratch: folder === null ? [] : ['/data/feedback'],
        stdin: typeof step.stdin === 'string' ? Buffer.from(step.stdin) : step.stdin,
        limits: jailLimits(limits, bench.setup.runLimits),
        stdout: {
          from: 'start',
          bytes: expect === undefined ? step.keep.stdoutHeadBytes : limits.outputBytes,
        },
        stderr: { from: 'end', bytes: step.keep.stderrTailBytes },
      },
      signal,
    );
    const trouble = jailTrouble(jail);
    if (trouble !== null) return trouble;
    const matches =
      expect === undefined
        ? null
        : isOutputRight(decodeText(jail.stdout.bytes), expect.output, expect.comparison);
    const facts = stepFacts(jail, step.keep.stdoutHeadBytes, matches);
    return { status: 'done', facts, artefact: null, rejected: null, cached: false };
  } finally {
    if (folder !== null) bench.artefacts.discard(folder);
  }
}

/** Writes files where the jail can be shown them, below /data. */
function showFiles(folder: Workshop, files: readonly SourceFile[]): Mount[] {
  return files.map(({ name, text }) => {
    const source = join(folder.files, name);
    writeFileSync(source, text);
    chmodSync(source, 0o644);
    return { source, target: `/data/${name}` };
  });
}
