import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../cli/support.ts';

const attack = {
  id: 'one',
  category: 'x',
  language: 'c',
  limits: { wallMs: 1, cpuMs: 1, memoryMb: 1, pids: 1, outputBytes: 1 },
  source: '',
  expect: { verdicts: ['OK'] },
};

describe('syncode sandbox', () => {
  let directory = '';
  const file = (name: string) => path.join(directory, name);

  beforeAll(async () => {
    await runHere(['version']); // loads the program, which takes its time on a busy machine
    directory = mkdtempSync(path.join(tmpdir(), 'syncode-suite-command-'));
    writeFileSync(file('suite.json'), JSON.stringify([attack]));
    writeFileSync(file('again.json'), JSON.stringify([attack]));
    writeFileSync(file('broken.json'), '[{]');
    writeFileSync(
      file('wrong.json'),
      JSON.stringify([{ ...attack, limits: { ...attack.limits, pids: 0 }, expect: { verdict: 'OK' } }]),
    );
  });
  afterEach(() => {
    process.exitCode = undefined;
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  it.each<[what: string, words: (at: typeof file) => string[], says: RegExp]>([
    ['a suite that is not there', (at) => ['--suite', at('none.json')], /cannot be read[\s\S]*ENOENT/],
    ['a directory', (at) => ['--suite', at('.')], /cannot be read[\s\S]*EISDIR/],
    ['no JSON', (at) => ['--suite', at('broken.json')], /is no suite[\s\S]*It is no JSON/],
    [
      'fields that are wrong',
      (at) => ['--suite', at('wrong.json')],
      /\[0\]\.limits\.pids:[\s\S]*\[0\]\.expect\.verdicts:[\s\S]*Unrecognized key: "verdict"/,
    ],
    [
      'a case that is not there',
      (at) => ['--suite', at('suite.json'), '--only', 'two'],
      /no case two[\s\S]*one/,
    ],
    ['a case twice', (at) => ['--suite', at('suite.json'), '--suite', at('again.json')], /a case one/],
    ['a case without a suite', () => ['--only', 'one'], /are for a suite[\s\S]*--suite/],
    ['no rounds', (at) => ['--suite', at('suite.json'), '--times', '0'], /whole number from 1 to 1000/],
    ['a part of a case', (at) => ['--suite', at('suite.json'), '--jobs', '1.5'], /whole number from 1 to 16/],
    ['another driver', (at) => ['--suite', at('suite.json'), '--driver', 'docker'], /bubblewrap or nsjail/],
  ])('test refuses %s, and runs nothing', async (_, words, says) => {
    const { code, out, err } = await runHere(['sandbox', 'test', ...words(file)]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(says);
    expect(err).not.toMatch(/at .*\.ts:\d+/);
  });

  const isRoot = process.geteuid?.() === 0;

  it.skipIf(!isRoot)('prepare knows its user (not tested unless root: others are refused)', async () => {
    const { code, err } = await runHere(['sandbox', 'prepare', '--user', 'no such user']);
    expect(code).toBe(3);
    expect(err).toContain('There is no user no such user');
  });

  it.skipIf(isRoot)('prepare is for root (not tested as root)', async () => {
    const { code, err } = await runHere(['sandbox', 'prepare', '--user', 'nobody']);
    expect(code).toBe(4);
    expect(err).toContain('sudo syncode sandbox prepare --user nobody');
  });

  it('prepare needs to know for whom', async () => {
    const { code, err } = await runHere(['sandbox', 'prepare']);
    expect(code).toBe(2);
    expect(err).toContain('--user');
  });
});
