import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { write } from '../../src/db/write.ts';
import { forgetOldKeys } from '../../src/http/idempotency.ts';
import { operation } from '../../src/http/operation.ts';
import { DomainError } from '../../src/kernel/errors.ts';
import { room } from './fixtures.ts';
import { ada, ask, bob, codeOf, roomId, startTestApp, type TestApp, testConfig } from './support.ts';

const key = '01890000-0000-4000-8000-0000000000aa';
const hourMs = 3_600_000;

let app: TestApp;
let runs = 0;
let wait: Promise<void> = Promise.resolve();
let failure: DomainError | null = null;

const run = operation('runCode', { limit: 'run' }, async ({ spend, keep, answer }) => {
  await wait;
  return write(app.test.db, (tx) => {
    runs += 1;
    spend();
    const answered = keep(tx, answer(202, { jobId: jobId(runs) }, { Location: `/execution/${jobId(runs)}` }));
    if (failure) throw failure;
    return answered;
  });
});
const create = operation('createRoom', { limit: 'createRoom' }, ({ spend, keep, answer }) =>
  write(app.test.db, (tx) => {
    runs += 1;
    spend();
    return keep(tx, answer(201, room));
  }),
);

const jobId = (count: number) => `01890000-0000-7000-8000-${String(count).padStart(12, '0')}`;

beforeEach(async () => {
  runs = 0;
  wait = Promise.resolve();
  failure = null;
  app = await startTestApp({ bindings: [run, create], config: { 'limits.runsPerUserPerMinute': 2 } });
});
afterEach(() => app.close());

type Call = { code?: string; bearer?: string; key?: string; path?: string };
const call = ({ code = 'x', bearer = ada, key: used = key, path = `/rooms/${roomId}/run` }: Call = {}) =>
  ask(app.url, 'POST', path, { bearer, body: { language: 'c', code }, headers: { 'Idempotency-Key': used } });

describe('the same key and body', () => {
  it('gives the stored answer, its status and headers, and does nothing again', async () => {
    const first = await call();
    const second = await call();
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.text).toBe(first.text);
    expect(second.headers.get('location')).toBe(`/execution/${jobId(1)}`);
    expect([first, second].map(({ headers }) => headers.get('idempotency-replayed'))).toEqual([null, 'true']);
    expect(runs).toBe(1);
  });

  it('counts in the general bucket only', async () => {
    await call();
    for (let at = 0; at < 5; at += 1) expect((await call()).status).toBe(202);
    expect((await call({ key: jobId(7) })).status).toBe(202);
    expect((await call({ key: jobId(8) })).status).toBe(429);
  });

  it('does not care about rights and states that changed since', async () => {
    await call();
    app.rooms.refuse = new DomainError({ code: 'ROOM_ACCESS_DENIED', status: 403, message: 'gone' });
    expect((await call()).status).toBe(202);
    expect(codeOf(await call({ key: jobId(9) }))).toBe('ROOM_ACCESS_DENIED');
  });

  it('in upper case is the same key', async () => {
    await call();
    expect((await call({ key: key.toUpperCase() })).headers.get('idempotency-replayed')).toBe('true');
  });

  it('belongs to one user and one address', async () => {
    await call();
    expect((await call({ bearer: bob })).headers.has('idempotency-replayed')).toBe(false);
    const other = roomId.replace('f0', 'f1');
    expect((await call({ path: `/rooms/${other}/run` })).headers.has('idempotency-replayed')).toBe(false);
    expect(runs).toBe(3);
  });

  it('is remembered for 24 h', async () => {
    await call();
    app.clock.advance(24 * hourMs - 1);
    expect((await call()).headers.get('idempotency-replayed')).toBe('true');
    app.clock.advance(1);
    const again = await call();
    expect([again.status, again.headers.has('idempotency-replayed')]).toEqual([202, false]);
    expect((await call()).text).toBe(again.text);
  });
});

