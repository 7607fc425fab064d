import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Api, ApiError, createApi } from '../../src/client/api.ts';

type Answer = { status?: number; body?: unknown; headers?: Record<string, string> };
let answer: (request: IncomingMessage, body: string) => Answer;
const seen: { method: string; url: string; headers: IncomingMessage['headers']; body: string }[] = [];
const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  let body = '';
  for await (const chunk of request) body += chunk;
  seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers, body });
  const { status = 200, body: content, headers = {} } = answer(request, body);
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(content === undefined ? undefined : JSON.stringify(content));
});
let api: Api;
const tokens: (string | null)[] = [];

beforeEach(async () => {
  seen.length = 0;
  tokens.length = 0;
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  api = createApi({
    baseUrl: `http://127.0.0.1:${port}`,
    keepsCookies: true,
    onToken: (token) => tokens.push(token),
  });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});
const roomId = 'a/b?c';

it('fills the path, the query and the body, and takes the token of an answer over', async () => {
  answer = () => ({ body: { accessToken: 't1', data: [] } });
  await api.call('POST /auth/login', { body: { identifier: 'ada', password: 'secret' } });
  await api.call('GET /rooms/{roomId}/submissions', { params: { roomId }, query: { limit: 5 } });
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/auth/login',
    body: '{"identifier":"ada","password":"secret"}',
  });
  expect(seen[1]?.url).toBe('/rooms/a%2Fb%3Fc/submissions?limit=5');
  expect(seen[1]?.headers.authorization).toBe('Bearer t1');
  expect(tokens[0]).toBe('t1');
});

it('rejects with the code of the error', async () => {
  answer = () => ({
    status: 409,
    body: { statusCode: 409, code: 'ROOM_FULL', message: 'Full', details: { seats: 2 } },
    headers: { 'retry-after': '7' },
  });
  const call = api.call('POST /rooms/{roomId}/join', { params: { roomId }, body: {} });
  await expect(call).rejects.toBeInstanceOf(ApiError);
  await expect(call).rejects.toMatchObject({
    status: 409,
    code: 'ROOM_FULL',
    details: { seats: 2 },
    retryAfterSeconds: 7,
  });
});

it('refreshes an expired token once for all who wait, with the cookie that it keeps', async () => {
  let isExpired = false;
  answer = (request) => {
    if (request.url === '/auth/login')
      return {
        body: { accessToken: 'old' },
        headers: { 'set-cookie': 'refreshToken=r1; Path=/auth; HttpOnly' },
      };
    if (request.url === '/auth/refresh') {
      isExpired = false;
      return {
        body: { accessToken: 'new' },
        headers: { 'set-cookie': 'refreshToken=r2; Path=/auth; HttpOnly' },
      };
    }
    if (isExpired && request.headers.authorization === 'Bearer old')
      return { status: 401, body: { code: 'AUTH_TOKEN_EXPIRED' } };
    return { body: { ok: true } };
  };
  await api.call('POST /auth/login', { body: { identifier: 'ada', password: 'secret' } });
  isExpired = true;
  const read = () => api.call('GET /rooms/{roomId}', { params: { roomId } });
  await Promise.all([read(), read(), read()]);
  const refreshes = seen.filter(({ url }) => url === '/auth/refresh');
  expect(refreshes).toHaveLength(1);
  expect(refreshes[0]?.headers.cookie).toBe('refreshToken=r1');
  expect(seen.at(-1)?.headers.authorization).toBe('Bearer new');
});

it('ends the sign-in when it cannot be refreshed', async () => {
  answer = (request) =>
    request.url === '/auth/refresh'
      ? { status: 401, body: { code: 'AUTH_TOKEN_REVOKED' } }
      : { status: 401, body: { code: 'AUTH_TOKEN_EXPIRED' } };
  await expect(api.call('GET /rooms/{roomId}', { params: { roomId } })).rejects.toMatchObject({
    code: 'AUTH_TOKEN_EXPIRED',
  });
  expect(tokens).toEqual([null]);
});
