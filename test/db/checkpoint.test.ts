import { renameSync, statSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CheckpointLimits, type Checkpoints, startCheckpoints } from '../../src/db/checkpoint.ts';
import { openReader } from '../../src/db/reader.ts';
import { write } from '../../src/db/write.ts';
import { openTestDb, type TestDb } from '../support/database.ts';

const deaths: string[] = [];
let test: TestDb;
let checkpoints: Checkpoints | undefined;

beforeEach(async () => {
  deaths.length = 0;
  test = openTestDb({ die: () => deaths.push('SIGKILL') });
  await write(test.db, ({ raw }) => {
    raw.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT NOT NULL) STRICT');
  });
});
afterEach(async () => {
  await checkpoints?.stop();
  checkpoints = undefined;
  await test.close().catch(() => {});
});

const start = (limits: Partial<CheckpointLimits> = {}, entry?: URL) => {
  checkpoints = startCheckpoints({ db: test.db, limits, ...(entry && { entry }) });
  return checkpoints;
};
const insert = (body: string) =>
  write(test.db, ({ raw }) => {
    raw.prepare('INSERT INTO notes (body) VALUES (?)').run(body);
  });
const count = () => test.db.raw.prepare('SELECT count(*) FROM notes').pluck().get();
const walBytes = () => statSync(`${test.db.path}-wal`).size;
const badWorker = new URL('./children/bad-checkpoints.ts', import.meta.url);

describe('checkpoints', () => {
  it('keep the -wal file small under writers that never stop, and lose nothing', async () => {
    const { health, run } = start();
    // So that the thread runs before the writers begin, however slow its start.
    await run();
    const body = 'x'.repeat(20_000);
    let largest = 0;
    for (let n = 0; n < 4_000; n++) {
      await insert(body);
      if (n % 4 === 0) await setImmediate();
      if (n % 40 === 0) largest = Math.max(largest, walBytes());
    }
    expect(health().restarts).toBeGreaterThan(3);
    // 80 MB went through it.
    expect(largest).toBeLessThan(32 * 1024 * 1024);
    expect(count()).toBe(4_000);
    expect(test.db.raw.pragma('integrity_check', { simple: true })).toBe('ok');
  });

  it('start the WAL anew while writers go on, again and again', async () => {
    const { run, health } = start();
    let isDone = false;
    const writer = async () => {
      let written = 0;
      for (; !isDone; written++) {
        await insert('row');
        if (written % 3 === 0) await setImmediate();
      }
      return written;
    };
    const writers = [writer(), writer()];
    for (let round = 0; round < 20; round++) expect(await run()).toBe(true);
    isDone = true;
    const written = await Promise.all(writers);
    await test.db.durable.settled();
    expect(health()).toMatchObject({ restarts: 20, failedAttempts: 0, lastError: null });
    expect(count()).toBe(written.reduce((sum, one) => sum + one));
  });

  it('cut a -wal file that has grown back to its limit', async () => {
    for (let n = 0; n < 100; n++) await insert('x'.repeat(100_000));
    expect(walBytes()).toBeGreaterThan(8 * 1024 * 1024);
    expect(await start().run()).toBe(true);
    expect(walBytes()).toBeLessThanOrEqual(4 * 1024 * 1024);
  });

  it('are put off, not lost, while a long reader needs the end of the WAL', async () => {
    const { run, health } = start();
    await insert('before');
    const reader = openReader(test.db.path);
    reader.raw.exec('BEGIN');
    reader.raw.prepare('SELECT * FROM notes').all();
    await insert('after');
    expect(await run()).toBe(false);
    expect(health()).toMatchObject({
      restarts: 0,
      failedAttempts: 1,
      lastError: expect.stringContaining('reader'),
    });
    await insert('writers go on');
    reader.raw.exec('COMMIT');
    reader.close();
    expect(await run()).toBe(true);
    expect(health()).toMatchObject({ restarts: 1, failedAttempts: 0 });
  });

  it('end a worker that hangs before writers go on', async () => {
    const { run, health } = start({ pauseMs: 100 }, badWorker);
    const checkpoint = run();
    while (!test.db.gate.isClosed) await setImmediate();
    // The hanging worker holds the write lock, so this succeeds only after its end.
    await insert('after the pause');
    expect(await checkpoint).toBe(false);
    await test.db.durable.settled();
    expect(health().lastError).toContain('has not answered within 100 ms');
    expect([count(), test.db.gate.isClosed, deaths]).toEqual([1, false, []]);
  });

  it('let writers go on when the worker cannot start', async () => {
    const { run, health } = start({}, new URL('./children/missing.ts', import.meta.url));
    expect(await run()).toBe(false);
    expect(health().lastError).toMatch(/missing|ended/);
    await insert('writers go on');
    await test.db.durable.settled();
    await checkpoints?.stop();
    expect(await start().run()).toBe(true);
  });

  it('end the process when another file has taken the place of the -wal file', async () => {
    const { run } = start();
    renameSync(`${test.db.path}-wal`, `${test.db.path}-wal.moved`);
    writeFileSync(`${test.db.path}-wal`, '');
    expect(await run()).toBe(false);
    expect(deaths).toEqual(['SIGKILL']);
    await expect(insert('too late')).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  it('stop at once, and none begins afterwards', async () => {
    const { run, stop } = start({}, badWorker);
    const checkpoint = run();
    await stop();
    expect(await checkpoint).toBe(false);
    expect(await run()).toBe(false);
    await insert('writers go on');
  });
});
