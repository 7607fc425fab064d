import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { supportedLanguageValues } from '../../../src/generated/enums.ts';
import { openPlaneBench, type PlaneBench } from '../support/plane-bench.ts';
import { judgeSolution, readBuiltIns, solutionsOf } from '../support/solutions.ts';

const failing = ['wrong_answer', 'run_time_error', 'time_limit_exceeded'] as const;

/**
 * Of each package one accepted solution and one that fails, in turn through the languages and the ways to fail. All of
 * them take many minutes, since slow ones use up their time.
 */
const packages = await readBuiltIns();
const all = packages.flatMap(solutionsOf);
const chosen = packages.flatMap((one, index) => {
  const own = solutionsOf(one);
  const language = supportedLanguageValues[index % supportedLanguageValues.length];
  const end = failing[index % failing.length];
  return [
    own.find((solution) => solution.expected === 'accepted' && solution.language === language),
    own.find((solution) => solution.expected === end),
  ].filter((solution) => solution !== undefined);
});

const cacheDir = mkdtempSync(path.join(tmpdir(), 'syncode-problems-cache-'));
let bench: PlaneBench;
beforeAll(async () => {
  bench = await openPlaneBench({ driver: 'bubblewrap', cacheDir });
});
afterAll(async () => {
  await bench.close();
  rmSync(cacheDir, { recursive: true, force: true });
});

const rest = all.length - chosen.length;
describe(`solutions of the built-in problems, in the jail (${rest} others: npm run problems)`, () => {
  it('are an accepted and a failing one of every package, in every language, failing in every way', () => {
    expect(chosen).toHaveLength(2 * packages.length);
    const accepted = chosen.filter(({ expected }) => expected === 'accepted');
    expect(new Set(accepted.map(({ language }) => language))).toEqual(new Set(supportedLanguageValues));
    expect(new Set(chosen.map(({ expected }) => expected))).toEqual(new Set(['accepted', ...failing]));
  });

  it.each(chosen)('$name: $path ends as expected', async (solution) => {
    expect((await judgeSolution(bench, solution)).fault).toBeNull();
  });
});
