import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { write } from '../../src/db/write.ts';
import { isUnchanged, weakTag } from '../../src/http/etag.ts';
import { operation } from '../../src/http/operation.ts';
import { noActiveRoom, profile, signedIn, someId } from './fixtures.ts';
import { ada, codeOf, roomId, startTestApp, type TestApp } from './support.ts';

let app: TestApp;
afterEach(() => app.close());

const addresses: string[] = [];
const active = operation('getMyActiveRoom', {}, ({ answer, client }) => {
  addresses.push(client.address);
  return answer(200, noActiveRoom);
});
const path = '/users/me/active-room';
const login = operation('login', {}, ({ answer, client }) => {
  addresses.push(client.address);
  return answer(200, signedIn, { 'Set-Cookie': 'refreshToken=secret; HttpOnly' });
});
const run = operation('runCode', { limit: 'run' }, ({ spend, answer }) => {
  spend();
  return answer(202, { jobId: someId });
});

describe('addresses and methods', () => {
  it('an unknown address is NOT_FOUND as JSON, whatever method and body', async () => {
    app = await startTestApp({ bindings: [active] });
    for (const [method, at] of [
      ['GET', '/x'],
      ['POST', '/x'],
      ['GET', '/internal/x'],
      ['GET', `${path}/`],
      ['GET', '/docs/package.json'],
      ['GET', '/%zz'],
      ['PUT', '/'],
    ] as const) {
      const reply = await app.ask(
        method,
        at,
        method === 'POST' ? { body: 'x', headers: { 'content-type': 'text/plain' } } : {},
      );
      expect([at, reply.status, codeOf(reply)]).toEqual([at, 404, 'NOT_FOUND']);
      expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    }
  });

  it('another method is METHOD_NOT_ALLOWED with the ones that are, before credentials and body', async () => {
    app = await startTestApp({
      bindings: [
        active,
        operation('getMe', {}, ({ answer }) => answer(200, profile)),
        operation('updateMe', {}, ({ answer }) => answer(200, profile)),
      ],
    });
    const reply = await app.ask('PUT', '/users/me', { body: '{', headers: { 'content-type': 'text/plain' } });
    expect([reply.status, codeOf(reply), reply.headers.get('allow')]).toEqual([
      405,
      'METHOD_NOT_ALLOWED',
      'GET, HEAD, PATCH',
    ]);
    expect((await app.ask('OPTIONS', '/users/me')).headers.get('allow')).toBe('GET, HEAD, PATCH');
  });

  it('an operation of the contract that is not bound is not there', async () => {
    app = await startTestApp({ bindings: [operation('getMe', {}, ({ answer }) => answer(200, profile))] });
    expect((await app.ask('DELETE', '/users/me', { bearer: ada })).status).toBe(405);
    expect((await app.ask('GET', '/users/me/quotas', { bearer: ada })).status).toBe(404);
  });

  it('HEAD answers as GET, without the body', async () => {
    app = await startTestApp({ bindings: [active] });
    const reply = await app.ask('HEAD', path, { bearer: ada });
    expect([reply.status, reply.text]).toEqual([200, '']);
    expect(Number(reply.headers.get('content-length'))).toBe(JSON.stringify(noActiveRoom).length);
  });
});

describe('bodies [S18]', () => {
  const send = (headers: Record<string, string>, body: string) =>
    app.ask('POST', `/rooms/${roomId}/run`, { bearer: ada, body, headers });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/jsonx',
    'multipart/form-data; boundary=x',
    'application/xml',
    'application/json; charset=utf-16',
    'application/json;charset="latin1"',
  ])('of type %s are UNSUPPORTED_MEDIA_TYPE', async (type) => {
    app = await startTestApp({ bindings: [run] });
    const reply = await send({ 'content-type': type }, '{}');
    expect([reply.status, codeOf(reply)]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
  });

  it('may name a character set', async () => {
    app = await startTestApp({ bindings: [run] });
    const reply = await send(
      { 'content-type': 'Application/JSON; charset=UTF-8' },
      '{"language":"c","code":"x"}',
    );
    expect(reply.status).toBe(202);
  });

  it.each([
    ['createAvatarUpload', 'POST', '/users/me/avatar', 1024],
    ['updateMe', 'PATCH', '/users/me', 256 * 1024],
    ['runCode', 'POST', `/rooms/${roomId}/run`, 5 * 1024 * 1024],
  ] as const)('%s takes its limit and not one byte more', async (id, method, at, maxBytes) => {
    app = await startTestApp({
      bindings: [
        operation(id, {}, (() => {
          throw new Error('never');
        }) as never),
      ],
    });
    const body = (bytes: number) => `{"x":"${'x'.repeat(bytes - 8)}"}`;
    const fits = await app.ask(method, at, { bearer: ada, body: body(maxBytes) });
    expect(codeOf(fits)).toBe('VALIDATION_FAILED');
    const exceeds = await app.ask(method, at, { bearer: ada, body: body(maxBytes + 1) });
    expect([exceeds.status, exceeds.body]).toMatchObject([
      413,
      { code: 'PAYLOAD_TOO_LARGE', details: { maxBytes } },
    ]);
  });
});

