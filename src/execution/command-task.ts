import { chmodSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { jailTrouble } from './jail-facts.ts';
import { baseEnvironment } from './languages/language.ts';
import { inJail, type JailLimits } from './sandbox/jail.ts';
import type { Bench } from './step-tasks.ts';
import { decodeText } from './texts.ts';
import type { CommandResult, WorkerTask } from './worker-tasks.ts';

const GIB = 1024 * 1024 * 1024;
const OUTPUT_BYTES = 64 * 1024;
const MAX_FILES = 20_000;

/** Commands of the product itself may take their time: building a standard library takes minutes on small machines. */
const limits: JailLimits = {
  wallMs: 600_000,
  cpuMs: 600_000,
  memoryKb: (2 * GIB) / 1024,
  pids: 256,
  outputBytes: OUTPUT_BYTES,
  fileBytes: GIB,
  tmpfsBytes: GIB,
  tmpfsInodes: 2 * MAX_FILES,
  openFiles: 1024,
  stackBytes: 64 * 1024 * 1024,
  cores: 2,
};

/** Runs one command of the product in a jail, and keeps its output directory where that is asked for. */
export async function runCommandTask(
  bench: Bench,
  task: Extract<WorkerTask, { kind: 'command' }>,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { command, into } = task;
  const workshop = bench.artefacts.open(task.sources);
  const output = 'output' in command ? command.output : null;
  const collect = { path: output ?? '', into: workshop.files, maxBytes: GIB, maxFiles: MAX_FILES };
  try {
    const facts = await bench.supervisor.run(
      {
        argv: command.argv,
        env: { ...baseEnvironment, ...command.env },
        cwd: inJail.app,
        app: workshop.sources,
        tools: task.tools,
        stdin: new Uint8Array(),
        limits,
        stdout: { from: 'start', bytes: OUTPUT_BYTES },
        stderr: { from: 'start', bytes: OUTPUT_BYTES },
        overflow: 'drop',
        ...(output === null || into === null ? {} : { collect }),
      },
      signal,
    );
    const trouble = jailTrouble(facts);
    if (trouble !== null)
      return { ok: false, reason: trouble.status === 'cancelled' ? 'It was stopped' : trouble.message };
    const said = (decodeText(facts.stdout.bytes) + decodeText(facts.stderr.bytes)).trim();
    if (facts.exitCode !== 0)
      return { ok: false, reason: said.slice(0, 500) || `It ended with status ${facts.exitCode}` };
    if (facts.collected?.ok === false) return { ok: false, reason: facts.collected.message };
    if (into !== null) publish(workshop.files, into);
    return { ok: true, output: said };
  } finally {
    bench.artefacts.discard(workshop);
  }
}

function publish(files: string, into: string): void {
  mkdirSync(dirname(into), { recursive: true });
  rmSync(into, { recursive: true, force: true });
  renameSync(files, into);
  chmodSync(into, 0o755);
}
