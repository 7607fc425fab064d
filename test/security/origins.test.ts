import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { SettingKey } from '../../src/config/schema.ts';
import { type Document, listOperations } from '../../tools/contract/document.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type RawAnswer, request, sendRaw, upgrade } from './support/raw.ts';

const someId = '01890000-0000-7000-8000-000000000001';
const PASSWORD = 'correct horse battery';

let server: TestServer;
afterEach(() => server.close());
const start = async (settings: Partial<Record<SettingKey, unknown>> = {}) => {
  server = await startTestServer({ planes: ['collab'], settings });
};

const send = (
  method: string,
  path: string,
  { headers = {}, body }: { headers?: Record<string, string>; body?: unknown } = {},
): Promise<RawAnswer> =>
  sendRaw(
    server.port,
    request(method, path, { headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) }),
  );

async function register(username: string, headers: Record<string, string> = {}) {
  const body = { username, email: `${username}@example.org`, password: PASSWORD };
  const answer = await send('POST', '/auth/register', { headers, body });
  expect(answer.status, answer.body).toBe(201);
  const { accessToken, user } = JSON.parse(answer.body) as { accessToken: string; user: { id: string } };
  const refreshToken = /refreshToken=([^;]+)/.exec(answer.headers['set-cookie'] ?? '')?.[1] ?? '';
  return { id: user.id, bearer: `Bearer ${accessToken}`, cookie: `refreshToken=${refreshToken}` };
}

/** What a foreign page may learn of an answer. */
const sharedWith = ({ headers }: RawAnswer) => [
  headers['access-control-allow-origin'],
  headers['access-control-allow-credentials'],
];

describe('a page of an origin that is not allowed', () => {
  it('is not let in by a Host header that names it too, by no way [S16] [S12] [S29]', async () => {
    await start();
    const { bearer, cookie } = await register('ada');
    const own = `http://127.0.0.1:${server.port}`;
    const forged = {
      Host: 'evil.example',
      Origin: 'http://evil.example',
      'X-Forwarded-Host': 'evil.example',
    };
    const read = await send('GET', '/users/me', { headers: { ...forged, Authorization: bearer } });
    expect([read.status, ...sharedWith(read)]).toEqual([200, undefined, undefined]);
    const ask = { 'Access-Control-Request-Method': 'GET', 'Access-Control-Request-Headers': 'authorization' };
    const preflight = await send('OPTIONS', '/users/me', { headers: { ...forged, ...ask } });
    expect([preflight.status, ...sharedWith(preflight)]).toEqual([405, undefined, undefined]);
    for (const path of ['/auth/refresh', '/auth/logout']) {
      const acted = await send('POST', path, { headers: { ...forged, Cookie: cookie } });
      expect([acted.status, acted.headers['set-cookie']]).toEqual([403, undefined]);
    }
    expect((await sendRaw(server.port, upgrade('/collab', forged))).status).toBe(403);
    const other = { ...forged, Origin: own };
    expect((await sendRaw(server.port, upgrade('/collab', other))).status).toBe(101);
    expect((await send('POST', '/auth/refresh', { headers: { ...other, Cookie: cookie } })).status).toBe(200);
  });

  it('is told from one that is by every character, and never answered with a star [S16]', async () => {
    await start({ 'server.corsOrigins': ['https://friend.example'] });
    const own = `http://127.0.0.1:${server.port}`;
    const allowed = [
      own,
      own.replace('127.0.0.1', 'localhost'),
      own.replace('127.0.0.1', '[::1]'),
      'https://friend.example',
    ];
    for (const origin of allowed) {
      const answer = await send('GET', '/health', { headers: { Origin: origin } });
      expect(sharedWith(answer)).toEqual([origin, 'true']);
      expect(answer.headers.vary).toContain('Origin');
    }
    const foreign = [
      'null',
      '*',
      'http://friend.example',
      'https://friend.example:8443',
      'https://friend.example/',
      'https://FRIEND.example',
      'https://friend.example.evil.example',
      'https://evil.example/https://friend.example',
      'https://sub.friend.example',
      own.replace('http:', 'https:'),
      'http://127.0.0.1',
      `${own}.evil.example`,
      'http://0.0.0.0:80',
    ];
    for (const origin of foreign) {
      const answer = await send('GET', '/health', { headers: { Origin: origin } });
      expect([origin, ...sharedWith(answer)]).toEqual([origin, undefined, undefined]);
    }
  });

  it('has the public URL for its own, and then no name of this machine [S16]', async () => {
    await start({ 'server.publicUrl': 'https://syncode.example.org' });
    const ask = { 'Access-Control-Request-Method': 'POST' };
    const preflight = async (Origin: string) =>
      send('OPTIONS', '/auth/login', { headers: { Origin, Host: 'syncode.example.org', ...ask } });
    const own = await preflight('https://syncode.example.org');
    expect([own.status, own.headers['access-control-max-age']]).toEqual([204, '600']);
    for (const origin of [`http://127.0.0.1:${server.port}`, 'http://syncode.example.org'])
      expect((await preflight(origin)).status).toBe(405);
  });
});

