import { type Config, settings } from '../../src/config/schema.ts';
import type { Durable } from '../../src/db/types.ts';
import type { AnswerCheck } from '../../src/http/answers.ts';
import { type App, createApp } from '../../src/http/app.ts';
import type { Binding } from '../../src/http/operation.ts';
import { DomainError } from '../../src/kernel/errors.ts';
import type { Log } from '../../src/kernel/log.ts';
import type { Caller, Callers } from '../../src/ports/callers.ts';
import type { RoomAccess, RoomRules, RoomScope } from '../../src/ports/room-access.ts';
import { noteAnswer } from '../support/answers-seen.ts';
import { createAnswerCheck } from '../support/check-answers.ts';
import { openTestDb, type TestDb } from '../support/database.ts';

export const ada = '01890000-0000-7000-8000-00000000000a';
export const bob = '01890000-0000-7000-8000-00000000000b';
export const roomId = '01890000-0000-7000-8000-0000000000f0';

/** A clock that the test moves. */
export type TestClock = { now(): number; advance(ms: number): void };

export function createTestClock(startMs = Date.UTC(2026, 0, 1)): TestClock {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    advance: (ms) => {
      nowMs += ms;
    },
  };
}

/** Bearer tokens are the user's id, with `admin.` before it for administrators, or the code of the refusal. */
const callers: Callers = {
  async authenticate(token) {
    const [role, userId = token] = token.includes('.') ? token.split('.') : ['user'];
    const refusals: Record<string, number> = {
      AUTH_TOKEN_EXPIRED: 401,
      AUTH_TOKEN_REVOKED: 401,
      USER_BANNED: 403,
      UNAUTHORIZED: 401,
    };
    const status = refusals[userId];
    if (status) throw new DomainError({ code: userId, status, message: 'refused' });
    return {
      userId,
      sid: userId,
      role: role === 'admin' ? 'admin' : 'user',
      username: 'u',
      displayName: null,
    } satisfies Caller;
  },
};

/** What the fake room access was asked, and how it answers. */
export type TestRooms = RoomAccess & {
  readonly entered: { roomId: string; userId: string; rules: RoomRules }[];
  readonly signs: string[];
  refuse: DomainError | null;
};

function createTestRooms(): TestRooms {
  const rooms: TestRooms = {
    entered: [],
    signs: [],
    refuse: null,
    enter(_reader, id, userId, rules) {
      rooms.entered.push({ roomId: id, userId, rules });
      if (rooms.refuse) throw rooms.refuse;
      return { room: { id }, me: { userId, isActive: true }, rules, can: () => true } as unknown as RoomScope;
    },
    noteSignOfLife(id, userId) {
      rooms.signs.push(`${id} ${userId}`);
    },
  };
  return rooms;
}

/** What was logged, by level. */
export type TestLog = {
  readonly log: Log;
  readonly lines: { level: string; fields: Record<string, unknown>; text: string }[];
};

export function createTestLog(): TestLog {
  const lines: TestLog['lines'] = [];
  const at = (level: string) => (fields: Record<string, unknown>, text: string) => {
    lines.push({ level, fields, text });
  };
  const log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    fatal: at('fatal'),
  };
  return { log: { ...log, flush: () => {}, child: () => log } as unknown as Log, lines };
}

export function testConfig(changes: Partial<Config> = {}): Config {
  const initial = Object.fromEntries(Object.entries(settings).map(([key, { initial }]) => [key, initial]));
  return { ...(initial as Config), ...changes };
}

export type Reply = { status: number; headers: Headers; body: unknown; text: string };

export type AskOptions = {
  /** Sent as JSON unless it is text already. */
  readonly body?: unknown;
  readonly bearer?: string;
  readonly headers?: Record<string, string>;
};

export type TestApp = {
  readonly app: App;
  readonly url: string;
  readonly clock: TestClock;
  readonly rooms: TestRooms;
  readonly log: TestLog;
  readonly test: TestDb;
  ask(method: string, path: string, options?: AskOptions): Promise<Reply>;
  close(): Promise<void>;
};

export type TestAppOptions = {
  readonly bindings: readonly Binding[];
  readonly config?: Partial<Config>;
  readonly internalSecret?: string;
  /** The real check unless another is given; null for an app as in production. */
  readonly checkAnswers?: AnswerCheck | null;
  /** Why nothing becomes durable. */
  readonly flushFails?: Error;
};

/** The app with real HTTP and a real database, over fake handlers, callers and rooms. */
export async function startTestApp(options: TestAppOptions): Promise<TestApp> {
  const { bindings, config, internalSecret, checkAnswers = createAnswerCheck(), flushFails } = options;
  const clock = createTestClock();
  const rooms = createTestRooms();
  const log = createTestLog();
  const test = openTestDb();
  const whenDurable: Durable['whenDurable'] = (run) => run(flushFails);
  const db = flushFails ? { ...test.db, durable: { ...test.db.durable, whenDurable } } : test.db;
  const deps = { config: testConfig(config), log: log.log, clock, db, callers, rooms };
  const app = await createApp(deps, {
    bindings,
    ...(internalSecret === undefined ? {} : { internalSecret }),
    ...(checkAnswers === null ? {} : { checkAnswers }),
  });
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  const close = async () => {
    await app.server.close();
    await test.close();
  };
  return { app, url, clock, rooms, log, test, ask: (...asked) => ask(url, ...asked), close };
}

export async function ask(
  url: string,
  method: string,
  path: string,
  options: AskOptions = {},
): Promise<Reply> {
  const { body, bearer, headers } = options;
  const reply = await fetch(url + path, {
    method,
    redirect: 'manual',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await reply.text();
  const isJson = reply.headers.get('content-type')?.startsWith('application/json') && text !== '';
  const parsed = isJson ? JSON.parse(text) : text;
  // Of operations with fake handlers only the universal codes count.
  if (isJson && reply.status >= 400) noteAnswer(null, reply.status, parsed.code);
  return { status: reply.status, headers: reply.headers, text, body: parsed };
}

/** Code of an error answer. */
export function codeOf({ body }: Reply): string {
  return (body as { code: string }).code;
}

export type ShownField = { field: string; constraint: string; value: unknown };

/** Failing fields of a VALIDATION_FAILED answer. */
export function fieldsOf({ body }: Reply): ShownField[] {
  return (body as { details?: { fields?: ShownField[] } }).details?.fields ?? [];
}

/** `field constraint` of each failing field, sorted. */
export function failuresOf(reply: Reply): string[] {
  return fieldsOf(reply)
    .map(({ field, constraint }) => `${field} ${constraint}`)
    .sort();
}
