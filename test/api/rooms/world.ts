import { createKeys, loadKeys } from '../../../src/config/keys.ts';
import { loadConfig } from '../../../src/config/load.ts';
import type { Config, SettingKey } from '../../../src/config/schema.ts';
import { createAccounts } from '../../../src/control/accounts/index.ts';
import { createAuditWriter } from '../../../src/control/admin/index.ts';
import { roomProblems } from '../../../src/control/problems/index.ts';
import { createRooms, type Rooms } from '../../../src/control/rooms/index.ts';
import type { Tx } from '../../../src/db/types.ts';
import { write } from '../../../src/db/write.ts';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { createApp } from '../../../src/http/app.ts';
import { createJobQueue, type JobQueue } from '../../../src/jobs/queue.ts';
import { Unauthorized } from '../../../src/kernel/errors.ts';
import { createEventBus } from '../../../src/kernel/events.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import { type Random, systemRandom } from '../../../src/kernel/random.ts';
import type { Caller } from '../../../src/ports/callers.ts';
import type { CollabTokens } from '../../../src/ports/collab.ts';
import type { SyncodeEvents } from '../../../src/ports/events.ts';
import { createAnswerCheck } from '../../support/check-answers.ts';
import { createTestDirectory, openTestDb, type TestDb } from '../../support/database.ts';
import { createTestPlane, type TestPlane } from './plane.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
/** Where the clock of a test stands at its beginning. */
export const START = Date.UTC(2026, 2, 2, 9, 0, 0);

export type Person = Caller;
// biome-ignore lint/suspicious/noExplicitAny: answers of any operation, checked against the contract on the way out
export type Body = any;
export type Reply = {
  readonly status: number;
  readonly code: string;
  readonly body: Body;
  readonly headers: Headers;
};
export type Push = { readonly type: string; readonly data: Body };

