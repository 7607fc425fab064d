import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settings } from '../../src/config/schema.ts';
import { pagePolicy } from '../../src/http/security-headers.ts';
import { type Document, listOperations } from '../../tools/contract/document.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { type RawAnswer, request, sendRaw, upgrade } from './support/raw.ts';

const someId = '01890000-0000-7000-8000-000000000001';
const apiPolicy = "default-src 'none'; frame-ancestors 'none'";
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

let server: TestServer;
let secure: TestServer;
beforeAll(async () => {
  server = await startTestServer({ planes: ['collab'] });
  secure = await startTestServer({
    planes: ['collab'],
    settings: { 'server.publicUrl': 'https://syncode.example.org' },
  });
});
afterAll(async () => {
  await server.close();
  await secure.close();
});

/** What is wrong with the headers of an answer, whatever it answers. */
function faultsOf({ status, headers }: RawAnswer, { isSecure = false } = {}): string[] {
  const wanted: Record<string, string | RegExp> = {
    'x-content-type-options': /^nosniff$/,
    'x-frame-options': /^DENY$/,
    'referrer-policy': /^no-referrer$/,
    'x-request-id': UUID,
    'permissions-policy': /^camera=\(self\), microphone=\(self\), display-capture=\(self\)$/,
    'content-security-policy': /frame-ancestors 'none'/,
    ...(isSecure ? { 'strict-transport-security': /^max-age=31536000; includeSubDomains$/ } : {}),
  };
  const wrong = Object.entries(wanted)
    .filter(([name, value]) => !new RegExp(value).test(headers[name] ?? ''))
    .map(([name]) => `${name}: ${headers[name]}`);
  const talkative = ['server', 'x-powered-by', 'via', ...(isSecure ? [] : ['strict-transport-security'])];
  const said = talkative.filter((name) => name in headers).map((name) => `${name} is there`);
  return [...wrong, ...said].map((fault) => `${status} ${fault}`);
}

const json = { 'Content-Type': 'application/json' };
const isOptionsOf = { Origin: 'http://evil.example', 'Access-Control-Request-Method': 'GET' };
const big = `{"x":"${'x'.repeat(300 * 1024)}"}`;

