import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildProgram, call, cleanUp, newInstallation, newPlace, program, rowsOf, serve } from './support.ts';

beforeAll(buildProgram);
afterAll(cleanUp);

const ENTER = '\r';
const CTRL_C = '\u0003';
const CTRL_D = '\u0004';

/**
 * Runs the program on a terminal of its own (by script(1)) and types: each step waits for a text and then sends its
 * keys. Gives the exit code and all that the terminal showed.
 */
async function onTerminal(
  args: readonly string[],
  steps: readonly (readonly [waitFor: string, keys: string])[],
  columns = 100,
): Promise<{ code: number | null; shown: string }> {
  const line = [program, ...args].map((word) => `'${word}'`).join(' ');
  const child = spawn('script', ['-qec', `stty cols ${columns}; exec ${line}`, '/dev/null'], {
    cwd: tmpdir(),
    env: { ...process.env, TZ: 'UTC' },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const left = [...steps];
  let shown = '';
  let seen = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    shown += chunk.toString();
    for (let step = left[0]; step !== undefined && shown.includes(step[0], seen); step = left[0]) {
      seen = shown.indexOf(step[0], seen) + step[0].length;
      child.stdin.write(step[1]);
      left.shift();
    }
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  expect(left, shown).toEqual([]);
  return { code, shown: shown.replaceAll('\r\n', '\n') };
}

const INTERRUPTED = 130;
const MAIL = 'Mail address (an address such as ada@example.org): ';
const NAME = 'Username (3 to 30 letters, digits and _): ';

describe('init on a terminal', () => {
  it('asks again until an answer fits, shows no password, offers the problems, and only then makes anything', async () => {
    const directory = newPlace();
    const { code, shown } = await onTerminal(
      ['init', '--data-dir', directory],
      [
        [MAIL, `ada${ENTER}`],
        ['email: an address such as ada@example.org.', ''],
        [MAIL, `ada@example.org${ENTER}`],
        [NAME, `a b${ENTER}`],
        ['username: 3 to 30 letters, digits and _.', ''],
        [NAME, `ada${ENTER}`],
        ['Password (empty: generate one): ', `short${ENTER}`],
        ['password: 8 to 128 characters.', ''],
        ['Password (empty: generate one): ', `correct horse${ENTER}`],
        ['The same password again: ', `wrong horse${ENTER}`],
        ['The two differ; once more.', ''],
        ['Password (empty: generate one): ', `correct horse${ENTER}`],
        ['The same password again: ', `correct horse${ENTER}`],
        ['Load the built-in problems? [Y/n]: ', `perhaps${ENTER}`],
        ['Answer y or n.', ENTER],
      ],
    );
    expect(code, shown).toBe(0);
    expect(shown).not.toMatch(/horse|short/);
    expect(shown).not.toContain('Password, shown only now');
    expect(shown).toMatch(/Loaded [1-9]\d* problems\./);
    const server = await serve(['--data-dir', directory]);
    const body = { identifier: 'ada', password: 'correct horse' };
    expect((await call(server, 'POST', '/auth/login', { body })).status).toBe(200);
    await server.end('SIGTERM');
  }, 60_000);

  it.each([
    ['Ctrl-C at the first question', [[MAIL, CTRL_C]]],
    ['Ctrl-D at the first question', [[MAIL, CTRL_D]]],
    [
      'Ctrl-C at the password',
      [
        [MAIL, `ada@example.org${ENTER}`],
        [NAME, `ada${ENTER}`],
        ['Password', `corr${CTRL_C}`],
      ],
    ],
  ] as const)('%s leaves nothing behind', async (_, steps) => {
    const directory = newPlace();
    const { code, shown } = await onTerminal(['init', '--data-dir', directory], steps);
    expect(code).toBe(INTERRUPTED);
    expect(shown.trimEnd().split('\n').at(-1)).toBe('syncode: Stopped; nothing was changed.');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('admin create on a terminal', () => {
  it('asks for what the flags leave open, and generates a password where none is typed', async () => {
    const directory = await newInstallation();
    const { code, shown } = await onTerminal(
      ['admin', 'create', '--username', 'bob', '--data-dir', directory],
      [
        [MAIL, `bob@example.org${ENTER}`],
        ['Password (empty: generate one): ', ENTER],
      ],
    );
    expect(code, shown).toBe(0);
    expect(shown).not.toContain('Username (');
    expect(shown).toMatch(/User bob \(bob@example\.org\) was created\.\nPassword, shown only now: \S{16}\n/);
    expect(rowsOf(directory, 'SELECT username, role FROM users')).toEqual([
      { username: 'bob', role: 'user' },
    ]);
  });

  it('asks nothing when it cannot be carried out anyway', async () => {
    const { code, shown } = await onTerminal(['admin', 'create', '--data-dir', newPlace()], []);
    expect(code).toBe(3);
    expect(shown).not.toContain('Mail address');
  });
});

describe('serve on a terminal', () => {
  it('is ended by Ctrl-C; its log is not mixed with what is said, unless a level was chosen', async () => {
    const directory = newPlace();
    const words = ['serve', '--init', '--planes', 'control', '--port', '0', '--data-dir', directory];
    const first = await onTerminal(words, [['admin create --admin', CTRL_C]]);
    expect(first.code, first.shown).toBe(0);
    expect(first.shown).toMatch(/^Syncode answers at [\s\S]+SIGINT: stopping \(again: at once\)\.\n$/);
    expect(first.shown).not.toContain('{');
    writeFileSync(path.join(directory, 'config.toml'), '[log]\nlevel = "info"\n');
    const second = await onTerminal(words, [['admin create --admin', CTRL_C]]);
    expect(second.shown).toContain('"msg":"stopping"');
  });
});

describe('tables on a terminal', () => {
  it('become blocks where it is narrow', async () => {
    const directory = await newInstallation();
    const narrow = await onTerminal(['migrate', 'status', '--data-dir', directory], [], 30);
    expect(narrow.shown).toMatch(
      /^MIGRATION {2}0001_jobs\nAPPLIED {4}\d{4}-\d\d-\d\d \d\d:\d\d UTC\n\nMIGRATION/,
    );
    const wide = await onTerminal(['migrate', 'status', '--data-dir', directory], [], 80);
    expect(wide.shown).toMatch(/^MIGRATION +APPLIED\n0001_jobs +\d{4}/);
  });
});
