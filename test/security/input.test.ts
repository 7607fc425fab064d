import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bound, type Document, flatten, listOperations } from '../../tools/contract/document.ts';
import { type Person, startWorld, type World } from '../api/runs/world.ts';

const someId = '01890000-0000-7000-8000-000000000001';

let world: World;
let ada: Person;
let root: Person;
let document: Document;
let operations: Bound[];
beforeAll(async () => {
  world = await startWorld({
    'limits.failedLoginsPerAddressPerMinute': 0,
    'limits.passwordResetsPerAddressPerMinute': 0,
    'limits.passwordChangesPerUserPerMinute': 0,
    'limits.refreshesPerAddressPerMinute': 0,
  });
  ada = await world.person('ada');
  root = await world.person('root', 'admin');
  document = (await world.get(ada, '/openapi.json')).body as Document;
  operations = listOperations(document);
});
afterAll(() => world.close());

const fill = ({ path }: Bound, other: Record<string, string> = {}) =>
  path.replace(/\{(\w+)\}/g, (_, name: string) => other[name] ?? (name === 'roomCode' ? 'ABCDEF' : someId));
const askFor = (operation: Bound, path: string, body?: unknown, headers: Record<string, string> = {}) =>
  world.ask(root, operation.method.toUpperCase(), path, body, { headers });
/** `field constraint` of everything that was found wrong. */
const failures = (reply: { code: string; details: unknown }) => {
  const { fields } = (reply.details ?? {}) as { fields?: { field: string; constraint: string }[] };
  return [reply.code, ...(fields ?? []).map(({ field, constraint }) => `${field} ${constraint}`)];
};

