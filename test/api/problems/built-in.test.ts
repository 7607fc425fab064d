import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CaseContent, ProblemContent } from '../../../src/control/problems/content.ts';
import { builtInProblems } from '../../../src/control/problems/index.ts';
import { readPackage } from '../../../src/control/problems/package/package.ts';
import { isOutputRight } from '../../../src/execution/compare.ts';
import { difficultyValues, hintLevelValues, supportedLanguageValues } from '../../../src/generated/enums.ts';

const directory = builtInProblems();
const folders = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const languages = [...supportedLanguageValues].sort();

/** Standard output of a program for one input. */
function run(command: string, args: string[], input: string): string {
  const { status, stdout, stderr } = spawnSync(command, args, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return stdout;
}

/** A program in JavaScript from the code of a solution, beside its driver if the problem has one; its path. */
function placeProgram(box: string, code: string, driver: string | undefined): string {
  mkdirSync(box);
  const main = join(box, 'main.js');
  writeFileSync(main, driver ?? code);
  if (driver !== undefined) writeFileSync(join(box, 'solution.js'), code);
  return main;
}

/** Whether an output is right by the problem's comparison; checkers are Python programs here. */
function isRight(box: string, content: ProblemContent, one: CaseContent, output: string): boolean {
  const { comparison, checker } = content;
  const { mode, tolerance } = comparison;
  if (mode !== 'checker') return isOutputRight(output, one.expectedOutput, { mode, tolerance });
  const files = ['checker.py', 'input', 'answer'].map((name) => join(box, name));
  [checker?.code, one.input, one.expectedOutput].forEach((text, index) => {
    writeFileSync(files[index] ?? '', text ?? '');
  });
  const { status, stderr } = spawnSync('python3', [...files, box], { input: output, encoding: 'utf8' });
  if (status !== 42 && status !== 43) throw new Error(`the checker ended with ${status}: ${stderr}`);
  return status === 42;
}

it('the built-in set has a dozen problems, three or more of every difficulty, and stays below 8 MB', async () => {
  const packages = await Promise.all(folders.map((folder) => readPackage(join(directory, folder))));
  expect(packages.length).toBeGreaterThanOrEqual(12);
  for (const difficulty of difficultyValues) {
    const found = packages.filter(({ content }) => content.difficulty === difficulty);
    expect([difficulty, found.length >= 3]).toEqual([difficulty, true]);
  }
  const sizes = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(directory, name)).size,
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(8_000_000);
});

describe.each(folders)('the built-in problem %s', (folder) => {
  const load = () => readPackage(join(directory, folder));

  it('has samples, many hidden cases with descriptions, an empty or smallest one among them', async () => {
    const { cases, tags } = (await load()).content;
    const hidden = cases.filter(({ isHidden }) => isHidden);
    expect(cases.length - hidden.length).toBeGreaterThanOrEqual(2);
    expect(hidden.length).toBeGreaterThanOrEqual(12);
    expect(cases.every(({ description }) => description !== null)).toBe(true);
    expect(new Set(cases.map(({ input }) => input)).size).toBe(cases.length);
    expect(Math.min(...hidden.map(({ input }) => input.length))).toBeLessThan(15);
    // What takes exponential time has small inputs only.
    if (tags.includes('backtracking')) return;
    expect(Math.max(...hidden.map(({ input }) => input.length))).toBeGreaterThan(100_000);
  });

  it('has starter code and an accepted solution in every language, a wrong, a slow and a crashing one', async () => {
    const { content, submissions } = await load();
    expect(Object.keys(content.starterCode ?? {}).sort()).toEqual(languages);
    for (const code of Object.values(content.starterCode ?? {})) expect(code).toContain('TODO');
    const of = (expected: string) => submissions.filter((found) => found.expected === expected);
    expect([...new Set(of('accepted').map(({ language }) => language))].sort()).toEqual(languages);
    expect(of('wrong_answer')).not.toHaveLength(0);
    expect(of('time_limit_exceeded')).not.toHaveLength(0);
    expect(of('run_time_error')).not.toHaveLength(0);
  });

  it('has limits, tags, explained examples, three hints from gentle to plain, and no HTML', async () => {
    const { content } = await load();
    expect(content.timeLimitMs).not.toBeNull();
    expect(content.memoryLimitMb).not.toBeNull();
    expect(content.tags.length).toBeGreaterThan(0);
    expect(content.constraints).not.toBeNull();
    expect(content.examples.length).toBeGreaterThanOrEqual(2);
    expect(content.examples.every(({ explanation }) => explanation)).toBe(true);
    expect(content.hints.map(({ level }) => level)).toEqual([...hintLevelValues]);
    for (const heading of ['## Input', '## Output']) expect(content.description).toContain(heading);
    expect(`${content.description}${content.constraints}`).not.toMatch(/<\/?[a-z]/i);
  });

  it('is solved by its JavaScript solution, and not by its starter code', { timeout: 300_000 }, async () => {
    const { content, submissions } = await load();
    const solution = submissions.find(
      ({ expected, language }) => expected === 'accepted' && language === 'javascript',
    );
    const folder = mkdtempSync(join(tmpdir(), 'syncode-built-in-'));
    try {
      const driver = content.drivers?.javascript;
      const solved = placeProgram(join(folder, 'solved'), solution?.code ?? '', driver);
      for (const one of content.cases) {
        const printed = run(process.execPath, [solved], one.input);
        expect(isRight(folder, content, one, printed), one.description ?? '').toBe(true);
      }
      const begun = placeProgram(join(folder, 'begun'), content.starterCode?.javascript ?? '', driver);
      const [first] = content.cases;
      if (first === undefined) throw new Error('no case');
      expect(isRight(folder, content, first, run(process.execPath, [begun], first.input))).toBe(false);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
