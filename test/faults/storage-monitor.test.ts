import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type StorageLimits, type StorageMonitor, watchStorage } from '../../src/db/storage-monitor.ts';
import { write } from '../../src/db/write.ts';
import { createLog } from '../../src/kernel/log.ts';
import { until, waitUpTo } from '../interview/support/wait.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import { PATIENCE_MS } from './support/world.ts';

let test: TestDb;
let monitor: StorageMonitor;
let lines: Record<string, unknown>[];
let checkpoint = { restarts: 0, failedAttempts: 0, lastError: null as string | null, walBytes: 0 };

beforeEach(() => {
  waitUpTo(PATIENCE_MS / 2);
  test = openTestDb();
  lines = [];
  checkpoint = { restarts: 0, failedAttempts: 0, lastError: null, walBytes: 0 };
});
afterEach(async () => {
  await monitor.stop();
  await test.close();
});

function begin(limits: Partial<StorageLimits> = {}): void {
  const log = createLog('info', { write: (line) => void lines.push(JSON.parse(line)) });
  const checkpoints = { health: () => checkpoint };
  const calm = { lookMs: 20, spaceMs: 20, lowBytes: 0, lowFiles: 0, slowFlushMs: 1e9, ...limits };
  monitor = watchStorage({ db: test.db, checkpoints, directory: test.directory, log, limits: calm });
}
const hears = (sentence: string) => until(sentence, () => lines.find(({ msg }) => msg === sentence));
const change = () => write(test.db, (tx) => void tx.raw.prepare('DELETE FROM jobs').run());

it('a database that somebody else has locked is told with a remedy, and over when it is free', async () => {
  begin();
  const other = new Database(test.db.path);
  other.exec('BEGIN IMMEDIATE');
  await expect(change()).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  expect(await hears('changes are refused until the disk takes them')).toMatchObject({
    level: 'error',
    why: 'Somebody else has the database locked',
    remedy: `fuser -v ${test.db.path}`,
    fault: 'busy',
  });
  expect(monitor.state()).toBe('fail');
  other.exec('COMMIT');
  other.close();
  await hears('the disk takes changes again');
  expect(monitor.state()).toBe('ok');
  await change();
});

it('one refusal that nothing follows is an accident, and no fault', async () => {
  begin();
  const error = Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  test.db.refusals.note(error);
  expect(test.db.refusals.fault).toBe('full');
  await until('it has been tried', () => test.db.refusals.fault === null);
  expect(monitor.state()).toBe('ok');
  expect(lines).toEqual([]);
  test.db.refusals.note(new Error('no fault of the storage'));
  expect(test.db.refusals.fault).toBe(null);
});

it('a write-ahead log that cannot be started anew is a fault until it has been', async () => {
  begin({ largeWalBytes: 1000 });
  checkpoint = { ...checkpoint, failedAttempts: 3, lastError: 'A reader keeps its end', walBytes: 2000 };
  expect(await hears('the write-ahead log grows without end')).toMatchObject({
    why: 'A reader keeps its end',
    remedy: 'systemctl restart syncode',
  });
  expect(monitor.state()).toBe('fail');
  checkpoint = { ...checkpoint, failedAttempts: 0, lastError: null, walBytes: 0 };
  await hears('the write-ahead log is small again');
  expect(monitor.state()).toBe('ok');
});

it('a disk that is nearly full and a slow one are warned of once, and are no faults', async () => {
  begin({ lowBytes: Number.POSITIVE_INFINITY, slowFlushMs: 0 });
  expect(await hears('the disk is nearly full')).toMatchObject({
    level: 'warn',
    remedy: `df -h ${test.directory}; df -i ${test.directory}`,
  });
  await until('the disk is called slow', async () => {
    await change();
    await test.db.durable.settled();
    return lines.find(({ msg }) => String(msg).startsWith('the disk is slow'));
  });
  for (let times = 0; times < 10; times++) {
    await change();
    await test.db.durable.settled();
  }
  expect(monitor.state()).toBe('ok');
  expect(lines.map(({ level }) => level)).toEqual(['warn', 'warn']);
});
