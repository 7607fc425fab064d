import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const page = read('docs/SECURITY.md');

/** Rows of the table below a heading, as cells. */
function rowsBelow(heading: string): string[][] {
  const [, after = ''] = page.split(`## ${heading}\n`);
  const [part = ''] = after.split('\n## ');
  const rows = part.split('\n').filter((line) => /^\| S\d+ \|/.test(line));
  return rows.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}
const served = rowsBelow('Rules and tests');
const others = rowsBelow('Not served yet');

/** Rules that the tests of a file say they show: `[S1]` or `[S10, S11]` in the name of a test or a group. */
function rulesShownBy(file: string): Set<string> {
  const names = read(file).matchAll(/(?:\bit|\bdescribe|\))(?:\.\w+)*\(\s*(['"`])((?:\\.|(?!\1).)*)\1/g);
  const marks = [...names].flatMap(([, , name = '']) => [...name.matchAll(/\[(S\d+(?:, S\d+)*)\]/g)]);
  return new Set(marks.flatMap(([, rules = '']) => rules.split(', ')));
}

describe('docs/SECURITY.md', () => {
  it('has every rule once, with its tests or with why it is not served', () => {
    const rules = [...read('docs/spec/security.md').matchAll(/^\| (S\d+) \|/gm)].map((match) => match[1]);
    expect(rules).toHaveLength(36);
    const listed = [...served, ...others].map(([rule]) => rule);
    expect([...listed].sort()).toEqual([...rules].sort());
    expect(others.map(([rule]) => rule)).toEqual(['S22', 'S23', 'S30', 'S31', 'S32', 'S35']);
    for (const [rule, , why = ''] of others) expect([rule, why.length > 10]).toEqual([rule, true]);
  });

  it.each(served)('%s: its tests are there and carry its number', (rule = '', _short, files = '') => {
    const named = [...files.matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(0);
    for (const file of named) {
      expect([file, existsSync(path.join(root, file))]).toEqual([file, true]);
      expect([file, [...rulesShownBy(file)]]).toEqual([file, expect.arrayContaining([rule])]);
    }
  });

  it('this test would see a name without a number, and no number outside of a name', () => {
    expect(rulesShownBy('test/security/map.test.ts')).toEqual(new Set());
    expect(rulesShownBy('test/security/origins.test.ts')).toContain('S16');
  });
});