export type World = {
  readonly rooms: Rooms;
  readonly test: TestDb;
  readonly plane: TestPlane;
  readonly tokens: CollabTokens;
  readonly queue: JobQueue;
  readonly clock: { now(): number; pass(ms: number): void };
  /** What was pushed to rooms since the last call, in order. */
  pushes(): Push[];
  /** Other events since the last call, in order. */
  told(): { name: keyof SyncodeEvents; payload: Body }[];
  /** Room jobs that were to be cancelled. */
  readonly cancelled: { roomId: string; kinds: readonly string[]; waitingOnly: boolean }[];
  person(name: string): Promise<Person>;
  problem(title: string, options?: { isPublished?: boolean; starterCode?: object }): Promise<string>;
  ask(
    person: Person,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Reply>;
  rows<Row = Body>(sql: string, ...values: unknown[]): Row[];
  /** Changes rows behind the product's back, for states that no request brings about. */
  change(sql: string, ...values: unknown[]): Promise<void>;
  write<T>(run: (tx: Tx) => T): Promise<T>;
  /** Does the chores that are due; gives how many succeeded, throws what they throw after giving them back. */
  runChores(): Promise<number>;
  /** The same data under a new start of the control plane. */
  restart(): Rooms;
  close(): Promise<void>;
};

export type WorldOptions = {
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  readonly random?: Random;
};

/** Off unless a test is about them. */
const withoutBuckets: Partial<Record<SettingKey, number>> = {
  'limits.requestsPerUserPerMinute': 0,
  'limits.joinsPerUserPerMinute': 0,
  'limits.lookupsPerUserPerMinute': 0,
  'limits.wrongCodesPerAddressPerMinute': 0,
  'limits.roomsPerUserPerHour': 0,
};

const watched = [
  'room.phaseChanged',
  'room.lockChanged',
  'room.rightsChanged',
  'room.languageChanged',
  'room.memberRemoved',
  'room.memberJoined',
] as const satisfies (keyof SyncodeEvents)[];

/** Rooms over real HTTP on a real database; the clock is the test's, the collab plane a stand-in. */
export async function startWorld({
  settings = {},
  random = systemRandom,
}: WorldOptions = {}): Promise<World> {
  const test = openTestDb();
  const { db } = test;
  const directory = createTestDirectory();
  createKeys(directory.path, systemRandom, START);
  let now = START;
  const clock = {
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
  const { config } = loadConfig({ flags: { ...withoutBuckets, ...settings } });
  const ids = createIds(clock, systemRandom);
  const events = createEventBus<SyncodeEvents>(silentLog);
  const kernel = { clock, ids, random, log: silentLog, events };
  let pushes: Push[] = [];
  let told: { name: keyof SyncodeEvents; payload: Body }[] = [];
  events.on('room.pushed', ({ type, data }) => pushes.push({ type, data }));
  for (const name of watched) events.on(name, (payload) => told.push({ name, payload }));
  const queue = createJobQueue({ owner: 'test', clock, log: silentLog, leaseMs: 30_000 });
  const writeAudit = createAuditWriter({ clock, ids });
  const enqueue: JobQueue['enqueue'] = (tx, job) => queue.enqueue(tx, job);
  const noStats = { totalSessions: 0, totalProblems: 0, streakDays: 0 };
  const { users, collabTokens } = createAccounts({
    db,
    config,
    keys: loadKeys(directory.path),
    kernel,
    ports: { writeAudit, enqueue, readStats: () => noStats },
    baseUrl: () => 'http://127.0.0.1',
  });
  const plane = createTestPlane();
  const cancelled: World['cancelled'] = [];
  const begin = () =>
    createRooms({
      db,
      kernel,
      settings: config,
      collab: { plane, tokens: collabTokens, url: () => 'ws://127.0.0.1/collab' },
      neighbours: {
        problems: roomProblems,
        users,
        writeAudit,
        enqueue,
        cancelRoomJobs: (_tx, roomId, kinds, options) => void cancelled.push({ roomId, kinds, ...options }),
      },
    });
  const rooms = begin();
  const people = new Map<string, Person>();
  const app = await createApp(
    {
      config: config as Config,
      log: silentLog,
      clock,
      db,
      callers: {
        authenticate: async (bearer) => {
          const person = people.get(bearer);
          if (!person) throw Unauthorized();
          return person;
        },
      },
      rooms: rooms.access,
    },
    { bindings: rooms.bindings, checkAnswers: createAnswerCheck() },
  );
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const change: World['change'] = (sql, ...values) =>
    write(db, (tx) => void tx.raw.prepare(sql).run(...values));

  const person = async (username: string): Promise<Person> => {
    const made: Person = { userId: ids.next(), sid: ids.next(), role: 'user', username, displayName: null };
    await change(
      'INSERT INTO users (id, email, username, created_at, updated_at) VALUES (?, ?, ?, 0, 0)',
      made.userId,
      `${username}@example.org`,
      username,
    );
    await change(
      'INSERT INTO logins (id, user_id, created_at, expires_at, ends_at) VALUES (?, ?, 0, 9e15, 9e15)',
      made.sid,
      made.userId,
    );
    people.set(username, made);
    return made;
  };

  const problem: World['problem'] = async (title, { isPublished = true, starterCode } = {}) => {
    const id = ids.next();
    await write(db, (tx) => {
      const run = (sql: string, ...values: unknown[]) => tx.raw.prepare(sql).run(...values);
      run(
        `INSERT INTO problems (id, title, title_key, search_text, difficulty, is_published, version_id, created_at, updated_at)
         VALUES (?, ?, ?, '', 'easy', ?, ?, 0, 0)`,
        id,
        title,
        title.toLowerCase(),
        isPublished ? 1 : 0,
        id,
      );
      run(
        'INSERT INTO problem_case_sets (id, problem_id, case_count, hidden_case_count) VALUES (?, ?, 0, 0)',
        id,
        id,
      );
      run(
        `INSERT INTO problem_versions (id, problem_id, number, case_set_id, description, examples, starter_code, kind,
           comparison, groups, hints, created_at)
         VALUES (?, ?, 1, ?, '', '[]', ?, 'program', '{"mode":"text"}', '[]', '[]', 0)`,
        id,
        id,
        id,
        starterCode ? JSON.stringify(starterCode) : null,
      );
    });
    return id;
  };

  const ask: World['ask'] = async (caller, method, path, body, headers = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${caller.username}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: Body = text === '' ? null : JSON.parse(text);
    return { status: answer.status, code: parsed?.code ?? '', body: parsed, headers: answer.headers };
  };

  return {
    rooms,
    test,
    plane,
    tokens: collabTokens,
    queue,
    clock,
    cancelled,
    person,
    problem,
    ask,
    change,
    pushes: () => {
      const since = pushes;
      pushes = [];
      return since;
    },
    told: () => {
      const since = told;
      told = [];
      return since;
    },
    rows: <Row>(sql: string, ...values: unknown[]) => db.raw.prepare(sql).all(...values) as Row[],
    write: (run) => write(db, run as (tx: Tx) => never),
    async runChores() {
      const kinds = Object.keys(rooms.chores);
      for (let done = 0; ; done++) {
        const job = await write(db, (tx) => queue.claimChore(tx, kinds));
        if (job === null) return done;
        const { jobId, payload, userId, roomId, failures } = job;
        const chore = { jobId, payload, userId, roomId, failures, signal: new AbortController().signal };
        try {
          await rooms.chores[job.kind]?.(chore);
        } catch (error) {
          await write(db, (tx) => void queue.retry(tx, job.lease, clock.now()));
          throw error;
        }
        await write(db, (tx) => void queue.complete(tx, job.lease));
      }
    },
    restart: begin,
    async close() {
      await app.server.close();
      await test.close();
      directory.remove();
    },
  };
}

/** Opens a room; private peer unless `body` says otherwise. */
export async function open(world: World, host: Person, body: object = {}): Promise<RoomDetail> {
  const reply = await world.ask(host, 'POST', '/rooms', { mode: 'peer', ...body });
  if (reply.status !== 201) throw new Error(`no room: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

/** Joins with the room's code; throws unless that works. */
export async function join(world: World, person: Person, room: RoomDetail, body: object = {}): Promise<Body> {
  const code = { roomCode: room.roomCode };
  const reply = await world.ask(person, 'POST', `/rooms/${room.roomId}/join`, { ...code, ...body });
  if (reply.status !== 200) throw new Error(`not joined: ${JSON.stringify(reply.body)}`);
  return reply.body;
}

export function advance(world: World, person: Person, roomId: string, targetStatus: string): Promise<Reply> {
  return world.ask(person, 'POST', `/rooms/${roomId}/control/transition`, { targetStatus });
}

const order = ['waiting', 'warmup', 'coding', 'wrapup', 'finished'];

/** Leads a room from waiting to a phase. */
export async function lead(world: World, host: Person, roomId: string, target: string): Promise<void> {
  for (const phase of order.slice(1, order.indexOf(target) + 1)) {
    const reply = await advance(world, host, roomId, phase);
    if (reply.status !== 200) throw new Error(`not in ${phase}: ${JSON.stringify(reply.body)}`);
  }
}

/** Events of a room's session, oldest first. */
export function timeline(
  world: World,
  roomId: string,
): { type: string; userId: string | null; facts: Body }[] {
  return world
    .rows(
      `SELECT event_type AS type, user_id AS userId, metadata FROM session_events e
       JOIN sessions s ON s.id = e.session_id WHERE s.room_id = ? ORDER BY at, e.id`,
      roomId,
    )
    .map(({ type, userId, metadata }) => ({ type, userId, facts: JSON.parse(metadata) }));
}
