import { createKeys, loadKeys } from '../../../src/config/keys.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { SettingKey } from '../../../src/config/schema.ts';
import { createAccounts } from '../../../src/control/accounts/index.ts';
import { createAuditWriter } from '../../../src/control/admin/index.ts';
import { roomProblems } from '../../../src/control/problems/index.ts';
import { createRooms } from '../../../src/control/rooms/index.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { createEventBus } from '../../../src/kernel/events.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { type Random, systemRandom } from '../../../src/kernel/random.ts';
import type { SyncodeEvents } from '../../../src/ports/events.ts';
import { createTestDirectory, openTestDb } from '../../support/database.ts';
import { createTestPlane } from './plane.ts';

/** Where the clock of a test stands at its beginning. */
export const START = Date.UTC(2026, 2, 2, 9, 0, 0);

export type StageOptions = {
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  readonly random?: Random;
};

// biome-ignore lint/suspicious/noExplicitAny: what is pushed and told has a shape per type
export type Body = any;
export type Push = { readonly type: string; readonly data: Body };
export type Told = { readonly name: keyof SyncodeEvents; readonly payload: Body };
export type Cancelled = {
  readonly roomId: string;
  readonly kinds: readonly string[];
  readonly waitingOnly: boolean;
  readonly userId?: string;
};

/** Off unless a test is about them. */
const withoutBuckets: Partial<Record<SettingKey, number>> = {
  'limits.requestsPerUserPerMinute': 0,
  'limits.joinsPerUserPerMinute': 0,
  'limits.lookupsPerUserPerMinute': 0,
  'limits.wrongCodesPerAddressPerMinute': 0,
  'limits.roomsPerUserPerHour': 0,
};

const watched = ['room.lockChanged', 'room.memberRemoved'] as const satisfies (keyof SyncodeEvents)[];

function createTestClock() {
  let now = START;
  const pass = (ms: number) => {
    now += ms;
  };
  return { now: () => now, pass };
}

/** Events with a memory; each look empties it. */
function createRecorder() {
  const events = createEventBus<SyncodeEvents>(silentLog);
  const pushed: Push[] = [];
  const told: Told[] = [];
  events.on('room.pushed', ({ type, data }) => pushed.push({ type, data }));
  for (const name of watched) events.on(name, (payload) => told.push({ name, payload }));
  return { events, pushes: () => pushed.splice(0), told: () => told.splice(0) };
}

/** Rooms with their neighbours on a real database; the clock is the test's, the collab plane a stand-in. */
export function createStage({ settings = {}, random = systemRandom }: StageOptions) {
  const test = openTestDb();
  const { db } = test;
  const directory = createTestDirectory();
  createKeys(directory.path, systemRandom, START);
  const clock = createTestClock();
  const { config } = loadConfig({ flags: { ...withoutBuckets, ...settings } });
  const recorder = createRecorder();
  const ids = createIds(clock, systemRandom);
  const kernel = { clock, ids, random, log: silentLog, events: recorder.events };
  const queue = createJobQueue({ owner: 'test', clock, log: silentLog, leaseMs: 30_000 });
  const writeAudit = createAuditWriter({ clock, ids });
  const enqueue: typeof queue.enqueue = (tx, job) => queue.enqueue(tx, job);
  const readStats = () => ({ totalSessions: 0, totalProblems: 0, streakDays: 0 });
  const keys = loadKeys(directory.path);
  const ports = { writeAudit, enqueue, readStats };
  const baseUrl = () => 'http://127.0.0.1';
  const { users, collabTokens: tokens } = createAccounts({ db, config, keys, kernel, ports, baseUrl });
  const plane = createTestPlane();
  const cancelled: Cancelled[] = [];
  const cancelRoomJobs = (_tx: unknown, roomId: string, kinds: readonly string[], options: object) => {
    cancelled.push({ roomId, kinds, ...options } as Cancelled);
  };
  const begin = () =>
    createRooms({
      db,
      kernel,
      settings: config,
      collab: { plane, tokens, url: () => 'ws://127.0.0.1/collab' },
      neighbours: { problems: roomProblems, users, writeAudit, enqueue, cancelRoomJobs },
    });
  const close = async () => {
    await test.close();
    directory.remove();
  };
  return { test, db, config, clock, ids, queue, tokens, plane, cancelled, recorder, begin, close };
}
export type Stage = ReturnType<typeof createStage>;
