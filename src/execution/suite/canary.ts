import { randomUUID } from 'node:crypto';
import type { RunJob } from '../../ports/execution.ts';
import type { SuiteBench } from './bench.ts';

const KIB_PER_MIB = 1024;
const MIB = 1024 * 1024;
/** Generous: a canary is to show that programs run, not how fast. */
const limits = {
  wallMs: 20_000,
  cpuMs: 10_000,
  memoryKb: 256 * KIB_PER_MIB,
  processes: 64,
  outputBytes: MIB,
};

// Beside an attack it lives for a while, so that it is there when the attack does its worst.
const code = `const word = require('fs').readFileSync(0, 'utf8');
setTimeout(() => process.stdout.write('alive ' + word), word.startsWith('beside') ? 300 : 0);
`;

function canaryJob(word: string): RunJob {
  return {
    kind: 'run',
    jobId: randomUUID(),
    program: { language: 'javascript', code, driver: null },
    stdin: word,
    limits: { timeoutMs: limits.cpuMs, memoryMb: limits.memoryKb / KIB_PER_MIB },
    exact: { limits, keep: { stdoutHeadBytes: MIB, stderrTailBytes: MIB } },
  };
}

/** Runs a harmless program of somebody else; why it did not do well, or null. */
export async function runCanary(bench: SuiteBench, place: 'beside' | 'after'): Promise<string | null> {
  const word = `${place} ${randomUUID()}`;
  const end = await bench.run(canaryJob(word));
  if (end.status === 'failed') return `a harmless program was not run: ${end.error.message}`;
  if (end.outcome === 'success' && end.program.stdout === `alive ${word}`) return null;
  return `a harmless program ended with ${end.outcome}: ${end.program.error ?? 'its output is wrong'}`;
}
