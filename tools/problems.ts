/**
 * Judges every solution of the built-in problems in the jail, one after the other, and prints a row for each: whether it
 * ends as its folder says. Ends with 1 when one does not.
 *
 *   npm run problems -- [--only PACKAGE]... [--language LANGUAGE]...
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { supportedLanguageValues } from '../src/generated/enums.ts';
import { openPlaneBench } from '../test/execution/support/plane-bench.ts';
import {
  judgeSolution,
  readBuiltIns,
  type Solution,
  solutionsOf,
} from '../test/execution/support/solutions.ts';

const print = (line: string) => process.stdout.write(`${line}\n`);

/** Solutions that the command line asks for; throws on a name that nothing has. */
async function chooseSolutions(): Promise<Solution[]> {
  const text = { type: 'string', multiple: true, default: [] as string[] } as const;
  const { only, language } = parseArgs({ options: { only: text, language: text } }).values;
  const packages = await readBuiltIns();
  const names = packages.map(({ name }) => name);
  const unknown = [
    ...only.filter((name) => !names.includes(name)),
    ...language.filter((name) => !supportedLanguageValues.some((value) => value === name)),
  ];
  if (unknown.length > 0) throw new Error(`neither a package nor a language: ${unknown.join(', ')}`);
  return packages
    .filter(({ name }) => only.length === 0 || only.includes(name))
    .flatMap(solutionsOf)
    .filter((solution) => language.length === 0 || language.includes(solution.language));
}

async function judgeAll(solutions: readonly Solution[]): Promise<number> {
  const cacheDir = mkdtempSync(path.join(tmpdir(), 'syncode-problems-cache-'));
  const bench = await openPlaneBench({ driver: 'bubblewrap', cacheDir });
  let mismatches = 0;
  try {
    for (const solution of solutions) {
      const { verdict, slowestMs, fault } = await judgeSolution(bench, solution);
      if (fault !== null) mismatches++;
      const times = `${Math.ceil(slowestMs)} of ${solution.content.timeLimitMs} ms`;
      const file = solution.path.slice('submissions/'.length);
      const columns = [solution.name.padEnd(15), file.padEnd(48), verdict.padEnd(20), times.padStart(16)];
      print(`${columns.join(' ')}  ${fault === null ? 'ok' : `MISMATCH: ${fault}`}`);
    }
  } finally {
    await bench.close();
    rmSync(cacheDir, { recursive: true, force: true });
  }
  return mismatches;
}

const solutions = await chooseSolutions();
const mismatches = await judgeAll(solutions);
print(`${solutions.length} solutions, ${mismatches} not as expected`);
process.exitCode = mismatches === 0 && solutions.length > 0 ? 0 : 1;
