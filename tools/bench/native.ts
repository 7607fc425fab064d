import { execFile, execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { Worker } from 'node:worker_threads';

const runFile = promisify(execFile);

/** Compiles C or C++ as it stands on this machine; gives the program's path and how long that took. */
export function compileNatively(
  directory: string,
  name: string,
  source: string,
  ...flags: readonly string[]
): { program: string; ms: number } {
  const file = path.join(directory, name);
  const program = path.join(directory, name.replace(/\.\w+$/, ''));
  writeFileSync(file, source);
  const start = performance.now();
  execFileSync(name.endsWith('.cpp') ? 'g++' : 'gcc', ['-O2', ...flags, '-o', program, file]);
  return { program, ms: performance.now() - start };
}

/** A bare loop of starts: its wall times in ms, all processes together. */
export type SpawnLoop = (
  processes: number,
  count: number,
  words: readonly string[],
) => Promise<{ readonly each: number[]; readonly wallMs: number }>;

export function buildSpawnLoop(directory: string): SpawnLoop {
  const loop = path.join(directory, 'spawn-loop');
  const input = path.join(directory, 'line.txt');
  execFileSync('gcc', ['-O2', '-o', loop, path.join(import.meta.dirname, 'baselines/spawn-loop.c')]);
  writeFileSync(input, 'line 1\n');
  return async (processes, count, words) => {
    const start = performance.now();
    const { stdout } = await runFile(loop, [`${processes}`, `${count}`, input, ...words]);
    const wallMs = performance.now() - start;
    return {
      each: stdout
        .trim()
        .split('\n')
        .map((us) => Number(us) / 1000),
      wallMs,
    };
  };
}

/** Syncs a file of its own beside the load until it is ended; then gives the times of each sync in ms. */
export function watchDisk(directory: string): () => Promise<number[]> {
  const stop = new SharedArrayBuffer(4);
  const worker = new Worker(new URL('baselines/disk-child.ts', import.meta.url), {
    workerData: { file: path.join(directory, 'sync-probe'), stop },
  });
  const times = new Promise<number[]>((resolve, reject) => {
    worker.once('message', resolve);
    worker.once('error', reject);
  });
  return () => {
    Atomics.store(new Int32Array(stop), 0, 1);
    Atomics.notify(new Int32Array(stop), 0);
    return times;
  };
}
