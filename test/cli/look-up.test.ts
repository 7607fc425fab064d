import { mkdirSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildProgram,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  newPlace,
  runHere,
} from './support.ts';

vi.setConfig({ testTimeout: 300_000 });

let directory: string;
beforeAll(async () => {
  buildProgram();
  directory = await newInstallation();
  const database = new Database(path.join(directory, 'syncode.db'));
  const insert = database.prepare(
    `INSERT INTO users (id, email, username, display_name, role, created_at, updated_at, banned_at, banned_reason, deleted_at)
     VALUES (?, ?, ?, ?, ?, 1, 1, ?, ?, ?)`,
  );
  const add = (number: number, username: string, more: Record<string, unknown> = {}) =>
    insert.run(
      `00000000-0000-7000-8000-0000000000${String(number).padStart(2, '0')}`,
      `${username.toLowerCase()}@${number % 2 ? 'odd' : 'even'}.example`,
      username,
      more.name ?? null,
      more.role ?? 'user',
      more.banned ?? null,
      more.banned === undefined ? null : 'shares solutions',
      more.deleted ?? null,
    );
  add(1, 'Zoe', { role: 'admin' });
  add(2, 'adam', { name: '50%_off\u001b[31m' });
  add(3, 'Bella', { banned: 5 });
  add(4, 'carl');
  add(5, 'gone', { deleted: 7 });
  database.close();
});
afterAll(cleanUp);

const here = (...words: string[]) => runHere([...words, '--data-dir', directory]);
const names = async (...words: string[]) => {
  const { accounts } = documentOf(await here('admin', 'list', '--json', ...words)) as {
    accounts: { username: string }[];
  };
  return accounts.map(({ username }) => username);
};

describe('admin list', () => {
  it.each([
    [[], ['adam', 'Bella', 'carl', 'Zoe']],
    [['--role', 'admin'], ['Zoe']],
    [['--banned'], ['Bella']],
    [['--no-banned'], ['adam', 'carl', 'Zoe']],
    [
      ['--search', 'ODD.example'],
      ['Bella', 'Zoe'],
    ],
    [['--search', '%_'], ['adam']],
    [['--search', 'gone'], []],
    [['--role', 'admin', '--banned'], []],
  ])('%j lists %j, without regard to case, deleted accounts never', async (words, expected) => {
    expect(await names(...words)).toEqual(expected);
  });

  it('goes on where the page before ended, by the command that it prints', async () => {
    const seen: string[] = [];
    let words = ['admin', 'list', '--limit', '1', '--no-banned'];
    for (let page = 0; page < 3; page++) {
      const { code, out, err } = await here(...words);
      expect(code, err).toBe(0);
      seen.push(out.split('\n')[1]?.split(' ')[0] ?? '');
      const next = /^3 in all\.(?: More: syncode (.+))?\n$/.exec(err);
      expect(next).not.toBeNull();
      words = (next?.[1] ?? '').split(' --data-dir ')[0]?.split(' ') ?? [];
      expect(words.length > 1).toBe(page < 2);
    }
    expect(seen).toEqual(['adam', 'carl', 'Zoe']);
  });

  it('refuses a cursor of another list, and what is no number, role or text', async () => {
    const { pagination } = documentOf(await here('admin', 'list', '--json', '--limit', '1')) as {
      pagination: { nextCursor: string };
    };
    expectRefusal(await here('admin', 'list', '--banned', '--cursor', pagination.nextCursor), 2, 'cursor');
    expectRefusal(await here('admin', 'list', '--cursor', 'x'), 2, 'cursor');
    expectRefusal(await here('admin', 'list', '--limit', '0'), 2, 'from 1 to 1000');
    expectRefusal(await here('admin', 'list', '--role', 'teacher'), 2, 'user, admin');
    expectRefusal(await here('admin', 'list', '--search', ''), 2, '1 to 100 characters');
  });

  it('sends nothing to the terminal that it would obey', async () => {
    const { out } = await here('admin', 'list', '--search', 'adam');
    expect(out).toContain('50%_off?[31m');
    expect(await here('admin', 'list', '--search', 'nobody')).toMatchObject({
      code: 0,
      out: 'There is no such account.\n',
    });
  });
});

describe('admin show', () => {
  it('shows an account by any of its names', async () => {
    for (const name of ['bella', 'BELLA@odd.example', '00000000-0000-7000-8000-000000000003'])
      expect(documentOf(await here('admin', 'show', name, '--json'))).toMatchObject({
        username: 'Bella',
        bannedAt: '1970-01-01T00:00:00.005Z',
        bannedReason: 'shares solutions',
        logins: [],
        rooms: [],
        submissions: 0,
      });
    const { out } = await here('admin', 'show', 'Bella');
    expect(out).toMatch(/^banned +since .+: shares solutions$/m);
    expect(out).not.toMatch(/hash/i);
  });

  it('does not know deleted accounts and strangers', async () => {
    for (const name of ['gone', 'nobody', ''])
      expectRefusal(await here('admin', 'show', name), 3, `There is no user ${name}`);
  });
});

describe('without a server', () => {
  it('status and health say so and end with 1, logs with 3', async () => {
    for (const name of ['status', 'health'])
      expectRefusal(await here(name), 1, `No server runs on ${directory}.`, 'systemctl start syncode');
    expectRefusal(await here('logs'), 3, 'There is no log at', 'syncode serve --data-dir');
  });

  it('keys rotate changes the files, and is audited', async () => {
    expect(documentOf(await here('keys', 'rotate', '--purpose', 'identifiers', '--json'))).toMatchObject({
      keys: [{ purpose: 'identifiers' }],
    });
  });

  it('all need an installation, and say where they looked for one', async () => {
    const place = newPlace();
    const commands = [
      ['status'],
      ['health'],
      ['logs'],
      ['keys', 'rotate'],
      ['admin', 'list'],
      ['admin', 'show', 'x'],
      ['admin', 'logout', 'x'],
    ];
    for (const words of commands)
      expectRefusal(await runHere([...words, '--data-dir', place]), 3, `no data directory at ${place}`);
    mkdirSync(place, { mode: 0o700 });
    for (const words of commands)
      expectRefusal(await runHere([...words, '--data-dir', place]), 3, 'holds no installation of Syncode');
  });
});
