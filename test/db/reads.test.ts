import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openReader } from '../../src/db/reader.ts';
import { createReadWorker, type ReadWorker } from '../../src/db/reads.ts';
import { write } from '../../src/db/write.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import type { jobs } from './children/slow-reads.ts';

const unavailable = { code: 'SERVICE_UNAVAILABLE', status: 503 };
const slowEntry = new URL('./children/slow-reads.ts', import.meta.url);
let test: TestDb;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  test = openTestDb();
  await write(test.db, ({ raw }) => {
    raw.exec(
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT) STRICT;
      INSERT INTO notes SELECT value, 'note ' || value FROM generate_series(1, 100)`.replace(
        'generate_series(1, 100)',
        '(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < 100) SELECT value FROM n)',
      ),
    );
  });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
  await test.close();
});

const start = () => {
  const worker = createReadWorker({ path: test.db.path });
  stops.push(worker.stop);
  return worker;
};
const startSlow = (maxWaiting: number): ReadWorker<typeof jobs> => {
  const worker = createReadWorker<typeof jobs>({ path: test.db.path, entry: slowEntry, maxWaiting });
  stops.push(worker.stop);
  return worker;
};

describe('the read worker', () => {
  it('checks integrity and references, and counts rows', async () => {
    const worker = start();
    const [integrity, rows] = await Promise.all([
      worker.run('checkIntegrity', {}),
      worker.run('countRows', {}),
    ]);
    expect(integrity).toEqual({ problems: [], brokenReferences: [] });
    expect(rows).toMatchObject({ notes: 100 });
  });

  it('finds broken references', async () => {
    test.db.raw.pragma('foreign_keys = OFF');
    await write(test.db, ({ raw }) => {
      raw.exec('CREATE TABLE replies (id INTEGER PRIMARY KEY, note INTEGER REFERENCES notes (id)) STRICT');
      raw.exec('INSERT INTO replies VALUES (5, 500)');
    });
    const { brokenReferences } = await start().run('checkIntegrity', {});
    expect(brokenReferences).toEqual(['replies row 5 -> notes']);
  });

  it('copies the database privately while writers go on, and leaves nothing behind when it cannot', async () => {
    const worker = start();
    const target = join(test.directory, 'copy.db');
    const copying = worker.run('copyDatabase', { target });
    await write(test.db, ({ raw }) => raw.exec("INSERT INTO notes (body) VALUES ('later')") && undefined);
    const { bytes } = await copying;
    expect([statSync(target).mode & 0o777, statSync(target).size]).toEqual([0o600, bytes]);
    const copy = openReader(target);
    expect(copy.raw.pragma('integrity_check', { simple: true })).toBe('ok');
    expect(copy.raw.prepare('SELECT count(*) FROM notes').pluck().get()).toBeGreaterThanOrEqual(100);
    copy.close();
    await expect(worker.run('copyDatabase', { target })).rejects.toThrow('could not be copied');
    await expect(
      worker.run('copyDatabase', { target: join(test.directory, 'nowhere', 'copy.db') }),
    ).rejects.toThrow('could not be copied');
    expect(readdirSync(test.directory).filter((file) => file.includes('partial'))).toEqual([]);
  });

  it('cannot write, passes on what a job throws, and ends a snapshot that a job left open', async () => {
    const worker = startSlow(4);
    await expect(worker.run('change', null)).rejects.toMatchObject(unavailable);
    await expect(worker.run('fail', 'why')).rejects.toThrow('why');
    await expect(worker.run('leaveOpen', null)).resolves.toBe(100);
    await write(test.db, ({ raw }) => raw.exec('DELETE FROM notes WHERE id > 1') && undefined);
    await expect(worker.run('leaveOpen', null)).resolves.toBe(1);
  });

  it('refuses what does not fit its queue, and runs the rest in order', async () => {
    const worker = startSlow(1);
    const order: number[] = [];
    const run = (id: number) => worker.run('sleep', 50).then(() => order.push(id));
    const accepted = [run(1), run(2)];
    await expect(run(3)).rejects.toMatchObject(unavailable);
    await Promise.all(accepted);
    expect(order).toEqual([1, 2]);
  });

  it('ends a job that takes too long, and goes on with the next in a fresh thread', async () => {
    const worker = startSlow(4);
    const first = worker.run('sleep', 60_000, { timeoutMs: 50 });
    const second = worker.run('leaveOpen', null);
    await expect(first).rejects.toMatchObject(unavailable);
    await expect(second).resolves.toBe(100);
  });

  it('ends the running job when stopped, and refuses the waiting and the late ones', async () => {
    const worker = startSlow(4);
    const all = [worker.run('sleep', 60_000), worker.run('sleep', 60_000)];
    const outcomes = Promise.allSettled(all);
    await worker.stop();
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(worker.run('sleep', 1)).rejects.toMatchObject(unavailable);
  });
});