describe('conflicts', () => {
  it('another body is bodyMismatch', async () => {
    await call();
    const reply = await call({ code: 'y' });
    expect([reply.status, codeOf(reply)]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
    expect(reply.body).toMatchObject({ details: { reason: 'bodyMismatch' } });
    expect(reply.headers.has('retry-after')).toBe(false);
  });

  it('a first request still running is inProgress, and with another body bodyMismatch', async () => {
    const gate = Promise.withResolvers<void>();
    wait = gate.promise;
    const first = call();
    await expect.poll(() => app.rooms.entered.length).toBe(1);
    const second = await call();
    expect(second.body).toMatchObject({ code: 'IDEMPOTENCY_CONFLICT', details: { reason: 'inProgress' } });
    expect(second.headers.get('retry-after')).toBe('1');
    expect((await call({ code: 'y' })).body).toMatchObject({ details: { reason: 'bodyMismatch' } });
    gate.resolve();
    const { status, text } = await first;
    expect(status).toBe(202);
    expect((await call()).text).toBe(text);
    expect(runs).toBe(1);
  });

  it('a key that is no UUID fails validation', async () => {
    const reply = await call({ key: 'mine' });
    expect(reply.body).toMatchObject({
      details: { fields: [{ field: 'header.Idempotency-Key', constraint: 'isUuid', value: 'mine' }] },
    });
  });
});

describe('a failed first request', () => {
  it('frees the key, and what it stored is rolled back with it', async () => {
    failure = new DomainError({ code: 'EXECUTION_SERVICE_UNAVAILABLE', status: 503, message: 'full' });
    expect((await call()).status).toBe(503);
    failure = null;
    const second = await call();
    expect([second.status, second.headers.has('idempotency-replayed')]).toEqual([202, false]);
  });

  it('refused by the room frees the key too', async () => {
    app.rooms.refuse = new DomainError({ code: 'ROOM_ACCESS_DENIED', status: 403, message: 'no' });
    expect((await call()).status).toBe(403);
    app.rooms.refuse = null;
    expect((await call()).status).toBe(202);
  });
});

describe('stored answers', () => {
  it('hold no tokens', async () => {
    const create = () =>
      ask(app.url, 'POST', '/rooms', {
        bearer: ada,
        body: { mode: 'peer' },
        headers: { 'Idempotency-Key': key },
      });
    const first = await create();
    expect(first.text).toContain('secret-token');
    const second = await create();
    expect(second.body).toEqual({ ...(first.body as object), collab: null });
    const rows = app.test.db.raw.prepare('SELECT * FROM idempotency_keys').all();
    expect(JSON.stringify(rows)).not.toContain('secret-token');
  });

  it('are at most a thousand a user, the oldest go first', async () => {
    await app.close();
    app = await startTestApp({
      bindings: [run],
      config: { 'limits.idempotencyKeysPerUser': 2, 'limits.runsPerUserPerMinute': 0 },
    });
    for (const at of [1, 2, 3]) {
      app.clock.advance(1);
      await call({ key: jobId(at) });
    }
    await call({ bearer: bob });
    const rows = app.test.db.raw
      .prepare('SELECT user_id, key FROM idempotency_keys ORDER BY user_id, key')
      .all();
    expect(rows).toEqual([
      { user_id: ada, key: jobId(2) },
      { user_id: ada, key: jobId(3) },
      { user_id: bob, key },
    ]);
  });

  it('are removed after their time', async () => {
    await call();
    const { db } = app.test;
    const forget = (nowMs: number) => write(db, (tx) => forgetOldKeys(tx, testConfig(), nowMs));
    expect(await forget(app.clock.now() + 24 * hourMs)).toBe(0);
    expect(await forget(app.clock.now() + 24 * hourMs + 1)).toBe(1);
  });
});

it('a handler that forgets keep() is told so in tests', async () => {
  await app.close();
  const forgetful = operation('runCode', { limit: 'run' }, ({ spend, answer }) => {
    spend();
    return answer(202, { jobId: jobId(1) });
  });
  app = await startTestApp({ bindings: [forgetful] });
  const reply = await call();
  expect([reply.status, reply.text]).toEqual([500, expect.stringContaining('keep() was not called')]);
});

it('without a key nothing is stored', async () => {
  const body = { language: 'c', code: 'x' };
  expect((await app.ask('POST', `/rooms/${roomId}/run`, { bearer: ada, body })).status).toBe(202);
  expect(app.test.db.raw.prepare('SELECT count(*) AS count FROM idempotency_keys').get()).toEqual({
    count: 0,
  });
});
