import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConnection } from '../../src/db/connection.ts';
import { migrate, pendingMigrations, readApplied } from '../../src/db/migrate.ts';
import { migrationsDirectory, readMigrations } from '../../src/db/migration-files.ts';
import { openReader } from '../../src/db/reader.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestDirectory } from '../support/database.ts';

const clock = { now: () => Date.UTC(2026, 10, 24, 12) };
let directory: ReturnType<typeof createTestDirectory>;
let path: string;
let scripts: string;
let backups: string;

beforeEach(() => {
  directory = createTestDirectory();
  path = join(directory.path, 'syncode.db');
  scripts = join(directory.path, 'migrations');
  backups = join(directory.path, 'backups');
  mkdirSync(scripts);
});
afterEach(() => directory.remove());

const script = (name: string, sql: string) => writeFileSync(join(scripts, `${name}.sql`), sql);
const run = () => migrate({ path, backups, clock, log: silentLog, directory: scripts });
const read = (sql: string) => {
  const reader = openReader(path);
  try {
    return reader.raw.prepare(sql).all();
  } finally {
    reader.close();
  }
};
const twoTables = () => {
  script('0001_rooms', 'CREATE TABLE rooms (id INTEGER PRIMARY KEY) STRICT;');
  script(
    '0002_seats',
    'CREATE TABLE seats (id INTEGER PRIMARY KEY, room INTEGER REFERENCES rooms (id)) STRICT;\nINSERT INTO rooms VALUES (7);',
  );
};