describe('headers [S14]', () => {
  const common = {
    'x-content-type-options': 'nosniff',
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
    'permissions-policy': 'camera=(self), microphone=(self), display-capture=(self)',
    'x-api-version': '1.0',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
    'cache-control': 'no-store',
  };

  it('are on every answer, errors of all kinds included', async () => {
    app = await startTestApp({ bindings: [active] });
    for (const reply of [
      await app.ask('GET', path, { bearer: ada }),
      await app.ask('GET', path),
      await app.ask('GET', '/nothing'),
      await app.ask('GET', '/%zz'),
      await app.ask('POST', path),
      await app.ask('GET', path, { bearer: ada, headers: { 'accept-version': '9.9' } }),
    ]) {
      expect(Object.fromEntries(reply.headers)).toMatchObject(common);
      expect(reply.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(reply.headers.get('x-trace-id')).toMatch(/^[0-9a-f]{32}$/);
      for (const name of ['server', 'x-powered-by', 'strict-transport-security'])
        expect(reply.headers.has(name)).toBe(false);
    }
  });

  it('say Strict-Transport-Security behind an https address', async () => {
    app = await startTestApp({
      bindings: [active],
      config: { 'server.publicUrl': 'https://syncode.example.org' },
    });
    expect((await app.ask('GET', '/x')).headers.get('strict-transport-security')).toBe(
      'max-age=31536000; includeSubDomains',
    );
  });

  it('keep a request id that is a UUID, and no other', async () => {
    app = await startTestApp({ bindings: [active] });
    const given = async (id: string) =>
      (await app.ask('GET', path, { bearer: ada, headers: { 'x-request-id': id } })).headers.get(
        'x-request-id',
      );
    expect(await given(someId.toUpperCase())).toBe(someId);
    expect(await given('x"};drop')).not.toContain('drop');
  });

  it('refuse versions that are not served', async () => {
    app = await startTestApp({ bindings: [active] });
    const reply = await app.ask('GET', path, { bearer: ada, headers: { 'accept-version': '0.9' } });
    expect([reply.status, reply.body]).toMatchObject([
      406,
      { code: 'API_VERSION_UNSUPPORTED', details: { supported: ['1.0'] } },
    ]);
    expect((await app.ask('GET', path, { bearer: ada, headers: { 'accept-version': '1.0' } })).status).toBe(
      200,
    );
  });

  it('let browsers keep what has a tag, and answer 304', async () => {
    app = await startTestApp({
      bindings: [
        operation('getMe', {}, ({ answer, headers }) => {
          const tag = weakTag(5, profile);
          if (isUnchanged(headers['If-None-Match'], tag)) return answer(304, undefined, { ETag: tag });
          return answer(200, profile, { ETag: tag });
        }),
      ],
    });
    const first = await app.ask('GET', '/users/me', { bearer: ada });
    const tag = first.headers.get('etag') ?? '';
    expect([first.headers.get('cache-control'), tag]).toEqual([
      'private, no-cache',
      expect.stringMatching(/^W\/"5\.[\w-]{12}"$/),
    ]);
    const second = await app.ask('GET', '/users/me', { bearer: ada, headers: { 'if-none-match': tag } });
    expect([second.status, second.text, second.headers.get('etag')]).toEqual([304, '', tag]);
  });
});

describe('origins [S16]', () => {
  const preflight = (origin: string) =>
    app.ask('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'authorization',
      },
    });

  it('of this server and of the list may call, with credentials; others get no word of it', async () => {
    app = await startTestApp({
      bindings: [active],
      config: { 'server.corsOrigins': ['https://friend.example'] },
    });
    for (const origin of [app.url, app.url.replace('127.0.0.1', 'localhost'), 'https://friend.example']) {
      const reply = await preflight(origin);
      expect([
        reply.status,
        reply.headers.get('access-control-allow-origin'),
        reply.headers.get('access-control-max-age'),
      ]).toEqual([204, origin, '600']);
      expect(reply.headers.get('access-control-allow-credentials')).toBe('true');
    }
    for (const origin of [
      'https://evil.example',
      'https://friend.example.evil.example',
      'http://friend.example',
      'null',
      'http://localhost:1',
    ]) {
      const reply = await preflight(origin);
      expect([reply.status, reply.headers.has('access-control-allow-origin')]).toEqual([405, false]);
      const call = await app.ask('GET', path, { bearer: ada, headers: { origin } });
      expect([call.status, call.headers.has('access-control-allow-origin')]).toEqual([200, false]);
    }
    const failed = await app.ask('GET', '/nothing', { headers: { origin: 'https://friend.example' } });
    expect([failed.status, failed.headers.get('access-control-allow-origin')]).toEqual([
      404,
      'https://friend.example',
    ]);
  });

  it('the public URL replaces the names of this machine, whatever the Host header says', async () => {
    app = await startTestApp({
      bindings: [active],
      config: { 'server.publicUrl': 'https://syncode.example.org' },
    });
    expect((await preflight('https://syncode.example.org')).status).toBe(204);
    expect((await preflight(app.url)).status).toBe(405);
  });
});

