import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import type { Snapshot } from './support/ledger.ts';
import { LONG_MS } from './support/settings.ts';

let fixture: Fixture;
let base: Snapshot;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  base = fixture.ledger.read();
});
afterAll(() => fixture.close());
afterEach(() => expect(fixture.ledger.changesSince(base)).toEqual([]));

const crlf = '\r\n';
const bearer = () => `Authorization: Bearer ${fixture.actors.host.bearer}`;
const runPath = () => `/rooms/${fixture.rooms.coding.roomId}/run`;
/** A POST that starts a run, with more headers and a body of one’s own. */
const post = (headers: readonly string[], body: string | Buffer) => [
  [
    `POST ${runPath()} HTTP/1.1`,
    'Host: x',
    bearer(),
    'Content-Type: application/json',
    ...headers,
    '',
    '',
  ].join(crlf),
  body,
];

/** Status, code and the headers that every answer has, of the first answer on a connection. */
function read(answer: string) {
  const [head = '', body = ''] = answer.split(`${crlf}${crlf}`);
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0);
  const has = (name: string, value: string) => head.toLowerCase().includes(`${name}: ${value}`.toLowerCase());
  const isGuarded =
    has('X-Content-Type-Options', 'nosniff') &&
    has('X-Frame-Options', 'DENY') &&
    has('Referrer-Policy', 'no-referrer') &&
    has('Cache-Control', 'no-store') &&
    /^x-request-id: [0-9a-f-]{36}\r?$/im.test(head);
  return { status, code: /"code":"(\w+)"/.exec(body)?.[1] ?? null, isGuarded, head };
}

async function expectRefusal(bytes: readonly (string | Buffer)[], ...statuses: number[]): Promise<void> {
  const answer = read(await fixture.wire.shout(...bytes));
  expect([answer.isGuarded, statuses.includes(answer.status), answer.code === null], answer.head).toEqual([
    true,
    true,
    false,
  ]);
}

describe('bytes that are no request', () => {
  it.each([
    ['nonsense', 'nonsense\r\n\r\n'],
    ['TLS', Buffer.from('16030100a5010000a1030300', 'hex')],
    ['a foreign version', 'GET /health HTTP/9.9\r\nHost: x\r\n\r\n'],
    ['a method nobody knows', 'FROB /health HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['a line break in the path', 'GET /he\nalth HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL in the path', 'GET /he\u0000alth HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['NUL in a header', 'GET /health HTTP/1.1\r\nHost: x\r\nX-A: a\u0000b\r\n\r\n'],
    ['a header without a colon', 'GET /health HTTP/1.1\r\nHost: x\r\nnothing\r\n\r\n'],
    ['a folded header', 'GET /health HTTP/1.1\r\nHost: x\r\nA: b\r\n c\r\n\r\n'],
    ['a blank before the colon', 'GET /health HTTP/1.1\r\nHost : x\r\n\r\n'],
    ['no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'],
    [
      'two lengths',
      'POST /auth/logout HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}',
    ],
    ['a negative length', 'POST /auth/logout HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n'],
    [
      'a length beyond numbers',
      `POST /auth/logout HTTP/1.1\r\nHost: x\r\nContent-Length: ${'9'.repeat(30)}\r\n\r\n`,
    ],
    [
      'length and chunks',
      'POST /auth/logout HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'an unknown encoding',
      'POST /auth/logout HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n',
    ],
    ['headers too large', `GET /health HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`],
    ['a path too large', `GET /${'x'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
  ])('are refused and the connection is closed: %s', async (_name, bytes) => {
    await expectRefusal([bytes], 400);
  });
});

describe('a body in chunks', () => {
  const close = ['Connection: close'];

  it('of broken framing starts nothing', async () => {
    const chunked = [...close, 'Transfer-Encoding: chunked'];
    for (const body of [
      'x\r\n',
      '-1\r\n{}\r\n',
      '2\r\n{}x\r\n0\r\n\r\n',
      `${'f'.repeat(20)}\r\n{}`,
      '2;a=\u0000\r\n{}\r\n',
    ]) {
      await expectRefusal(post(chunked, body), 400);
    }
  });

  it('is taken as one', async () => {
    const body =
      '5\r\n{"lan\r\n3\r\ngua\r\n1\r\ng\r\n3\r\ne":\r\n1\r\n1\r\n1\r\n}\r\n0\r\nTrailer: x\r\n\r\n';
    const answer = await fixture.wire.shout(...post([...close, 'Transfer-Encoding: chunked'], body));
    expect(read(answer)).toMatchObject({ status: 400, code: 'VALIDATION_FAILED', isGuarded: true });
    expect(answer).toContain('"field":"language","constraint":"isString"');
  });

  it('whose sender goes away starts nothing', async () => {
    const { connect } = await import('node:net');
    const code = JSON.stringify({ language: 'python', code: 'x' });
    const { port } = fixture.world.server;
    for (const sent of [0, 1, code.length - 1]) {
      const socket = connect(port, '127.0.0.1');
      const [head = ''] = post([`Content-Length: ${code.length}`], '');
      await new Promise<void>((resolve) => socket.write(head + code.slice(0, sent), () => resolve()));
      await new Promise<void>((resolve) => socket.on('close', () => resolve()).destroy());
    }
    // Another request afterwards sees a server that goes on.
    expect((await fixture.wire.ask({ method: 'GET', path: '/health' })).status).toBe(200);
  });
});

describe('a second request behind the first', () => {
  it('is one of its own: a body that ends early hides none', async () => {
    const inner = `GET /users/me HTTP/1.1${crlf}Host: x${crlf}Connection: close${crlf}${crlf}`;
    const answer = await fixture.wire.shout(...post([`Content-Length: 2`], '{}'), inner);
    const statuses = [...answer.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
    // The first was refused for its body, the second for its lack of a token.
    expect(statuses).toEqual(['400', '401']);
  });

  it('with doubled headers is judged by one of them', async () => {
    const twice = (name: string, one: string, two: string) =>
      fixture.wire.shout(
        `GET /users/me HTTP/1.1${crlf}Host: x${crlf}${name}: ${one}${crlf}${name}: ${two}${crlf}Connection: close${crlf}${crlf}`,
      );
    const own = `Bearer ${fixture.actors.host.bearer}`;
    expect(read(await twice('Authorization', own, 'Bearer x')).status).toBe(200);
    expect(read(await twice('Authorization', 'Bearer x', own)).status).toBe(401);
  });
});

describe('methods', () => {
  it('that an address does not have are refused with those that it has', async () => {
    for (const { path } of fixture.served.operations) {
      const at = path.replace(/\{\w+\}/g, fixture.rooms.coding.roomId);
      for (const method of ['PUT', 'DELETE', 'OPTIONS', 'PATCH', 'POST']) {
        const isThere = fixture.served.operations.some(
          (one) => one.path === path && one.method === method.toLowerCase(),
        );
        if (isThere) continue;
        const { status, headers } = await fixture.wire.ask({ method, path: at });
        expect([method, at, status]).toEqual([method, at, 405]);
        expect(headers.allow).toBeDefined();
      }
      for (const method of ['TRACE', 'CONNECT', 'PROPFIND', 'QUERY']) {
        const answer = read(
          await fixture.wire.shout(
            `${method} ${at} HTTP/1.1${crlf}Host: x${crlf}Connection: close${crlf}${crlf}`,
          ),
        );
        expect(answer.status, `${method} ${at}`).toBeLessThan(500);
        expect(answer.status, `${method} ${at}`).not.toBe(200);
      }
    }
  });
});