describe('before any handler', () => {
  it('every value of every path is checked [S18]', async () => {
    let asked = 0;
    for (const operation of operations) {
      for (const [, name = ''] of operation.path.matchAll(/\{(\w+)\}/g)) {
        for (const wrong of [
          'x',
          '1',
          `${someId}x`,
          "'%20OR%201=1--",
          '..%2f..%2fetc%2fpasswd',
          '__proto__',
        ]) {
          const reply = await askFor(operation, fill(operation, { [name]: wrong }), operation.body && {});
          expect([operation.id, wrong, ...failures(reply)]).toContain('VALIDATION_FAILED');
          expect(failures(reply).join()).toContain(`path.${name} `);
          asked += 1;
        }
      }
    }
    expect(asked).toBeGreaterThan(100);
  });

  it('every value of every query is checked [S18]', async () => {
    const wrongOf: Record<string, string> = { integer: '1.5', number: 'x', boolean: 'yes' };
    let asked = 0;
    for (const operation of operations) {
      for (const { name, schema, in: place } of operation.parameters) {
        if (place !== 'query') continue;
        const { type, enum: values, format, items } = flatten(document, schema);
        const kind = items ? flatten(document, items) : flatten(document, schema);
        const isClosed = values !== undefined || kind.enum !== undefined || kind.format === 'uuid';
        const wrong = wrongOf[String(type)] ?? (isClosed || format ? 'neither' : 'x'.repeat(5000));
        const reply = await askFor(operation, `${fill(operation)}?${name}=${wrong}`);
        expect([operation.id, name, ...failures(reply).map((one) => one.split(/[ [.]/)[0])]).toContain(
          'VALIDATION_FAILED',
        );
        expect(failures(reply).join()).toContain(`query.${name}`);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(30);
  });

  it('every declared header is checked [S18]', async () => {
    let asked = 0;
    for (const operation of operations) {
      for (const { name, in: place } of operation.parameters) {
        if (place !== 'header') continue;
        const reply = await askFor(operation, fill(operation), operation.body && {}, {
          [name]: 'x'.repeat(2000),
        });
        if (name === 'If-None-Match') continue;
        expect([operation.id, ...failures(reply)].join()).toContain(`header.${name} `);
        asked += 1;
      }
    }
    expect(asked).toBeGreaterThan(3);
  });

  it('every body is checked: type, unknown fields, and keys that reach for prototypes [S18]', async () => {
    const withBody = operations.filter(({ body }) => body !== undefined);
    expect(withBody.length).toBeGreaterThan(12);
    for (const operation of withBody) {
      const path = fill(operation);
      const send = async (body: unknown) => failures(await askFor(operation, path, body));
      expect([operation.id, ...(await send([]))]).toEqual([operation.id, 'VALIDATION_FAILED', ' isObject']);
      expect([operation.id, ...(await send({ isAdmin: true }))]).toContain('isAdmin unknownField');
      for (const key of ['__proto__', 'constructor']) {
        for (const text of [`{"${key}":{"isAdmin":true}}`, `{"x":[{"${key}":1}]}`]) {
          const reply = await fetch(world.server.url + path, {
            method: operation.method.toUpperCase(),
            headers: { authorization: `Bearer ${root.bearer}`, 'content-type': 'application/json' },
            body: text,
          });
          const { code, details } = (await reply.json()) as { code: string; details: unknown };
          expect(failures({ code, details }).join()).toMatch(
            new RegExp(`^VALIDATION_FAILED,.*${key} unknownField$`),
          );
        }
      }
    }
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });
});

describe('texts that mean something to SQL', () => {
  const hostile = [
    "' OR '1'='1",
    "'; DROP TABLE users; --",
    '" OR ""="',
    "x') UNION SELECT password_hash FROM users --",
    '%',
    '_',
    '\\',
    '%00',
    '*',
    'a%',
    '[a-z]*',
    "' || (SELECT email FROM users LIMIT 1) || '",
  ];
  const schema = () => world.rows('SELECT type, name, sql FROM sqlite_master ORDER BY name');
  const search = async (text: string) => {
    const { status, body } = await world.get(ada, `/problems?search=${encodeURIComponent(text)}`);
    return [status, (body.data as { title: string }[]).map(({ title }) => title)];
  };

  it('are only texts: of a search, of a sign-in, of names, and of everything that is stored [S18]', async () => {
    await world.problem({ title: 'Plain', description: 'nothing' });
    await world.problem({ title: '100% sure_thing', description: 'a [a-z]* pattern' });
    const before = [schema(), world.rows('SELECT count(*) AS n FROM users')];
    for (const text of hostile) {
      const [status, titles] = await search(text);
      expect(status).toBe(200);
      // Wildcards are characters like others: only what holds them is found.
      const holds = '100% sure_thing a [a-z]* pattern'.includes(text.toLowerCase());
      expect([text, titles]).toEqual([text, holds ? ['100% sure_thing'] : []]);
      for (const field of ['tags', 'company']) {
        const reply = await world.get(ada, `/problems?${field}=${encodeURIComponent(text)}`);
        expect([200, 400]).toContain(reply.status);
        expect(reply.body.data ?? []).toEqual([]);
      }
      const login = await world.post(ada, '/auth/login', { identifier: text, password: text.padEnd(8, 'x') });
      expect([text, login.code]).toEqual([text, 'AUTH_INVALID_CREDENTIALS']);
      const name = await world.ask(ada, 'PATCH', '/users/me', { bio: text });
      expect([name.status, name.body.bio]).toEqual([200, text.trim()]);
      const room = await world.post(ada, '/rooms', { mode: 'peer', name: text });
      expect([room.status, room.body.room?.name ?? room.body.name]).toEqual([201, text.trim()]);
    }
    expect([schema(), world.rows('SELECT count(*) AS n FROM users')]).toEqual(before);
  });
});

describe('a fault of ours', () => {
  it('discloses nothing but the request id, whatever has failed [S19]', async () => {
    const own = await startWorld();
    const eve = await own.person('eve');
    const raw = own.server.control.core.db.raw;
    raw.exec('ALTER TABLE problems RENAME TO gone');
    raw.exec('ALTER TABLE lockouts RENAME TO gone_too');
    const broken: [method: string, path: string, body?: unknown][] = [
      ['GET', '/problems'],
      ['GET', `/problems/${someId}`],
      ['POST', '/rooms', { mode: 'peer', problemId: someId }],
      ['POST', '/auth/login', { identifier: 'eve', password: 'correct horse battery' }],
    ];
    for (const [method, path, body] of broken) {
      const id = crypto.randomUUID();
      const reply = await own.ask(eve, method, path, body, { headers: { 'x-request-id': id } });
      expect([path, reply.status, reply.headers.get('x-request-id')]).toEqual([path, 500, id]);
      const { timestamp, ...rest } = reply.body;
      expect(new Date(timestamp).getTime()).not.toBeNaN();
      expect(rest).toEqual({
        statusCode: 500,
        code: 'INTERNAL_ERROR',
        message: 'Something went wrong on our side',
      });
      expect(reply.headers.get('set-cookie')).toBeNull();
    }
    await own.close();
  });
});
