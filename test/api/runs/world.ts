import { expect, vi } from 'vitest';
import type { SettingKey } from '../../../src/config/schema.ts';
import { defaultComparison, type ProblemContent } from '../../../src/control/problems/content.ts';
import { findProblem } from '../../../src/control/problems/queries/reads.ts';
import { reviseProblem, storeProblem } from '../../../src/control/problems/storage.ts';
import { write } from '../../../src/db/write.ts';
import type { ErrorResponse } from '../../../src/generated/api.ts';
import { startTestServer, type TestServer } from '../../support/server.ts';
import { createTestExecution, createWorker, type TestExecution, type Worker } from './execution.ts';

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
const PASSWORD = 'correct horse battery';
/** Clocks of tests move, periodic searches must not follow; longer intervals no timer keeps. */
const NEVER = 20 * DAY;

export type Person = { readonly userId: string; readonly username: string; bearer: string };
// biome-ignore lint/suspicious/noExplicitAny: answers of any operation, checked against the contract on the way out
export type Body = any;
export type Reply = {
  readonly status: number;
  readonly code: string;
  readonly body: Body;
  readonly details: ErrorResponse['details'];
  readonly headers: Headers;
};
export type Asked = {
  readonly headers?: Record<string, string>;
  readonly signal?: AbortSignal;
};

export type World = {
  readonly server: TestServer;
  readonly execution: TestExecution;
  readonly worker: Worker;
  readonly clock: { now(): number; pass(ms: number): void };
  /** What was pushed to a room, in order. */
  pushes(roomId: string): { type: string; data: Body }[];
  /** Events of a room's session, oldest first. */
  timeline(roomId: string): { type: string; userId: string | null; facts: Body }[];
  ask(who: Person, method: string, path: string, body?: unknown, asked?: Asked): Promise<Reply>;
  get(who: Person, path: string, asked?: Asked): Promise<Reply>;
  post(who: Person, path: string, body: unknown, headers?: Record<string, string>): Promise<Reply>;
  person(username: string, role?: 'user' | 'admin'): Promise<Person>;
  /** A fresh access token, after the clock has moved. */
  signIn(person: Person): Promise<void>;
  problem(content?: Partial<ProblemContent>): Promise<string>;
  /** Gives a problem new content as its next version. */
  revise(problemId: string, content: Partial<ProblemContent>): Promise<void>;
  /** A room of `host` (interviewer) and `others` (candidate first, then observers) in a phase. */
  room(phase: Phase, host: Person, others?: readonly Person[], body?: object): Promise<string>;
  advance(host: Person, roomId: string, phase: string): Promise<void>;
  rows<Row = Body>(sql: string, ...values: unknown[]): Row[];
  /** Changes rows behind the product's back, for states that no request brings about. */
  change(sql: string, ...values: unknown[]): Promise<void>;
  close(): Promise<void>;
};

const phases = ['waiting', 'warmup', 'coding', 'wrapup', 'finished'] as const;
export type Phase = (typeof phases)[number];

let titles = 0;

export const aCase = {
  input: '1\n',
  expectedOutput: '1\n',
  description: null,
  isHidden: false,
  group: null,
  timeoutMs: null,
  memoryMb: null,
};

/** A problem with one visible and one hidden case. */
function aProblem(change: Partial<ProblemContent>): ProblemContent {
  titles += 1;
  return {
    title: `Problem ${titles}`,
    difficulty: 'easy',
    tags: [],
    company: null,
    description: 'Add two numbers.',
    constraints: null,
    examples: [],
    starterCode: null,
    timeLimitMs: null,
    memoryLimitMb: null,
    kind: 'program',
    comparison: defaultComparison,
    groups: [],
    drivers: null,
    checker: null,
    hints: [],
    cases: [aCase, { ...aCase, input: '2\n', isHidden: true }],
    ...change,
  };
}