/** Every kind of answer that is not one of an operation. */
const kinds: [name: string, status: number, text: string | Buffer][] = [
  ['a page of the reference', 200, request('GET', '/docs')],
  ['a script of the reference', 200, request('GET', '/docs/swagger-ui-bundle.js')],
  ['a picture', 200, request('GET', '/docs/favicon-32x32.png')],
  ['the document', 200, request('GET', '/openapi.json')],
  ['HEAD', 200, request('HEAD', '/health')],
  ['HEAD of a page', 200, request('HEAD', '/docs')],
  ['a redirection', 302, request('GET', '/')],
  ['a permanent one', 301, request('GET', '/docs/')],
  ['an unknown address', 404, request('GET', '/nothing')],
  ['an address that does not decode', 404, request('GET', '/%zz')],
  ['an address that leads out', 404, request('GET', '/docs/..%2f..%2fpackage.json')],
  ['operations between planes', 404, request('GET', '/internal/collab/health')],
  ['stored files', 404, request('GET', '/files/avatars/x')],
  ['an unknown method', 404, request('PURGE', '/health')],
  ['another method', 405, request('PUT', '/health')],
  ['OPTIONS', 405, request('OPTIONS', '/health')],
  ['a preflight of a foreign page', 405, request('OPTIONS', '/users/me', { headers: isOptionsOf })],
  ['nobody', 401, request('GET', '/users/me')],
  ['a token that is none', 401, request('GET', '/users/me', { headers: { Authorization: 'Bearer x.y.z' } })],
  ['another version', 406, request('GET', '/health', { headers: { 'Accept-Version': '9.9' } })],
  ['no JSON', 400, request('POST', '/auth/login', { body: '{' })],
  ['forbidden keys', 400, request('POST', '/auth/login', { body: '{"__proto__":{}}' })],
  [
    'another type',
    415,
    request('POST', '/auth/login', { body: '{}', headers: { 'Content-Type': 'text/xml' } }),
  ],
  ['too large a body', 413, request('POST', '/auth/login', { body: big })],
  [
    'too large a body, announced only',
    413,
    request('POST', '/auth/login', { headers: { ...json, 'Content-Length': '99999999' } }),
  ],
  ['an expectation', 200, request('GET', '/health', { headers: { Expect: 'the-unexpected' } })],
  [
    'a body that is asked for first',
    400,
    request('POST', '/auth/login', { headers: { Expect: '100-continue' }, body: '{}' }),
  ],
  ['no host', 400, 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ['an older protocol', 200, 'GET /health HTTP/1.0\r\n\r\n'],
  ['a newer protocol', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  [
    'another protocol offered',
    200,
    request('GET', '/health', { headers: { Connection: 'Upgrade, close', Upgrade: 'h2c' } }),
  ],
  ['no HTTP', 400, 'nonsense\r\n\r\n'],
  ['bytes', 400, Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
  ['too large a head', 400, `GET / HTTP/1.1\r\nHost: x\r\nA: ${'x'.repeat(20_000)}\r\n\r\n`],
  [
    'two lengths',
    400,
    request('POST', '/auth/login', {
      headers: { ...json, 'Transfer-Encoding': 'chunked', 'Content-Length': '3' },
    }),
  ],
  ['a socket elsewhere', 404, upgrade('/elsewhere')],
  ['a socket of a foreign page', 403, upgrade('/collab', { Origin: 'http://evil.example' })],
  ['a socket without a key', 400, upgrade('/collab', { 'Sec-WebSocket-Key': 'x' })],
];

describe('headers of an answer', () => {
  it.each(kinds)('%s: %i [S14]', async (_name, status, text) => {
    const plain = await sendRaw(server.port, text);
    expect(plain.status, plain.body).toBe(status);
    expect(faultsOf(plain)).toEqual([]);
    expect(faultsOf(await sendRaw(secure.port, text), { isSecure: true })).toEqual([]);
  });

  it('of every operation that is served, answered or refused [S14] [S15]', async () => {
    const document = JSON.parse(
      (await sendRaw(server.port, request('GET', '/openapi.json'))).body,
    ) as Document;
    const operations = listOperations(document);
    expect(operations.length).toBeGreaterThan(35);
    for (const { method, path, body } of operations) {
      const address = path.replace(/\{roomCode\}/, 'ABCDEF').replace(/\{\w+\}/g, someId);
      const asked = request(method.toUpperCase(), address, body ? { body: '{}' } : {});
      const answer = await sendRaw(server.port, asked);
      expect(answer.status).toBeGreaterThan(0);
      expect([address, ...faultsOf(answer)]).toEqual([address]);
      expect(answer.headers['content-security-policy']).toBe(apiPolicy);
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('that leave an error of ours, and a server that drains [S14]', async () => {
    const own = await startTestServer({ planes: ['collab'] });
    own.control.core.db.raw.exec('ALTER TABLE problems RENAME TO gone');
    const body = { username: 'ada', email: 'ada@example.org', password: 'correct horse battery' };
    const made = await sendRaw(own.port, request('POST', '/auth/register', { body: JSON.stringify(body) }));
    const { accessToken } = JSON.parse(made.body) as { accessToken: string };
    const Authorization = `Bearer ${accessToken}`;
    const failed = await sendRaw(own.port, request('GET', '/problems', { headers: { Authorization } }));
    expect([failed.status, ...faultsOf(failed)]).toEqual([500]);
    await own.close();
  });
});

describe('the content policy', () => {
  const policyOf = async (path: string, of = server) =>
    (await sendRaw(of.port, request('GET', path))).headers['content-security-policy'];

  it('of answers that are no pages allows nothing at all [S15]', async () => {
    for (const path of ['/health', '/nothing', '/users/me', '/app/missing.js', '/docs/missing.js'])
      expect(await policyOf(path)).toBe(apiPolicy);
  });

  it('of the reference allows this server alone, no inline scripts, no plugins, no frames [S15]', async () => {
    const policy =
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'; " +
      "img-src 'self' data:; worker-src 'none'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    expect(await policyOf('/docs')).toBe(policy);
    expect(await policyOf('/docs/start.js')).toBe(policy);
    expect(await policyOf('/docs', secure)).toBe(policy);
  });

  it('of pages adds the sockets of this server: of its public URL, or of its three names on this machine [S15]', () => {
    const initial = Object.fromEntries(
      Object.entries(settings).map(([key, one]) => [key, one.initial]),
    ) as never;
    const rest =
      "img-src 'self' data: blob:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
    const of = (publicUrl: string) =>
      pagePolicy({ ...(initial as object), 'server.publicUrl': publicUrl } as never, 8123);
    const begin =
      "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; connect-src 'self'";
    expect(of('')).toBe(`${begin} ws://localhost:8123 ws://127.0.0.1:8123 ws://[::1]:8123; ${rest}`);
    expect(of('https://syncode.example.org')).toBe(`${begin} wss://syncode.example.org; ${rest}`);
  });
});