describe('migrate()', () => {
  it('creates a private database, applies everything once, and saves nothing when there was nothing', () => {
    twoTables();
    expect(run()).toEqual({ applied: ['0001_rooms', '0002_seats'], backup: null });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(read('SELECT version, applied_at AS at FROM schema_migrations')).toEqual([
      { version: 1, at: clock.now() },
      { version: 2, at: clock.now() },
    ]);
    expect(run()).toEqual({ applied: [], backup: null });
    expect(existsSync(backups)).toBe(false);
  });

  it('copies a database with content first, as a whole and privately', () => {
    twoTables();
    run();
    script('0003_names', "ALTER TABLE rooms ADD COLUMN name TEXT NOT NULL DEFAULT 'room'");
    const { applied, backup } = run();
    expect(applied).toEqual(['0003_names']);
    expect(backup).toBe(join(backups, 'before-0003_names-20261124T120000000Z.db'));
    expect([statSync(backup ?? '').mode & 0o777, statSync(backups).mode & 0o777]).toEqual([0o600, 0o700]);
    const copy = openConnection(backup ?? '', { synchronous: 'FULL' });
    expect(copy.prepare('SELECT * FROM rooms').all()).toEqual([{ id: 7 }]);
    expect(readApplied(copy)).toHaveLength(2);
    copy.close();
    expect(read('SELECT * FROM rooms')).toEqual([{ id: 7, name: 'room' }]);
  });

  it('changes nothing when the copy cannot be made', () => {
    twoTables();
    run();
    writeFileSync(join(directory.path, 'file'), '');
    backups = join(directory.path, 'migrations');
    mkdirSync(join(scripts, 'before-0003_drop-20261124T120000000Z.db'));
    script('0003_drop', 'DROP TABLE seats');
    expect(run).toThrow(expect.objectContaining({ code: 'BACKUP_FAILED', why: 'It exists already' }));
    expect(read('SELECT count(*) AS n FROM seats')).toEqual([{ n: 0 }]);
  });

  it('keeps what came before a failing migration, and nothing of it', () => {
    twoTables();
    script('0003_broken', 'CREATE TABLE half (id INTEGER) STRICT; INSERT INTO nowhere VALUES (1);');
    expect(run).toThrow(
      expect.objectContaining({
        code: 'MIGRATION_FAILED',
        message: expect.stringContaining('0003_broken'),
        why: 'no such table: nowhere',
      }),
    );
    expect(read("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")).toEqual(
      ['rooms', 'schema_migrations', 'seats'].map((name) => ({ name })),
    );
    script('0003_broken', 'CREATE TABLE half (id INTEGER) STRICT;');
    expect(run().applied).toEqual(['0003_broken']);
  });

  it('refuses a migration that leaves rows pointing nowhere', () => {
    twoTables();
    script('0003_orphans', 'INSERT INTO seats VALUES (1, 99);');
    expect(run).toThrow(
      expect.objectContaining({ code: 'MIGRATION_FAILED', why: expect.stringContaining('seats') }),
    );
    expect(read('SELECT * FROM seats')).toEqual([]);
  });

  it('lets a migration rebuild a table that others refer to', () => {
    twoTables();
    script('0003_fill', 'INSERT INTO seats VALUES (1, 7);');
    script(
      '0004_rebuild',
      `CREATE TABLE new_rooms (id INTEGER PRIMARY KEY, kind TEXT NOT NULL) STRICT;
       INSERT INTO new_rooms SELECT id, 'any' FROM rooms; DROP TABLE rooms; ALTER TABLE new_rooms RENAME TO rooms;`,
    );
    run();
    expect(read('SELECT kind, seats.id FROM rooms JOIN seats ON room = rooms.id')).toEqual([
      { kind: 'any', id: 1 },
    ]);
  });

  it('refuses an edited, a missing, a late and an unknown newer migration, and changes nothing', () => {
    script('0001_rooms', 'CREATE TABLE rooms (id INTEGER PRIMARY KEY) STRICT;');
    script('0003_seats', 'CREATE TABLE seats (id INTEGER PRIMARY KEY) STRICT;');
    run();
    const before = read('SELECT * FROM sqlite_schema');
    let folders = 0;
    const refused = (directoryOf: (files: (name: string, sql: string) => void) => void) => {
      scripts = join(directory.path, `other-${folders++}`);
      mkdirSync(scripts);
      directoryOf(script);
      try {
        run();
        return 'applied';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const rooms = 'CREATE TABLE rooms (id INTEGER PRIMARY KEY) STRICT;';
    const seats = 'CREATE TABLE seats (id INTEGER PRIMARY KEY) STRICT;';
    expect([
      refused((file) => [file('0001_rooms', `${rooms} `), file('0003_seats', seats)]),
      refused((file) => [file('0003_seats', seats), file('0004_more', '')]),
      refused((file) => [file('0001_rooms', rooms), file('0002_late', ''), file('0003_seats', seats)]),
      refused((file) => [file('0001_rooms', rooms)]),
      refused((file) => [file('0001_rooms', rooms), file('0003_seats', seats), file('0003_twice', '')]),
      refused((file) => [file('0001_rooms', rooms), file('0003_seats', seats), file('four', '')]),
    ]).toEqual([
      'MIGRATION_EDITED',
      'MIGRATION_MISSING',
      'MIGRATION_OUT_OF_ORDER',
      'SCHEMA_NEWER',
      'MIGRATION_INVALID',
      'MIGRATION_INVALID',
    ]);
    expect(read('SELECT * FROM sqlite_schema')).toEqual(before);
  });

  it('tells what is pending without applying it', () => {
    twoTables();
    const raw = new Database(':memory:');
    expect(pendingMigrations(raw, scripts).map(({ name }) => name)).toEqual(['0001_rooms', '0002_seats']);
    raw.close();
  });
});

describe('the migrations of the program', () => {
  it('apply to an empty database and make STRICT tables only', () => {
    scripts = migrationsDirectory();
    const { applied } = run();
    expect(applied).toEqual(readMigrations(scripts).map(({ name }) => name));
    const tables = read(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'",
    );
    expect(tables).toEqual([]);
  });
});

describe('two processes at once', () => {
  const start = () => {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'children/starter.ts'), directory.path, scripts],
      {
        stdio: ['pipe', 'pipe', 'inherit'],
      },
    );
    const firstLine = once(child.stdout, 'data').then(([data]) => String(data).trim());
    return { child, firstLine };
  };

  it('let one migrate and refuse the other by the lock, naming the directory; a killed one leaves it free', async () => {
    twoTables();
    const both = [start(), start()];
    const lines = await Promise.all(both.map(({ firstLine }) => firstLine));
    expect(lines.toSorted()).toEqual([
      'applied 0001_rooms,0002_seats',
      `refused The data directory ${directory.path} is in use`,
    ]);
    const holder = both[lines.findIndex((line) => line.startsWith('applied'))]?.child;
    holder?.kill('SIGKILL');
    await Promise.all(both.map(({ child }) => child.exitCode ?? child.signalCode ?? once(child, 'exit')));
    const third = start();
    expect(await third.firstLine).toBe('applied');
    third.child.kill('SIGKILL');
    await once(third.child, 'exit');
  });
});