/** A whole server with live rooms; the execution plane is a stand-in, its work is done by `worker`. */
export async function startWorld(settings: Partial<Record<SettingKey, unknown>> = {}): Promise<World> {
  let now = Date.UTC(2026, 2, 2, 9, 0, 0);
  const clock = {
    now: () => now,
    pass: (ms: number) => {
      now += ms;
    },
  };
  const execution = createTestExecution(settings);
  const calm: Partial<Record<SettingKey, unknown>> = {
    'timers.presenceSweepMs': NEVER,
    'timers.roomSweepMs': NEVER,
    'timers.phaseCheckMs': NEVER,
    'timers.cleanUpMs': NEVER,
  };
  const server = await startTestServer({
    planes: ['collab'],
    execution,
    clock,
    settings: { ...calm, ...settings },
  });
  const { db, ids } = server.control.core;
  const pushed: { roomId: string; type: string; data: Body }[] = [];
  server.kernel.events.on('room.pushed', ({ roomId, type, data }) => pushed.push({ roomId, type, data }));

  const request = async (
    bearer: string | null,
    method: string,
    path: string,
    body?: unknown,
    { headers = {}, signal }: Asked = {},
  ): Promise<Reply> => {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    const text = await answer.text();
    const parsed: Body = text === '' ? null : JSON.parse(text);
    return {
      status: answer.status,
      code: parsed?.code ?? '',
      body: parsed,
      details: parsed?.details,
      headers: answer.headers,
    };
  };
  const must = async (wanted: number, reply: Promise<Reply>): Promise<Body> => {
    const { status, body } = await reply;
    if (status !== wanted) throw new Error(`${status} instead of ${wanted}: ${JSON.stringify(body)}`);
    return body;
  };

  const ask: World['ask'] = (who, ...asked) => request(who.bearer, ...asked);
  const rows: World['rows'] = <Row>(sql: string, ...values: unknown[]) =>
    db.raw.prepare(sql).all(...values) as Row[];
  const change: World['change'] = (sql, ...values) =>
    write(db, (tx) => void tx.raw.prepare(sql).run(...values));
  const advance: World['advance'] = async (host, roomId, targetStatus) => {
    await must(200, ask(host, 'POST', `/rooms/${roomId}/control/transition`, { targetStatus }));
  };

  return {
    server,
    execution,
    worker: createWorker(server),
    clock,
    ask,
    rows,
    change,
    advance,
    get: (who, path, asked) => ask(who, 'GET', path, undefined, asked),
    post: (who, path, body, headers = {}) => ask(who, 'POST', path, body, { headers }),
    pushes: (roomId) =>
      pushed.filter((push) => push.roomId === roomId).map(({ type, data }) => ({ type, data })),
    timeline: (roomId) =>
      rows(
        `SELECT event_type AS type, e.user_id AS userId, metadata FROM session_events e
         JOIN sessions s ON s.id = e.session_id WHERE s.room_id = ? ORDER BY at, e.id`,
        roomId,
      ).map(({ type, userId, metadata }) => ({ type, userId, facts: JSON.parse(metadata) })),
    async person(username, role = 'user') {
      const body = { username, email: `${username}@example.org`, password: PASSWORD };
      const { accessToken, user } = await must(201, request(null, 'POST', '/auth/register', body));
      if (role === 'admin') await change("UPDATE users SET role = 'admin' WHERE id = ?", user.id);
      return { userId: user.id, username, bearer: accessToken };
    },
    async signIn(person) {
      const body = { identifier: person.username, password: PASSWORD };
      person.bearer = (await must(200, request(null, 'POST', '/auth/login', body))).accessToken;
    },
    problem: async (content = {}) =>
      (await write(db, (tx) => storeProblem({ clock, ids }, tx, aProblem(content), true))).problemId,
    revise: (problemId, content) =>
      write(db, (tx) => {
        const row = findProblem(tx, problemId);
        if (row === null) throw new Error('no such problem');
        const next = { content: aProblem(content), isPublished: true };
        reviseProblem({ clock, ids }, tx, row, next);
      }),
    async room(phase, host, others = [], body = {}) {
      const order = { mode: 'peer', config: { maxParticipants: 4 }, ...body };
      const { roomId, roomCode } = await must(201, ask(host, 'POST', '/rooms', order));
      for (const other of others) await must(200, ask(other, 'POST', `/rooms/${roomId}/join`, { roomCode }));
      for (const next of phases.slice(1, phases.indexOf(phase) + 1)) await advance(host, roomId, next);
      return roomId;
    },
    close: () => server.close(),
  };
}

/** Watches polls begin to wait; `parked(count)` resolves when so many have, since the watch began. */
export function watchPolls({ server }: World) {
  const { waiters } = server.control;
  const spy = vi.spyOn(waiters, 'wait');
  return {
    parked: (count: number) =>
      vi.waitFor(() => expect(spy.mock.calls.length).toBeGreaterThanOrEqual(count), {
        timeout: 20_000,
        interval: 5,
      }),
    /** How the poll that was parked last went on: true for a change. */
    lastOutcome: () => spy.mock.results.at(-1)?.value as Promise<boolean>,
    stop: () => spy.mockRestore(),
  };
}
