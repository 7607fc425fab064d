import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createOutbox, type Outbox } from '../../src/collab/outbox.ts';
import { insertOutbox } from '../../src/collab/snapshot-queries.ts';
import { openDb } from '../../src/db/open.ts';
import type { Db } from '../../src/db/types.ts';
import { write } from '../../src/db/write.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { NotFound, ServiceUnavailable, ValidationFailed } from '../../src/kernel/errors.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import type { PlaneProcessOptions } from './children/plane-process.ts';
import { FakeControl } from './support/fake-rooms.ts';
import { createRecordingLog, startPlane } from './support/plane-server.ts';
import { until } from './support/wait.ts';

const TIMINGS = { answerMs: 50, retriesMs: [5, 10, 20], laterMs: 40 };
let database: TestDb;
let db: Db;
let control: FakeControl;
let outbox: Outbox;
let lines: Record<string, unknown>[];

function begin(): Promise<void> {
  const recorded = createRecordingLog();
  lines = recorded.lines;
  const { snapshotReady } = control;
  outbox = createOutbox({ db, clock: systemClock, log: recorded.log, snapshotReady, timings: TIMINGS });
  return outbox.start();
}
beforeEach(async () => {
  database = openTestDb();
  ({ db } = database);
  control = new FakeControl();
  await begin();
});
afterEach(async () => {
  await outbox.stop();
  await database.close();
});
async function put(...ids: string[]): Promise<void> {
  for (const [at, snapshotId] of ids.entries())
    await write(db, (tx) =>
      insertOutbox(tx, {
        snapshotId,
        roomId: 'room',
        takenAtMs: 1_000 + at,
        trigger: 'manual',
        phase: 'coding',
        language: 'python',
        code: `code of ${snapshotId}`,
      }),
    );
  void outbox.wake();
}
const empty = () => until('empty', () => outbox.health().waiting === 0);
const recorded = () => [...control.snapshots.keys()];
const delivered = () => control.deliveries.map(({ snapshotId }) => snapshotId);

it('delivers in the order in which they were taken, and forgets what was acknowledged', async () => {
  await put('a', 'b', 'c');
  await empty();
  expect(delivered()).toEqual(['a', 'b', 'c']);
  expect(control.snapshots.get('b')).toEqual({
    snapshotId: 'b',
    roomId: 'room',
    code: 'code of b',
    language: 'python',
    timestamp: '1970-01-01T00:00:01.001Z',
    trigger: 'manual',
    phase: 'coding',
  });
  expect(outbox.health()).toEqual({ waiting: 0, parked: 0, parkedIds: [], failingMs: 0 });
});

it('more than one batch goes without anybody waking it again', async () => {
  const ids = Array.from({ length: 50 }, (_, at) => `s${String(at).padStart(2, '0')}`);
  await put(...ids);
  await empty();
  expect(recorded()).toEqual(ids);
});

it('delivered twice, it is recorded once: an acknowledgement that was lost, and one that came too late', async () => {
  const losses = [
    () => Promise.reject(ServiceUnavailable()),
    () => new Promise<void>((resolve) => setTimeout(resolve, 200)),
  ];
  const { snapshotReady } = control;
  await outbox.stop();
  control.snapshotReady = async (snapshot) => {
    const answer = await snapshotReady(snapshot);
    await losses.shift()?.();
    return answer;
  };
  await begin();
  await put('a');
  await empty();
  expect(delivered()).toEqual(['a', 'a', 'a']);
  expect(recorded()).toEqual(['a']);
});