describe('proxies [S17]', () => {
  const from = (value: string) =>
    app.ask('POST', '/auth/login', {
      body: { identifier: 'a', password: 'b' },
      headers: { 'x-forwarded-for': value },
    });

  it('nobody is believed by default', async () => {
    app = await startTestApp({ bindings: [login] });
    addresses.length = 0;
    await from('203.0.113.9');
    expect(addresses).toEqual(['127.0.0.1']);
  });

  it('those configured are, up to the first address that is none', async () => {
    app = await startTestApp({
      bindings: [login],
      config: { 'server.trustedProxies': ['127.0.0.0/8', '10.0.0.1'] },
    });
    addresses.length = 0;
    await from('203.0.113.9');
    await from('198.51.100.7, 203.0.113.9, 10.0.0.1');
    expect(addresses).toEqual(['203.0.113.9', '203.0.113.9']);
  });

  it('a trace is taken from a trusted proxy only', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const headers = { traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    app = await startTestApp({ bindings: [active] });
    expect((await app.ask('GET', '/x', { headers })).headers.get('x-trace-id')).not.toBe(trace);
    await app.close();
    app = await startTestApp({ bindings: [active], config: { 'server.trustedProxies': ['127.0.0.1'] } });
    expect((await app.ask('GET', '/x', { headers })).headers.get('x-trace-id')).toBe(trace);
    expect(
      (await app.ask('GET', '/x', { headers: { traceparent: '00-zz' } })).headers.get('x-trace-id'),
    ).toMatch(/^[0-9a-f]{32}$/);
  });

  it('what is neither address nor range stops the start', async () => {
    app = await startTestApp({ bindings: [active] });
    const start = (entry: string) =>
      startTestApp({ bindings: [], config: { 'server.trustedProxies': [entry] } });
    for (const entry of ['proxy.example', '10.0.0.0/33', '10.0.0.0/x', '']) {
      await expect(start(entry)).rejects.toThrow('server.trustedProxies');
    }
  });
});

describe('the flush', () => {
  it('holds every answer back until what it reflects is durable', async () => {
    app = await startTestApp({
      bindings: [active, operation('getHealth', {}, ({ fail }) => fail('SERVICE_UNAVAILABLE', 'x'))],
    });
    const { durable } = app.test.db;
    await durable.pause();
    await write(app.test.db, (tx) => {
      tx.raw.prepare("INSERT INTO idempotency_keys VALUES ('u', 'p', 'k', 'h', 200, NULL, '{}', 0)").run();
    });
    let hasAnswered = false;
    const held = app.ask('GET', path, { bearer: ada }).then((reply) => {
      hasAnswered = true;
      return reply;
    });
    const refused = app.ask('GET', '/nothing');
    expect((await app.ask('GET', '/health')).status).toBe(503);
    expect((await app.ask('GET', '/openapi.json')).status).toBe(200);
    expect(hasAnswered).toBe(false);
    durable.resume();
    expect((await held).status).toBe(200);
    expect((await refused).status).toBe(404);
  });
});

