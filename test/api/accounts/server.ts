import { createApp } from '../../../src/http/app.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import type { RoomAccess } from '../../../src/ports/room-access.ts';
import { createNotedCheck } from '../../support/answers-seen.ts';
import { createWorld, type World, type WorldOptions } from './world.ts';

/** One answer, with the cookie that it sets. */
export type Reply = {
  readonly status: number;
  readonly body: Record<string, unknown> & { code?: string; details?: { fields?: unknown[] } };
  readonly headers: Headers;
  /** The refresh token that the answer sets, '' when it clears the cookie, null without Set-Cookie. */
  readonly refreshToken: string | null;
};

export type Asked = {
  readonly body?: unknown;
  readonly bearer?: string | undefined;
  /** Refresh token to send as cookie. */
  readonly cookie?: string | undefined;
  readonly headers?: Record<string, string>;
};

export type Server = World & {
  readonly url: string;
  request(method: string, path: string, asked?: Asked): Promise<Reply>;
  /** POST with a body. */
  post(path: string, body?: unknown, asked?: Omit<Asked, 'body'>): Promise<Reply>;
};

const answerCheck = createNotedCheck();

/** Accounts have no rooms; nothing may ask for one. */
const noRooms: RoomAccess = {
  enter: () => {
    throw new Error('no room is entered here');
  },
  noteSignOfLife: () => {},
} as RoomAccess;

/** The operations of accounts over HTTP on a port of its own; every answer is held against the contract. */
export async function startServer(options: WorldOptions = {}): Promise<Server> {
  const world = createWorld(options);
  const { config, clock, accounts, test } = world;
  const app = await createApp(
    { config, log: silentLog, clock, db: test.db, callers: accounts.callers, rooms: noRooms },
    { bindings: accounts.bindings, checkAnswers: answerCheck },
  );
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });

  const request: Server['request'] = async (method, path, { body, bearer, cookie, headers = {} } = {}) => {
    const answer = await fetch(url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(bearer === undefined ? {} : { authorization: `Bearer ${bearer}` }),
        ...(cookie === undefined ? {} : { cookie: `refreshToken=${cookie}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    const set = answer.headers.getSetCookie().find((line) => line.startsWith('refreshToken='));
    return {
      status: answer.status,
      body: text === '' ? {} : JSON.parse(text),
      headers: answer.headers,
      refreshToken: set === undefined ? null : (/^refreshToken=([^;]*)/.exec(set)?.[1] ?? null),
    };
  };
  return {
    ...world,
    url,
    request,
    post: (path, body, asked) => request('POST', path, { ...asked, ...(body === undefined ? {} : { body }) }),
    async close() {
      await app.server.close();
      await world.close();
    },
  };
}

export type SignedUp = {
  readonly id: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
  readonly bearer: string;
  readonly cookie: string;
};

export const PASSWORD = 'correct horse battery';

/** Registers somebody over HTTP. */
export async function signUp(server: Server, username = 'ada', password = PASSWORD): Promise<SignedUp> {
  const email = `${username}@example.org`;
  const reply = await server.post('/auth/register', { username, email, password });
  if (reply.status !== 201) throw new Error(`registration failed: ${JSON.stringify(reply.body)}`);
  const { accessToken, user } = reply.body as { accessToken: string; user: { id: string } };
  return { id: user.id, username, email, password, bearer: accessToken, cookie: reply.refreshToken ?? '' };
}

export const signIn = (
  server: Server,
  identifier: string,
  password = PASSWORD,
  asked: Omit<Asked, 'body'> = {},
) => server.post('/auth/login', { identifier, password }, asked);