describe('the cookie of a sign-in', () => {
  it('opens no operation but refresh and logout: everything else wants the bearer header [S12]', async () => {
    await start();
    const { cookie } = await register('ada');
    const document = JSON.parse((await send('GET', '/openapi.json')).body) as Document;
    const operations = listOperations(document);
    const readers = operations.filter(({ parameters }) => parameters.some((one) => one.in === 'cookie'));
    expect(readers.map(({ id }) => id).sort()).toEqual(['logout', 'refreshSession']);
    const closed = operations.filter(({ operation }) => operation['x-permission'] !== 'public');
    expect(closed.length).toBeGreaterThan(25);
    for (const { id, method, path, body } of closed) {
      const address = path.replace('{roomCode}', 'ABCDEF').replace(/\{\w+\}/g, someId);
      const answer = await send(method.toUpperCase(), address, {
        headers: { Cookie: cookie },
        ...(body === undefined ? {} : { body: {} }),
      });
      expect([id, answer.status, JSON.parse(answer.body).code]).toEqual([id, 401, 'UNAUTHORIZED']);
    }
  });

  it('that comes along with a sign-in is neither spent nor ended by it [S12]', async () => {
    await start();
    const { cookie } = await register('ada');
    const body = { identifier: 'ada', password: PASSWORD };
    expect((await send('POST', '/auth/login', { headers: { Cookie: cookie }, body })).status).toBe(200);
    const headers = { Cookie: cookie };
    const [row] = server.control.core.db.raw
      .prepare('SELECT count(*) AS spent FROM refresh_tokens WHERE spent_at IS NOT NULL')
      .all();
    expect(row).toEqual({ spent: 0 });
    expect((await send('POST', '/auth/refresh', { headers })).status).toBe(200);
  });
});

describe('forwarded headers', () => {
  const forwarded = {
    'X-Forwarded-For': '203.0.113.9',
    'X-Real-IP': '203.0.113.9',
    Forwarded: 'for=203.0.113.9;host=evil.example;proto=https',
    'X-Forwarded-Host': 'evil.example',
    'X-Forwarded-Proto': 'https',
  };
  const addressesOf = () =>
    server.control.core.db.raw
      .prepare("SELECT ip FROM audit_log WHERE action = 'auth.register'")
      .pluck()
      .all();

  it('of anybody are not believed: what is stored is the address of the connection [S17]', async () => {
    await start();
    await register('ada', forwarded);
    expect(addressesOf()).toEqual(['127.0.0.1']);
  });

  it('are believed of a configured proxy, the last hop before it and no other header [S17]', async () => {
    await start({ 'server.trustedProxies': ['127.0.0.1'] });
    await register('ada', { ...forwarded, 'X-Forwarded-For': '198.51.100.1, 203.0.113.9' });
    await register('bob', { ...forwarded, 'X-Forwarded-For': '' });
    expect(addressesOf()).toEqual(['203.0.113.9', '127.0.0.1']);
  });

  it('do not multiply what one address may do, in sign-ins and in sockets [S17]', async () => {
    await start({ 'limits.failedLoginsPerAddressPerMinute': 2, 'limits.pendingSocketsPerAddress': 1 });
    const statuses: number[] = [];
    for (const last of [1, 2, 3]) {
      const headers = { 'X-Forwarded-For': `203.0.113.${last}` };
      const body = { identifier: `nobody${last}`, password: 'wrong horse' };
      statuses.push((await send('POST', '/auth/login', { headers, body })).status);
    }
    expect(statuses).toEqual([401, 401, 429]);
    const open = async (address: string) => {
      const socket = new WebSocket(`ws://127.0.0.1:${server.port}/collab`, {
        headers: { 'X-Forwarded-For': address },
      });
      await once(socket, 'open');
      return socket;
    };
    const first = await open('203.0.113.1');
    const closed = once(first, 'close');
    const second = await open('203.0.113.2');
    expect((await closed)[0]).toBe(1013);
    second.terminate();
  });
});
