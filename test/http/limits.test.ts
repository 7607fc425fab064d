import { afterEach, describe, expect, it } from 'vitest';
import { operation } from '../../src/http/operation.ts';
import { noActiveRoom, signedIn, someId } from './fixtures.ts';
import { ada, ask, bob, codeOf, type Reply, roomId, startTestApp, type TestApp } from './support.ts';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const active = operation('getMyActiveRoom', {}, ({ answer }) => answer(200, noActiveRoom));
const instance = operation('getInstance', {}, ({ fail }) => fail('SERVICE_UNAVAILABLE', 'x'));
const limits = (reply: Reply) =>
  ['limit', 'remaining', 'reset'].map((name) => Number(reply.headers.get(`x-ratelimit-${name}`)));

describe('general buckets', () => {
  it('count per user and minute, from the first counted request on', async () => {
    app = await startTestApp({ bindings: [active], config: { 'limits.requestsPerUserPerMinute': 2 } });
    const call = (bearer: string) => ask(app?.url ?? '', 'GET', '/users/me/active-room', { bearer });
    const endsAt = app.clock.now() / 1000 + 60;
    expect(limits(await call(ada))).toEqual([2, 1, endsAt]);
    app.clock.advance(59_000);
    expect(limits(await call(ada))).toEqual([2, 0, endsAt]);
    const refused = await call(ada);
    expect([refused.status, codeOf(refused)]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    expect(limits(refused)).toEqual([2, 0, endsAt]);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(refused.body).toMatchObject({ details: { limit: 2, windowMs: 60_000 } });
    expect((await call(bob)).status).toBe(200);
    app.clock.advance(1000);
    expect(limits(await call(ada))).toEqual([2, 1, endsAt + 60]);
  });

  it('count anonymous requests per address', async () => {
    app = await startTestApp({ bindings: [instance], config: { 'limits.requestsPerAddressPerMinute': 1 } });
    expect((await app.ask('GET', '/instance')).status).toBe(503);
    expect(codeOf(await app.ask('GET', '/instance'))).toBe('RATE_LIMIT_EXCEEDED');
  });

  it('leave polls to a bucket of their own', async () => {
    const poll = operation('getExecutionResult', {}, ({ fail }) => fail('EXECUTION_JOB_NOT_FOUND', 'x'));
    app = await startTestApp({
      bindings: [poll, active],
      config: { 'limits.requestsPerUserPerMinute': 1, 'limits.pollsPerUserPerMinute': 2 },
    });
    const path = `/execution/${someId}`;
    expect(limits(await app.ask('GET', path, { bearer: ada })).slice(0, 2)).toEqual([2, 1]);
    expect((await app.ask('GET', path, { bearer: ada })).status).toBe(404);
    expect((await app.ask('GET', path, { bearer: ada })).status).toBe(429);
    expect((await app.ask('GET', '/users/me/active-room', { bearer: ada })).status).toBe(200);
  });

  it('do not count health, and 0 switches a bucket off', async () => {
    const services = {
      database: 'ok',
      queue: 'ok',
      storage: 'ok',
      execution: 'ok',
      ai: 'ok',
      collab: 'ok',
      media: 'ok',
    } as const;
    const health = operation('getHealth', {}, ({ answer }) =>
      answer(200, { status: 'ok', services, timestamp: '2026-01-01T00:00:00.000Z' }),
    );
    app = await startTestApp({
      bindings: [health, active],
      config: { 'limits.requestsPerUserPerMinute': 0 },
    });
    expect((await app.ask('GET', '/health')).headers.has('x-ratelimit-limit')).toBe(false);
    expect(
      (await app.ask('GET', '/users/me/active-room', { bearer: ada })).headers.has('x-ratelimit-limit'),
    ).toBe(false);
  });
});

describe('buckets of accepted requests', () => {
  const state = { ok: true };
  const run = operation('runCode', { limit: 'run' }, ({ spend, answer, fail }) => {
    if (!state.ok) return fail('ROOM_INVALID_STATE', 'own rule');
    spend();
    return answer(202, { jobId: someId });
  });
  const call = () =>
    ask(app?.url ?? '', 'POST', `/rooms/${roomId}/run`, { bearer: ada, body: { language: 'c', code: 'x' } });

  it('are asked after the own rules, count what was accepted, and have their own code', async () => {
    app = await startTestApp({ bindings: [run], config: { 'limits.runsPerUserPerMinute': 2 } });
    state.ok = false;
    for (let at = 0; at < 3; at += 1) expect(codeOf(await call())).toBe('ROOM_INVALID_STATE');
    state.ok = true;
    expect(limits(await call()).slice(0, 2)).toEqual([2, 1]);
    expect((await call()).status).toBe(202);
    const refused = await call();
    expect([refused.status, codeOf(refused)]).toEqual([429, 'EXECUTION_RATE_LIMIT']);
    state.ok = false;
    expect(codeOf(await call())).toBe('ROOM_INVALID_STATE');
  });

  it('give back what a request took that failed afterwards', async () => {
    let fails = true;
    const failing = operation('runCode', { limit: 'run' }, ({ spend, answer, fail }) => {
      spend();
      return fails ? fail('EXECUTION_SERVICE_UNAVAILABLE', 'full') : answer(202, { jobId: someId });
    });
    app = await startTestApp({ bindings: [failing], config: { 'limits.runsPerUserPerMinute': 1 } });
    for (let at = 0; at < 3; at += 1) expect((await call()).status).toBe(503);
    fails = false;
    expect((await call()).status).toBe(202);
    expect((await call()).status).toBe(429);
  });

  it('a request refused with 429 counts in no bucket, not in the general one either', async () => {
    app = await startTestApp({
      bindings: [run, active],
      config: { 'limits.runsPerUserPerMinute': 1, 'limits.requestsPerUserPerMinute': 3 },
    });
    state.ok = true;
    expect((await call()).status).toBe(202);
    for (let at = 0; at < 5; at += 1) expect(codeOf(await call())).toBe('EXECUTION_RATE_LIMIT');
    const reply = await app.ask('GET', '/users/me/active-room', { bearer: ada });
    expect(limits(reply).slice(0, 2)).toEqual([3, 1]);
  });
});

describe('buckets against guessing', () => {
  it('login counts failures only: a class signs in behind one address', async () => {
    let right = true;
    const login = operation('login', {}, ({ answer, fail }) =>
      right ? answer(200, signedIn) : fail('AUTH_INVALID_CREDENTIALS', 'no'),
    );
    app = await startTestApp({ bindings: [login], config: { 'limits.failedLoginsPerAddressPerMinute': 2 } });
    const call = () =>
      ask(app?.url ?? '', 'POST', '/auth/login', { body: { identifier: 'ada', password: 'x' } });
    for (let at = 0; at < 5; at += 1) expect((await call()).status).toBe(200);
    right = false;
    expect((await call()).status).toBe(401);
    expect((await call()).status).toBe(401);
    expect(codeOf(await call())).toBe('RATE_LIMIT_EXCEEDED');
    right = true;
    expect(codeOf(await call())).toBe('RATE_LIMIT_EXCEEDED');
    app.clock.advance(60_000);
    expect((await call()).status).toBe(200);
  });

  it('a sign-in under way counts until it has succeeded', async () => {
    const gate = Promise.withResolvers<void>();
    const login = operation('login', {}, async ({ answer }) => {
      await gate.promise;
      return answer(200, signedIn);
    });
    app = await startTestApp({ bindings: [login], config: { 'limits.failedLoginsPerAddressPerMinute': 2 } });
    const call = () =>
      ask(app?.url ?? '', 'POST', '/auth/login', { body: { identifier: 'ada', password: 'x' } });
    const waiting = [call(), call()];
    await expect.poll(async () => (await call()).status).toBe(429);
    gate.resolve();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200]);
    expect((await call()).status).toBe(200);
  });

  it('are not asked for requests that fail validation', async () => {
    const register = operation('register', {}, ({ answer }) => answer(201, signedIn));
    app = await startTestApp({
      bindings: [register],
      config: { 'limits.registrationsPerAddressPerMinute': 1 },
    });
    const call = (body: unknown) => ask(app?.url ?? '', 'POST', '/auth/register', { body });
    const good = { username: 'ada', email: 'ada@example.org', password: 'long enough' };
    for (let at = 0; at < 3; at += 1) expect((await call({})).status).toBe(400);
    expect((await call(good)).status).toBe(201);
    expect((await call(good)).status).toBe(429);
  });

  it('register has a minute and an hour, and the refused one counts in neither', async () => {
    const register = operation('register', {}, ({ fail }) => fail('AUTH_EMAIL_TAKEN', 'x'));
    app = await startTestApp({
      bindings: [register],
      config: { 'limits.registrationsPerAddressPerMinute': 2, 'limits.registrationsPerAddressPerHour': 3 },
    });
    const body = { username: 'ada', email: 'ada@example.org', password: 'long enough' };
    const call = async () => (await ask(app?.url ?? '', 'POST', '/auth/register', { body })).status;
    expect([await call(), await call(), await call()]).toEqual([409, 409, 429]);
    app.clock.advance(60_000);
    expect([await call(), await call()]).toEqual([409, 429]);
    app.clock.advance(60 * 60_000);
    expect(await call()).toBe(409);
  });

  it('wrong codes count per address; right ones and joins without a code do not', async () => {
    let code: 'ROOM_INVALID_CODE' | 'ROOM_FULL' = 'ROOM_INVALID_CODE';
    const bindings = [
      operation('joinRoom', {}, ({ fail }) => fail(code, 'x')),
      operation('lookupRoom', {}, ({ fail }) => fail('ROOM_NOT_FOUND', 'x')),
    ];
    app = await startTestApp({
      bindings,
      config: { 'limits.wrongCodesPerAddressPerMinute': 2, 'limits.joinsPerUserPerMinute': 0 },
    });
    const join = (body?: unknown) =>
      ask(app?.url ?? '', 'POST', `/rooms/${roomId}/join`, { bearer: ada, ...(body ? { body } : {}) });
    for (let at = 0; at < 3; at += 1) expect((await join()).status).toBe(400);
    expect((await join({ roomCode: 'ABCDEF' })).status).toBe(400);
    code = 'ROOM_FULL';
    expect((await join({ roomCode: 'ABCDEF' })).status).toBe(409);
    expect((await app.ask('GET', '/rooms/lookup/ABCDEF', { bearer: bob })).status).toBe(404);
    expect(codeOf(await app.ask('GET', '/rooms/lookup/ABCDEF', { bearer: bob }))).toBe('RATE_LIMIT_EXCEEDED');
    expect(codeOf(await join({ roomCode: 'ABCDEF' }))).toBe('RATE_LIMIT_EXCEEDED');
  });

  it('joins count per user, refused ones too', async () => {
    const join = operation('joinRoom', {}, ({ fail }) => fail('ROOM_FULL', 'x'));
    app = await startTestApp({ bindings: [join], config: { 'limits.joinsPerUserPerMinute': 2 } });
    const call = async (bearer: string) =>
      (await ask(app?.url ?? '', 'POST', `/rooms/${roomId}/join`, { bearer })).status;
    expect([await call(ada), await call(ada), await call(ada), await call(bob)]).toEqual([
      409, 409, 429, 409,
    ]);
  });

  it('refresh counts per login by the key that the handler names, whatever comes of it', async () => {
    const refresh = operation('refreshSession', { limit: 'refreshOfLogin' }, ({ spend, cookies, fail }) => {
      spend(cookies.refreshToken);
      return fail('AUTH_TOKEN_REVOKED', 'x');
    });
    app = await startTestApp({ bindings: [refresh], config: { 'limits.refreshesPerLoginPerMinute': 1 } });
    const call = async (token: string) => {
      const headers = { cookie: `refreshToken=${token}` };
      return (await ask(app?.url ?? '', 'POST', '/auth/refresh', { headers })).status;
    };
    expect([await call('a'), await call('a'), await call('b')]).toEqual([401, 429, 401]);
  });
});
