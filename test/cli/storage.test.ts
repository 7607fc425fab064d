import {
  chmodSync,
  chownSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { migrationsDirectory } from '../../src/db/migration-files.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';
import {
  buildProgram,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  rowsOf,
  run,
  runHere,
  serve,
} from './support.ts';

beforeAll(buildProgram);
afterAll(cleanUp);

const migrations = readdirSync(migrationsDirectory())
  .filter((name) => name.endsWith('.sql'))
  .map((name) => name.replace('.sql', ''))
  .sort();
const newest = migrations.at(-1) ?? '';

const tryServe = (directory: string, ...args: string[]) =>
  run(['serve', '--planes', 'control', '--port', '0', '--data-dir', directory, ...args]);

function change(directory: string, sql: string): void {
  const database = new Database(path.join(directory, 'syncode.db'));
  database.exec(sql);
  database.close();
}

/** Everything that a command which refuses must leave as it is. */
const stateOf = (directory: string) => ({
  schema: rowsOf(directory, 'SELECT type, name, sql FROM sqlite_schema ORDER BY name'),
  applied: rowsOf(directory, 'SELECT * FROM schema_migrations'),
  users: rowsOf(directory, 'SELECT * FROM users'),
  backups: readdirSync(path.join(directory, 'backups')),
  keys: readdirSync(path.join(directory, 'keys')),
});

/** An installation whose database was made by a program without the newest migration. */
async function olderInstallation(): Promise<string> {
  const directory = await newInstallation();
  const older = mkdtempSync(path.join(tmpdir(), 'syncode-older-'));
  try {
    for (const name of migrations.slice(0, -1))
      cpSync(path.join(migrationsDirectory(), `${name}.sql`), path.join(older, `${name}.sql`));
    for (const name of readdirSync(directory))
      if (name.startsWith('syncode.db')) rmSync(path.join(directory, name));
    migrate({
      path: path.join(directory, 'syncode.db'),
      backups: path.join(directory, 'backups'),
      clock: systemClock,
      log: silentLog,
      directory: older,
    });
  } finally {
    rmSync(older, { recursive: true });
  }
  return directory;
}

describe('a schema that does not belong to this program', () => {
  it.each([
    [
      'newer',
      "INSERT INTO schema_migrations VALUES (9999, '9999_future', 'x', 1)",
      'newer version of Syncode',
      'Install that version or a later one',
    ],
    [
      'edited',
      "UPDATE schema_migrations SET sha256 = 'edited' WHERE version = 1",
      'is not the one that was applied',
      'Install the program anew',
    ],
    [
      'out of order',
      'DELETE FROM schema_migrations WHERE version = 2',
      'comes too late',
      'Install the program anew',
    ],
    [
      'with one unknown in between',
      "UPDATE schema_migrations SET version = 8, name = '0008_gone' WHERE version = 6",
      'is missing',
      'Install the program anew',
    ],
  ])('%s: every command refuses it, with a remedy, and changes nothing', async (state, sql, what, remedy) => {
    const directory = await newInstallation();
    change(directory, sql);
    const before = stateOf(directory);
    if (state === 'newer') expectRefusal(await tryServe(directory), 4, what, remedy);
    const others = [['migrate'], ['migrate', 'status'], ['admin', 'ban', 'x'], ['init', '--no-admin']];
    for (const args of state === 'newer' ? others : others.slice(0, 1))
      expectRefusal(await runHere([...args, '--data-dir', directory]), 4, what, remedy);
    expect(stateOf(directory)).toEqual(before);
  });
});

describe('an older schema', () => {
  it('is left alone by serve --no-migrate, listed by migrate status, and brought up by migrate after a backup', async () => {
    const directory = await olderInstallation();
    const before = stateOf(directory);
    expectRefusal(
      await tryServe(directory, '--no-migrate'),
      4,
      'is older than this program',
      `The migration ${newest} has not been applied`,
      'Run syncode migrate, which makes a backup first',
    );
    const status = await run(['migrate', 'status', '--data-dir', directory]);
    expect(status.out).toMatch(
      new RegExp(
        `^MIGRATION +APPLIED\n(\\d{4}_\\w+ +\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d UTC\n)+${newest} +waits\n$`,
      ),
    );
    expect(documentOf(await run(['migrate', 'status', '--json', '--data-dir', directory]))).toMatchObject({
      applied: migrations
        .slice(0, -1)
        .map((name) => ({ name, appliedAt: expect.stringMatching(/^\d{4}-.+Z$/) })),
      pending: [newest],
    });
    expect(stateOf(directory)).toEqual(before);

    const { out, code } = await run(['migrate', '--data-dir', directory]);
    expect(code).toBe(0);
    const backup = /^Applied (\S+)\.\nThe state before is kept in (\S+)\.\n$/.exec(out);
    expect(backup?.[1]).toBe(newest);
    expect(statSync(backup?.[2] ?? '').mode & 0o777).toBe(0o600);
    expect(documentOf(await run(['migrate', '--json', '--data-dir', directory]))).toMatchObject({
      applied: [],
      backup: null,
    });
    expect((await run(['migrate', '--data-dir', directory])).out).toBe('The database is up to date.\n');
  });

  it('is brought up by serve, which says so', async () => {
    const directory = await olderInstallation();
    const server = await serve(['--data-dir', directory]);
    expect(server.said()).toMatch(
      new RegExp(`^Applied ${newest}; the state before is kept in \\S+\\.$`, 'm'),
    );
    await server.end('SIGTERM');
  });
});

describe('damage', () => {
  it.each([
    ['a file that is no database', Buffer.alloc(8192, 'no database ')],
    ['a database of something else', null],
  ])('%s in place of the database is told in words', async (_, content) => {
    const directory = await newInstallation();
    for (const name of readdirSync(directory))
      if (/db-(wal|shm)$/.test(name)) rmSync(path.join(directory, name));
    const file = path.join(directory, 'syncode.db');
    rmSync(file);
    if (content === null) {
      const foreign = new Database(file);
      foreign.pragma('application_id = 77');
      foreign.exec('CREATE TABLE theirs (id)');
      foreign.close();
    } else writeFileSync(file, content);
    chmodSync(file, 0o600);
    for (const args of [
      ['admin', 'ban', 'x'],
      ['init', '--no-admin'],
    ]) {
      const outcome = await runHere([...args, '--data-dir', directory]);
      expectRefusal(outcome, 1, /database/);
      expect(outcome.err.trim().split('\n').length).toBeGreaterThan(1);
      expect(outcome.err).not.toContain('The program failed');
    }
    expectRefusal(await tryServe(directory), 1, /database/);
  });
});

describe('a data directory that cannot be written to', () => {
  it('is told with owner and remedy', async () => {
    const directory = await newInstallation();
    // Root becomes the owner of the directory, who may not write either.
    if (process.getuid?.() === 0)
      for (const name of ['.', ...readdirSync(directory, { recursive: true, encoding: 'utf8' })])
        chownSync(path.join(directory, name), 65534, 65534);
    chmodSync(directory, 0o500);
    const expected = [
      `The data directory ${directory} cannot be written to.`,
      'not for writing',
      `ls -ld ${directory}`,
    ];
    expectRefusal(await tryServe(directory), 1, ...expected);
    for (const args of [['migrate'], ['config', 'set', 'server.port', '1'], ['init', '--no-admin']])
      expectRefusal(await run([...args, '--data-dir', directory]), 1, ...expected);
    chmodSync(directory, 0o700);
  });
});
