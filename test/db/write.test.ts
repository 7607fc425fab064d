import { chmodSync, existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { eq, sql } from 'drizzle-orm';
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepared, statement } from '../../src/db/client.ts';
import { DATABASE_FILE, lockDataDirectory } from '../../src/db/data-directory.ts';
import { openDb } from '../../src/db/open.ts';
import { openReader } from '../../src/db/reader.ts';
import type { Db, Tx } from '../../src/db/types.ts';
import { write, writeNow } from '../../src/db/write.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestDirectory } from '../support/database.ts';

const notes = sqliteTable('notes', { id: integer().primaryKey(), body: text().notNull() });
const unavailable = { code: 'SERVICE_UNAVAILABLE', status: 503 };

let directory: ReturnType<typeof createTestDirectory>;
let path: string;
let db: Db;

beforeEach(async () => {
  directory = createTestDirectory();
  path = join(directory.path, DATABASE_FILE);
  db = openDb({ path, log: silentLog, mode: 'server', create: true });
  await write(db, ({ raw }) => {
    raw.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  });
});
afterEach(async () => {
  await db.close();
  directory.remove();
});

const insert = (tx: Tx, id: number) =>
  tx.orm
    .insert(notes)
    .values({ id, body: `note ${id}` })
    .run();
const ids = () =>
  db.orm
    .select()
    .from(notes)
    .all()
    .map(({ id }) => id);

describe('write()', () => {
  it('commits, resolves with the result, and is followed by a flush', async () => {
    const result = await write(db, (tx) => insert(tx, 1).changes);
    expect(result).toBe(1);
    expect(db.durable.unflushed).toBe(true);
    await db.durable.settled();
    expect([ids(), db.durable.unflushed]).toEqual([[1], false]);
  });

  it('rolls back and rejects with what was thrown, and asks for no flush', async () => {
    await db.durable.settled();
    const thrown = new Error('a rule');
    const failing = write(db, (tx) => {
      insert(tx, 1);
      throw thrown;
    });
    await expect(failing).rejects.toBe(thrown);
    expect([ids(), db.durable.unflushed]).toEqual([[], false]);
  });

  it('refuses an async callback, with nothing of it stored, before or after its first await', async () => {
    const run = async (tx: Tx) => {
      insert(tx, 1);
      await Promise.resolve();
      insert(tx, 2);
    };
    // @ts-expect-error the type refuses promises
    await expect(write(db, run)).rejects.toThrow('must be synchronous');
    await new Promise((resolve) => setImmediate(resolve));
    expect(ids()).toEqual([]);
  });

  it('refuses a write inside a write', async () => {
    let inner: Promise<unknown> | undefined;
    await write(db, (tx) => {
      insert(tx, 1);
      inner = write(db, (other) => insert(other, 2)).catch((error: Error) => error.message);
    });
    expect(await inner).toContain('inside write()');
    expect(ids()).toEqual([1]);
  });

  it('refuses changes through drizzle outside a transaction', () => {
    expect(() => db.orm.insert(notes).values({ id: 1, body: '' }).run()).toThrow('outside write()');
    expect(() => db.orm.delete(notes).returning().all()).toThrow('outside write()');
    expect(() => db.orm.transaction(() => {})).toThrow('Use write(db');
    expect(ids()).toEqual([]);
  });

  it('runs what follows a commit in order, at once, and lets nothing of it undo the commit', async () => {
    const order: string[] = [];
    const done = write(db, (tx) => {
      tx.afterCommit(() => order.push(`committed ${ids()}, in transaction: ${db.raw.inTransaction}`));
      tx.afterCommit(() => {
        throw new Error('broken consequence');
      });
      tx.afterCommit(() => db.durable.whenDurable(() => order.push('durable')));
      tx.afterCommit(() => order.push('last'));
      insert(tx, 1);
    });
    expect(order).toEqual(['committed 1, in transaction: false', 'last']);
    await done;
    await db.durable.settled();
    expect(order.at(-1)).toBe('durable');
  });

  it('forgets the consequences of a transaction that was rolled back, and takes none after its end', async () => {
    const order: string[] = [];
    let kept: Tx | undefined;
    const failing = write(db, (tx) => {
      kept = tx;
      tx.afterCommit(() => order.push('never'));
      throw new Error('a rule');
    });
    await expect(failing).rejects.toThrow('a rule');
    expect(() => kept?.afterCommit(() => {})).toThrow('after the end');
    expect(order).toEqual([]);
  });

  it('waits at the gate, in order, and writeNow() refuses there', async () => {
    db.gate.close();
    const both = [1, 2].map((id) => write(db, (tx) => insert(tx, id)));
    await new Promise((resolve) => setImmediate(resolve));
    expect(ids()).toEqual([]);
    expect(() => writeNow(db, (tx) => insert(tx, 3))).toThrow('gate is closed');
    db.gate.open();
    await Promise.all(both);
    expect(ids()).toEqual([1, 2]);
  });

  it('answers SERVICE_UNAVAILABLE while another program holds the write lock', async () => {
    const other = new Database(path);
    other.exec('BEGIN IMMEDIATE');
    await expect(write(db, (tx) => insert(tx, 1))).rejects.toMatchObject({
      ...unavailable,
      retryAfterSeconds: 1,
    });
    other.exec('ROLLBACK');
    other.close();
    await write(db, (tx) => insert(tx, 1));
    expect(ids()).toEqual([1]);
  });

  it('answers SERVICE_UNAVAILABLE when the database may not grow, and goes on when it may', async () => {
    const pages = db.raw.pragma('page_count', { simple: true });
    db.raw.pragma(`max_page_count = ${pages}`);
    const large = (tx: Tx) =>
      tx.orm
        .insert(notes)
        .values({ body: 'x'.repeat(100_000) })
        .run();
    await expect(write(db, large)).rejects.toMatchObject({ ...unavailable, retryAfterSeconds: 30 });
    db.raw.pragma('max_page_count = 1000000');
    await write(db, large);
    expect(ids()).toEqual([1]);
  });

  it('keeps the whole batch out when one row of it is refused, and says so to its owner', async () => {
    let batch = [1, 2, 2];
    const refusals: unknown[] = [];
    const commit = () => {
      const rows = batch.splice(0);
      if (rows.length > 0) writeNow(db, (tx) => rows.map((id) => insert(tx, id)));
    };
    db.durable.onBatch(commit, (error) => refusals.push(error));
    db.durable.touch();
    await db.durable.settled();
    expect([ids(), refusals.length]).toEqual([[], 1]);
    batch = [3];
    db.durable.touch();
    await db.durable.settled();
    expect([ids(), refusals.length]).toEqual([[3], 1]);
  });
});

