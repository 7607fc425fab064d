import { randomUUID } from 'node:crypto';
import {
  type Api,
  ApiError,
  type CallInput,
  type CallResult,
  createApi,
  type Route,
} from '../../src/client/api.ts';
import type { CollabConnection } from '../../src/generated/api.ts';
import type { Body, Ledger } from './ledger.ts';

const COOKIE = 'refreshToken';
export const PASSWORD = 'correct horse battery';

/** Somebody with an account, as another process takes them over. */
export type Account = { readonly name: string; readonly userId: string; readonly cookie: string };

export type Person = {
  readonly name: string;
  readonly userId: string;
  readonly api: Api;
  /** An access token. */
  token(): Promise<string>;
  /** Calls an operation that changes something, and notes question and answer; null when it was refused. */
  act<R extends Route>(route: R, input: CallInput<R>): Promise<CallResult<R> | null>;
  /** Joins a room; gives what opens its socket. */
  join(roomId: string, roomCode?: string | null): Promise<CollabConnection>;
};

/** A call as it may be repeated, word by word. */
type Sent = { params?: Record<string, string>; body?: unknown };

/** A person who keeps the sign-in cookie and notes each new one. */
export function createPerson(baseUrl: string, account: Account, ledger: Ledger): Person {
  let { cookie } = account;
  const send: typeof fetch = async (input, init = {}) => {
    const { pathname } = new URL(String(input));
    const headers = new Headers(init.headers);
    if (pathname.startsWith('/auth/')) headers.set('cookie', `${COOKIE}=${cookie}`);
    if (pathname === '/auth/refresh') ledger.add({ kind: 'refreshing', userId: account.userId });
    const response = await fetch(input, { ...init, headers });
    const found = cookieIn(response);
    if (found !== null && found !== '') {
      cookie = found;
      ledger.add({ kind: 'cookie', userId: account.userId, cookie });
    }
    return response;
  };
  let token: string | null = null;
  const onToken = (given: string | null) => {
    token = given;
  };
  const api = createApi({ baseUrl, fetch: send, onToken });
  const act: Person['act'] = async (route, input) => {
    const key = randomUUID();
    const { params = {}, body } = input as Sent;
    const call = { key, userId: account.userId, route, params, ...(body === undefined ? {} : { body }) };
    ledger.add({ kind: 'asked', call });
    try {
      const answer = await api.call(route, { ...input, headers: { 'idempotency-key': key } });
      ledger.add({ kind: 'answered', key, status: 200, body: (answer ?? null) as Body | null });
      return answer;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      ledger.add({ kind: 'answered', key, status: error.status, body: { code: error.code } });
      return null;
    }
  };
  return {
    name: account.name,
    userId: account.userId,
    api,
    token: async () => {
      if (token === null) await api.refresh();
      if (token === null) throw new Error(`the sign-in of ${account.name} is over`);
      return token;
    },
    act,
    join: async (roomId, roomCode) => {
      const body = typeof roomCode === 'string' ? { roomCode } : {};
      const joined = await api.call('POST /rooms/{roomId}/join', { params: { roomId }, body });
      if (!joined.collab) throw new Error(`no collaboration token for ${account.name}`);
      return joined.collab;
    },
  };
}

/** Registers somebody. */
export async function register(baseUrl: string, name: string, ledger: Ledger): Promise<Account> {
  const key = randomUUID();
  const body = { username: name, email: `${name}@example.org`, password: PASSWORD };
  const call = { key, userId: name, route: 'POST /auth/register', params: {}, body };
  ledger.add({ kind: 'asked', call });
  const response = await fetch(new URL('/auth/register', baseUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as { user?: { id: string } };
  const userId = answer.user?.id;
  if (userId === undefined) throw new Error(`${name} could not register: ${JSON.stringify(answer)}`);
  ledger.add({ kind: 'answered', key, status: response.status, body: { userId } });
  const cookie = cookieIn(response) ?? '';
  ledger.add({ kind: 'cookie', userId, cookie });
  return { name, userId, cookie };
}

function cookieIn(response: Response): string | null {
  for (const line of response.headers.getSetCookie()) {
    const [, name, value] = /^([^=;]+)=([^;]*)/.exec(line) ?? [];
    if (name === COOKIE && value !== undefined) return value;
  }
  return null;
}