describe('the end of a server', () => {
  it('refuses new requests and lets waiting ones end', async () => {
    const started = Promise.withResolvers<void>();
    const poll = operation('getExecutionResult', {}, async ({ client, fail }) => {
      started.resolve();
      await new Promise((resolve) => client.signal.addEventListener('abort', resolve));
      return fail('EXECUTION_JOB_NOT_FOUND', 'x');
    });
    app = await startTestApp({ bindings: [poll, active] });
    const waiting = app.ask('GET', `/execution/${someId}?waitMs=20000`, { bearer: ada });
    await started.promise;
    app.app.drain();
    expect((await waiting).status).toBe(404);
    const reply = await app.ask('GET', path, { bearer: ada });
    expect([reply.status, codeOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(reply.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('a client that goes away frees what waits for it', async () => {
    const gone = Promise.withResolvers<void>();
    const started = Promise.withResolvers<void>();
    const poll = operation('getExecutionResult', {}, async ({ client, fail }) => {
      client.signal.addEventListener('abort', () => gone.resolve());
      started.resolve();
      await gone.promise;
      return fail('EXECUTION_JOB_NOT_FOUND', 'x');
    });
    app = await startTestApp({ bindings: [poll] });
    const abort = new AbortController();
    const request = fetch(`${app.url}/execution/${someId}`, {
      signal: abort.signal,
      headers: { authorization: `Bearer ${ada}` },
    });
    await started.promise;
    abort.abort();
    await expect(request).rejects.toThrow();
    await gone.promise;
  });
});

describe('what is no HTTP [S14]', () => {
  const raw = (text: string) =>
    new Promise<string>((resolve) => {
      let got = '';
      const socket = connect(app.app.port(), '127.0.0.1', () => socket.write(text));
      socket.on('data', (chunk) => {
        got += chunk;
      });
      socket.on('close', () => resolve(got));
    });

  it('is answered once and cut', async () => {
    app = await startTestApp({ bindings: [active] });
    for (const text of [
      'nonsense\r\n\r\n',
      `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`,
      'GET / HTTP/1.1\r\nContent-Length: x\r\n\r\n',
    ]) {
      const reply = await raw(text);
      expect(reply).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
      expect(reply).toContain('"code":"VALIDATION_FAILED"');
      expect(reply).toMatch(/^X-Frame-Options: DENY\r$/m);
      expect(reply).toMatch(/^X-Request-Id: [0-9a-f-]{36}\r$/m);
      expect(reply).toMatch(/^Cache-Control: no-store\r$/m);
    }
  });
});

describe('metrics', () => {
  it('count by operation, whatever the address', async () => {
    app = await startTestApp({ bindings: [run, active] });
    const ok = { bearer: ada, body: { language: 'c', code: 'x' } };
    await app.ask('POST', `/rooms/${roomId}/run`, ok);
    await app.ask('POST', '/rooms/nothing/run', ok);
    app.rooms.refuse = new Error('broken') as never;
    await app.ask('POST', `/rooms/${roomId}/run`, ok);
    await app.ask('GET', '/nothing');
    await expect.poll(() => app.app.metrics()[0]?.requests).toBe(3);
    const [row, ...others] = app.app.metrics();
    expect(row).toMatchObject({ id: 'runCode', requests: 3, refused: 1, failed: 1 });
    expect(row?.latency.reduce((sum, { requests }) => sum + requests, 0)).toBe(3);
    expect(others).toEqual([]);
  });
});

describe('the log [S13]', () => {
  it('has one line a request, without tokens, bodies and query strings', async () => {
    app = await startTestApp({ bindings: [login, active] });
    await app.ask('POST', '/auth/login?token=hush', { body: { identifier: 'a', password: 'hush-hush' } });
    await app.ask('GET', `${path}?x=hush`, { bearer: 'hush' });
    await app.ask('GET', '/files/avatars/hush?sig=hush');
    await expect.poll(() => app.log.lines.length).toBe(3);
    expect(JSON.stringify(app.log.lines)).not.toContain('hush-hush');
    expect(app.log.lines.map(({ fields }) => [fields.operation, fields.route, fields.status])).toEqual([
      ['login', '/auth/login', 200],
      ['getMyActiveRoom', path, 200],
      [undefined, null, 404],
    ]);
  });
});
