import type { Rooms } from '../../../src/control/rooms/index.ts';
import type { Tx } from '../../../src/db/types.ts';
import { write } from '../../../src/db/write.ts';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { createApp } from '../../../src/http/app.ts';
import { Unauthorized } from '../../../src/kernel/errors.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import type { Caller } from '../../../src/ports/callers.ts';
import type { CollabTokens } from '../../../src/ports/collab.ts';
import { createNotedCheck } from '../../support/answers-seen.ts';
import type { TestDb } from '../../support/database.ts';
import type { TestPlane } from './plane.ts';
import {
  type Body,
  type Cancelled,
  createStage,
  type Push,
  type Stage,
  type StageOptions,
  type Told,
} from './stage.ts';

export { type Body, START } from './stage.ts';
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export type Person = Caller;
export type Reply = {
  readonly status: number;
  readonly code: string;
  readonly body: Body;
  readonly headers: Headers;
};

export type World = {
  readonly rooms: Rooms;
  readonly test: TestDb;
  readonly plane: TestPlane;
  readonly tokens: CollabTokens;
  readonly clock: { now(): number; pass(ms: number): void };
  /** What was pushed to rooms since the last call, in order. */
  pushes(): Push[];
  /** Other events since the last call, in order. */
  told(): Told[];
  /** Room jobs that were to be cancelled. */
  readonly cancelled: Cancelled[];
  person(name: string): Promise<Person>;
  problem(title: string, options?: ProblemOptions): Promise<string>;
  ask: Ask;
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

type Ask = (
  person: Person,
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
) => Promise<Reply>;

/** Rooms over real HTTP, every answer checked against the contract. */
export async function startWorld(options: StageOptions = {}): Promise<World> {
  const stage = createStage(options);
  const { test, db, plane, tokens, clock, cancelled, recorder } = stage;
  const rooms = stage.begin();
  const people = new Map<string, Person>();
  const server = await serve(stage, rooms, people);
  return {
    rooms,
    test,
    plane,
    tokens,
    clock,
    cancelled,
    pushes: recorder.pushes,
    told: recorder.told,
    person: async (name) => {
      const person = await addPerson(stage, name);
      people.set(name, person);
      return person;
    },
    problem: (title, about) => addProblem(stage, title, about),
    ask: server.ask,
    rows: <Row>(sql: string, ...values: unknown[]) => db.raw.prepare(sql).all(...values) as Row[],
    change: (sql, ...values) => write(db, (tx) => void tx.raw.prepare(sql).run(...values)),
    write: (run) => write(db, run as (tx: Tx) => never),
    runChores: () => runChores(stage, rooms),
    restart: stage.begin,
    async close() {
      await server.close();
      await stage.close();
    },
  };
}

/** The bearer token is the person's name. */
async function serve({ config, clock, db }: Stage, rooms: Rooms, people: ReadonlyMap<string, Person>) {
  const authenticate = async (bearer: string) => {
    const person = people.get(bearer);
    if (!person) throw Unauthorized();
    return person;
  };
  const app = await createApp(
    { config, log: silentLog, clock, db, callers: { authenticate }, rooms: rooms.access },
    { bindings: rooms.bindings, checkAnswers: createNotedCheck() },
  );
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const ask: Ask = async (person, method, path, body, headers = {}) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await fetch(url + path, {
      method,
      headers: { authorization: `Bearer ${person.username}`, ...type, ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed: Body = text === '' ? null : JSON.parse(text);
    return { status: answer.status, code: parsed?.code ?? '', body: parsed, headers: answer.headers };
  };
  return { ask, close: () => app.server.close() };
}

function addPerson({ db, ids }: Stage, username: string): Promise<Person> {
  const person: Person = { userId: ids.next(), sid: ids.next(), role: 'user', username, displayName: null };
  return write(db, ({ raw }) => {
    raw
      .prepare('INSERT INTO users (id, email, username, created_at, updated_at) VALUES (?, ?, ?, 0, 0)')
      .run(person.userId, `${username}@example.org`, username);
    raw
      .prepare(
        'INSERT INTO logins (id, user_id, created_at, expires_at, ends_at) VALUES (?, ?, 0, 9e15, 9e15)',
      )
      .run(person.sid, person.userId);
    return person;
  });
}

type ProblemOptions = { readonly isPublished?: boolean; readonly starterCode?: object };

function addProblem({ db, ids }: Stage, title: string, options: ProblemOptions = {}): Promise<string> {
  const { isPublished = true, starterCode } = options;
  const id = ids.next();
  return write(db, ({ raw }) => {
    raw
      .prepare(
        `INSERT INTO problems (id, title, title_key, search_text, difficulty, is_published, version_id, created_at,
           updated_at) VALUES (?, ?, ?, '', 'easy', ?, ?, 0, 0)`,
      )
      .run(id, title, title.toLowerCase(), isPublished ? 1 : 0, id);
    raw
      .prepare(
        'INSERT INTO problem_case_sets (id, problem_id, case_count, hidden_case_count) VALUES (?, ?, 0, 0)',
      )
      .run(id, id);
    raw
      .prepare(
        `INSERT INTO problem_versions (id, problem_id, number, case_set_id, description, examples, starter_code, kind,
           comparison, groups, hints, created_at)
         VALUES (?, ?, 1, ?, '', '[]', ?, 'program', '{"mode":"text"}', '[]', '[]', 0)`,
      )
      .run(id, id, id, starterCode ? JSON.stringify(starterCode) : null);
    return id;
  });
}

async function runChores({ db, queue, clock }: Stage, { chores }: Rooms): Promise<number> {
  for (let done = 0; ; done++) {
    const job = await write(db, (tx) => queue.claimChore(tx, Object.keys(chores)));
    if (job === null) return done;
    const { jobId, payload, userId, roomId, failures, lease } = job;
    const { signal } = new AbortController();
    try {
      await chores[job.kind]?.({ jobId, payload, userId, roomId, failures, signal });
    } catch (error) {
      await write(db, (tx) => queue.retry(tx, lease, clock.now()));
      throw error;
    }
    await write(db, (tx) => queue.complete(tx, lease));
  }
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