describe('reading', () => {
  const byId = prepared((orm) =>
    orm
      .select()
      .from(notes)
      .where(eq(notes.id, sql.placeholder('id')))
      .prepare(),
  );
  const count = statement<[], number>('SELECT count(*) FROM notes', (fresh) => fresh.pluck());

  it('prepares a query once per connection, inside and outside transactions', async () => {
    await write(db, (tx) => {
      insert(tx, 1);
      expect(byId(tx).get({ id: 1 })).toEqual({ id: 1, body: 'note 1' });
      expect(count(tx).get()).toBe(1);
    });
    expect(byId(db)).toBe(byId(db));
    expect(byId(db).get({ id: 2 })).toBeUndefined();
  });

  it('gives the same text as objects and as fields', async () => {
    await write(db, (tx) => insert(tx, 1));
    const text = sql`SELECT id, body FROM notes`;
    for (let round = 0; round < 2; round++) {
      expect(db.orm.all(text)).toEqual([{ id: 1, body: 'note 1' }]);
      expect(db.orm.values(text)).toEqual([[1, 'note 1']]);
    }
  });

  it('reads, and cannot write, through a reader of its own', async () => {
    await write(db, (tx) => insert(tx, 1));
    const reader = openReader(path);
    expect(reader.orm.select().from(notes).all()).toHaveLength(1);
    expect(() => reader.raw.exec('DELETE FROM notes')).toThrow('readonly');
    reader.close();
  });
});

describe('opening and closing', () => {
  it('creates files that only their owner can read [S33]', () => {
    const modes = readdirSync(directory.path).map((file) => [
      file,
      statSync(join(directory.path, file)).mode & 0o777,
    ]);
    expect(modes).toHaveLength(3);
    expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
  });

  it('sets what the server relies on', () => {
    const value = (name: string) => db.raw.pragma(name, { simple: true });
    expect(
      ['journal_mode', 'synchronous', 'wal_autocheckpoint', 'foreign_keys', 'busy_timeout'].map(value),
    ).toEqual(['wal', 1, 0, 1, 50]);
    expect(value('journal_size_limit')).toBe(4 * 1024 * 1024);
  });

  it('stores what is left of batches, then refuses writes', async () => {
    db.durable.onBatch(() => writeNow(db, (tx) => insert(tx, 1)));
    db.durable.touch();
    await Promise.all([db.close(), db.close()]);
    await expect(write(db, (tx) => insert(tx, 2))).rejects.toMatchObject(unavailable);
    db = openDb({ path, log: silentLog, mode: 'command' });
    expect(ids()).toEqual([1]);
    expect(existsSync(`${path}-wal`)).toBe(true);
  });

  it('lets a command commit durably by itself, with checkpoints of its own', async () => {
    await db.close();
    db = openDb({ path, log: silentLog, mode: 'command' });
    expect(db.raw.pragma('synchronous', { simple: true })).toBe(2);
    expect(db.raw.pragma('wal_autocheckpoint', { simple: true })).toBe(1000);
    await write(db, (tx) => insert(tx, 1));
    await db.durable.settled();
    expect([ids(), db.durable.walBytes()]).toEqual([[1], 0]);
  });

  it('refuses a missing file, one that others can read, and one that is not its own [S33]', async () => {
    const open = (file: string) => () => openDb({ path: file, log: silentLog, mode: 'server' });
    const missing = join(directory.path, 'nowhere.db');
    expect(open(missing)).toThrow(missing);
    expect(existsSync(missing)).toBe(false);
    await db.close();
    chmodSync(path, 0o640);
    expect(open(path)).toThrow('is open to other users (mode 0640)');
    const foreign = join(directory.path, 'foreign.db');
    const other = new Database(foreign);
    other.exec('CREATE TABLE theirs (id INTEGER)');
    other.close();
    chmodSync(foreign, 0o600);
    expect(open(foreign)).toThrow('is not a database of Syncode');
    chmodSync(path, 0o600);
  });

  it('refuses a data directory that others can enter, and one that is locked, naming it [S33]', () => {
    const lock = lockDataDirectory(directory.path);
    expect(() => lockDataDirectory(directory.path)).toThrow(`The data directory ${directory.path} is in use`);
    lock.release();
    lockDataDirectory(directory.path).release();
    chmodSync(directory.path, 0o750);
    expect(() => lockDataDirectory(directory.path)).toThrow(
      expect.objectContaining({
        message: expect.stringContaining(directory.path),
        remedy: `chmod 0700 ${directory.path}`,
      }),
    );
    chmodSync(directory.path, 0o700);
  });
});
