import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { builtInProblems } from '../../../src/control/problems/index.ts';
import { readPackage } from '../../../src/control/problems/package/package.ts';
import { hintLevelValues, supportedLanguageValues } from '../../../src/generated/enums.ts';

const directory = builtInProblems();
const folders = readdirSync(directory, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);
const languages = [...supportedLanguageValues].sort();

/** Standard output of a JavaScript program for one input. */
function runJavaScript(path: string, input: string): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [path], { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`ended with ${status}: ${stderr}`);
  return stdout;
}

const lines = (text: string) => text.trimEnd().split('\n');
const tokens = (text: string) => text.split(/\s+/).filter((token) => token !== '');

it('the built-in set has problems of every difficulty and stays below 2 MB', async () => {
  const packages = await Promise.all(folders.map((folder) => readPackage(join(directory, folder))));
  expect(new Set(packages.map(({ content }) => content.difficulty))).toEqual(
    new Set(['easy', 'medium', 'hard']),
  );
  const sizes = readdirSync(directory, { recursive: true, encoding: 'utf8' }).map(
    (name) => statSync(join(directory, name)).size,
  );
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThan(2_000_000);
});

describe.each(folders)('the built-in problem %s', (folder) => {
  const load = () => readPackage(join(directory, folder));

  it('has samples, many hidden cases with descriptions, an empty or smallest one among them', async () => {
    const { cases } = (await load()).content;
    const hidden = cases.filter(({ isHidden }) => isHidden);
    expect(cases.length - hidden.length).toBeGreaterThanOrEqual(2);
    expect(hidden.length).toBeGreaterThanOrEqual(12);
    expect(cases.every(({ description }) => description !== null)).toBe(true);
    expect(new Set(cases.map(({ input }) => input)).size).toBe(cases.length);
    expect(Math.min(...hidden.map(({ input }) => input.length))).toBeLessThan(10);
    expect(Math.max(...hidden.map(({ input }) => input.length))).toBeGreaterThan(100_000);
  });

  it('has starter code and an accepted solution in every language, a wrong and a slow one', async () => {
    const { content, submissions } = await load();
    expect(Object.keys(content.starterCode ?? {}).sort()).toEqual(languages);
    for (const code of Object.values(content.starterCode ?? {})) expect(code).toContain('TODO');
    const of = (expected: string) => submissions.filter((found) => found.expected === expected);
    expect([...new Set(of('accepted').map(({ language }) => language))].sort()).toEqual(languages);
    expect(of('wrong_answer')).not.toHaveLength(0);
    expect(of('time_limit_exceeded')).not.toHaveLength(0);
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

  it('is solved by its JavaScript solution, and not by its starter code', { timeout: 120_000 }, async () => {
    const { content, submissions } = await load();
    const solution = submissions.find(
      ({ expected, language }) => expected === 'accepted' && language === 'javascript',
    );
    const parts = content.comparison.mode === 'text' ? lines : tokens;
    const box = mkdtempSync(join(tmpdir(), 'syncode-built-in-'));
    try {
      writeFileSync(join(box, 'solution.js'), solution?.code ?? '');
      writeFileSync(join(box, 'starter.js'), content.starterCode?.javascript ?? '');
      for (const { input, expectedOutput, description } of content.cases) {
        const printed = runJavaScript(join(box, 'solution.js'), input);
        expect(parts(printed), description ?? '').toEqual(parts(expectedOutput));
      }
      const [first] = content.cases;
      expect(parts(runJavaScript(join(box, 'starter.js'), first?.input ?? ''))).not.toEqual(
        parts(first?.expectedOutput ?? ''),
      );
    } finally {
      rmSync(box, { recursive: true, force: true });
    }
  });
});