it('absence is waited out with growing pauses, and holds up nobody else', async () => {
  let isAway = true;
  control.beforeSnapshot = async ({ snapshotId }) => {
    if (snapshotId === 'a' && isAway) throw ServiceUnavailable();
  };
  await put('a', 'b');
  await until('tried often', () => delivered().filter((id) => id === 'a').length >= 5);
  await until('the other one', () => recorded().includes('b'));
  expect(outbox.health()).toMatchObject({ waiting: 1, parked: 0 });
  const row = db.raw.prepare('SELECT attempts, not_before FROM collab_outbox').get();
  expect(row).toMatchObject({ attempts: expect.any(Number) });
  isAway = false;
  await empty();
  expect(recorded().sort()).toEqual(['a', 'b']);
  expect(outbox.failingMs()).toBe(0);
});

it('while nothing goes through, health tells for how long', async () => {
  control.beforeSnapshot = () => Promise.reject(ServiceUnavailable());
  await put('a');
  await until('failing', () => outbox.failingMs() > 0);
  expect(outbox.health()).toMatchObject({ waiting: 1, parked: 0 });
  await until('failing for longer', () => outbox.failingMs() > 60);
});

it('one that is refused is kept aside, named in health and log, and tried again by the next start', async () => {
  let isRefused = true;
  control.beforeSnapshot = async ({ snapshotId }) => {
    if (snapshotId === 'poisoned' && isRefused) throw ValidationFailed();
  };
  await put('poisoned', 'good');
  await empty();
  expect(recorded()).toEqual(['good']);
  expect(delivered().filter((id) => id === 'poisoned')).toHaveLength(1);
  expect(outbox.health()).toEqual({ waiting: 0, parked: 1, parkedIds: ['poisoned'], failingMs: 0 });
  expect(lines.filter(({ alert }) => alert === true)).toEqual([
    expect.objectContaining({ snapshotId: 'poisoned', roomId: 'room' }),
  ]);
  expect(db.raw.prepare('SELECT reason FROM collab_outbox').pluck().get()).toBe('The request is not valid');
  await outbox.stop();
  isRefused = false;
  await begin();
  await empty();
  expect(lines[0]).toMatchObject({ snapshotIds: ['poisoned'] });
  expect(recorded()).toEqual(['good', 'poisoned']);
  expect(outbox.health().parked).toBe(0);
});

it('a fault that stays is no absence: after ten attempts it is kept aside', async () => {
  control.beforeSnapshot = () => Promise.reject(new TypeError('a fault of ours'));
  await put('a');
  await until('kept aside', () => outbox.health().parked === 1);
  expect(delivered()).toHaveLength(10);
});

it('the end of a room that was erased ends its deliveries', async () => {
  control.beforeSnapshot = () => Promise.reject(NotFound());
  await put('a');
  await empty();
  expect(outbox.health().parked).toBe(0);
  expect(delivered()).toEqual(['a']);
});

it('kill -9 between taking and delivering: after the next start it is delivered, once', async () => {
  await outbox.stop();
  const room = control.addRoom();
  const member = room.addMember('candidate');
  const { path } = db;
  db.raw.pragma('wal_checkpoint(TRUNCATE)');
  await db.close();
  const child = await startProcess({
    path,
    rooms: [{ roomId: room.roomId, members: [member] }],
    compactionMs: 60_000,
    holdsSnapshots: true,
  });
  child.send({ takeSnapshotOf: room.roomId });
  const [{ held }] = (await once(child, 'message')) as [{ held: { snapshotId: string } }];
  const gone = once(child, 'close');
  child.kill('SIGKILL');
  await gone;

  db = openDb({ path, log: silentLog, mode: 'server' });
  const plane = await startPlane({ db, control });
  try {
    await until('delivered', () => plane.plane.healthDetails().outbox.waiting === 0);
    expect(control.deliveries).toEqual([held]);
    expect(held).toMatchObject({ roomId: room.roomId, trigger: 'manual', language: 'python' });
  } finally {
    await plane.close();
    await db.close();
  }
}, 120_000);

async function startProcess(options: PlaneProcessOptions): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'children/plane-process.ts'), [JSON.stringify(options)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '16' },
  });
  await once(child, 'message');
  return child;
}
