import { afterEach, describe, expect, it } from 'vitest';
import { operation, unfinishedPhases } from '../../src/http/operation.ts';
import { DomainError } from '../../src/kernel/errors.ts';
import { room, someId } from './fixtures.ts';
import { ada, ask, bob, codeOf, roomId, startTestApp, type TestApp } from './support.ts';

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

const handled: string[] = [];
const force = operation('adminForceCloseRoom', {}, ({ fail }) => {
  handled.push('adminForceCloseRoom');
  return fail('ROOM_FINISHED', 'over');
});
const run = operation(
  'runCode',
  { phases: ['warmup', 'coding', 'wrapup'], unlocked: true, limit: 'run' },
  ({ spend, answer }) => {
    handled.push('runCode');
    spend();
    return answer(202, { jobId: someId });
  },
);

describe('credentials come first', () => {
  it.each([
    [undefined, 'UNAUTHORIZED', 401],
    ['Basic abc', 'UNAUTHORIZED', 401],
    ['Bearer', 'UNAUTHORIZED', 401],
    ['Bearer a b', 'UNAUTHORIZED', 401],
    ['Bearer UNAUTHORIZED', 'UNAUTHORIZED', 401],
    ['Bearer AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_EXPIRED', 401],
    ['Bearer AUTH_TOKEN_REVOKED', 'AUTH_TOKEN_REVOKED', 401],
    ['Bearer USER_BANNED', 'USER_BANNED', 403],
  ])('%s gives %s, whatever else is wrong', async (authorization, code, status) => {
    app = await startTestApp({ bindings: [run] });
    const reply = await app.ask('POST', '/rooms/nothing/run', {
      body: '{',
      headers: authorization === undefined ? {} : { authorization },
    });
    expect([codeOf(reply), reply.status]).toEqual([code, status]);
    expect(reply.headers.has('x-ratelimit-limit')).toBe(false);
  });

  it('are read before the body: a stranger may not send megabytes', async () => {
    app = await startTestApp({ bindings: [run] });
    const reply = await app.ask('POST', `/rooms/${roomId}/run`, {
      body: JSON.stringify('x'.repeat(6_000_000)),
    });
    expect(codeOf(reply)).toBe('UNAUTHORIZED');
  });
});

describe('the general bucket comes second', () => {
  it('and is asked before parameters and body are looked at', async () => {
    app = await startTestApp({ bindings: [run], config: { 'limits.requestsPerUserPerMinute': 1 } });
    const broken = () => app?.ask('POST', '/rooms/nothing/run', { bearer: ada, body: '{' });
    expect(codeOf((await broken()) as never)).toBe('VALIDATION_FAILED');
    expect(codeOf((await broken()) as never)).toBe('RATE_LIMIT_EXCEEDED');
  });
});

describe('parameters and body come third', () => {
  it('before the global right', async () => {
    app = await startTestApp({ bindings: [force] });
    const path = '/admin/rooms/nothing/force-close';
    expect(codeOf(await app.ask('POST', path, { bearer: ada }))).toBe('VALIDATION_FAILED');
  });

  it('then the global right, before anything is looked up', async () => {
    app = await startTestApp({ bindings: [force] });
    handled.length = 0;
    const path = `/admin/rooms/${roomId}/force-close`;
    expect(codeOf(await app.ask('POST', path, { bearer: ada }))).toBe('FORBIDDEN');
    expect(handled).toEqual([]);
    expect(codeOf(await app.ask('POST', path, { bearer: `admin.${ada}` }))).toBe('ROOM_FINISHED');
  });
});

describe('the room', () => {
  it('is entered with what permission and options say, after validation and before the handler', async () => {
    app = await startTestApp({ bindings: [run] });
    handled.length = 0;
    const ok = { bearer: ada, body: { language: 'python', code: 'x' } };
    await app.ask('POST', `/rooms/${roomId}/run`, { bearer: ada, body: {} });
    expect(app.rooms.entered).toEqual([]);
    app.rooms.refuse = new DomainError({ code: 'ROOM_ACCESS_DENIED', status: 403, message: 'no' });
    expect(codeOf(await app.ask('POST', `/rooms/${roomId}/run`, ok))).toBe('ROOM_ACCESS_DENIED');
    expect(handled).toEqual([]);
    expect(app.rooms.signs).toEqual([]);
    app.rooms.refuse = null;
    expect((await app.ask('POST', `/rooms/${roomId}/run`, ok)).status).toBe(202);
    expect(app.rooms.entered[1]).toEqual({
      roomId,
      userId: ada,
      rules: {
        presence: 'active',
        capability: 'code:run',
        unfinished: true,
        phases: ['warmup', 'coding', 'wrapup'],
        unlocked: true,
      },
    });
    expect(app.rooms.signs).toEqual([`${roomId} ${ada}`]);
  });

  const scoped = [
    operation('getRoom', {}, ({ answer }) => answer(200, room)),
    operation('destroyRoom', { awayHost: true, unfinished: true }, ({ fail }) => fail('ROOM_FINISHED', 'x')),
    operation('leaveRoom', { presence: 'former' }, ({ answer }) => answer(204)),
    operation('requestRoleSwap', { mode: 'peer', roles: ['interviewer', 'candidate'] }, ({ fail }) =>
      fail('ROLE_SWAP_ALREADY_PENDING', 'x'),
    ),
    operation('updateRoomSettings', { rights: 'byAction' }, ({ fail }) => fail('ROOM_FINISHED', 'x')),
    operation('requestStaticAnalysis', { phases: unfinishedPhases }, ({ fail }) =>
      fail('SUBMISSION_NOT_FOUND', 'x'),
    ),
  ];
  it.each([
    ['GET', '', { presence: 'former' }],
    ['DELETE', '', { presence: 'active', awayHost: true, host: true, unfinished: true }],
    ['POST', '/leave', { presence: 'former' }],
    ['POST', '/control/role-swap', { presence: 'active', roles: ['interviewer', 'candidate'], mode: 'peer' }],
    ['PATCH', '/control/settings', { presence: 'active' }],
    [
      'POST',
      '/analyze',
      { presence: 'active', capability: 'code:run', unfinished: true, phases: unfinishedPhases },
    ],
  ])('%s /rooms/{roomId}%s asks for %j', async (method, path, rules) => {
    app = await startTestApp({ bindings: scoped });
    const body = method === 'PATCH' ? { name: 'x' } : method === 'POST' && path !== '/leave' ? {} : undefined;
    await app.ask(method, `/rooms/${roomId}${path}`, { bearer: bob, ...(body ? { body } : {}) });
    expect(app.rooms.entered.map((entered) => entered.rules)).toEqual([rules]);
  });

  it('of joining, administrators and results by id is not entered', async () => {
    app = await startTestApp({
      bindings: [
        operation('joinRoom', {}, ({ fail }) => fail('ROOM_FULL', 'x')),
        operation('getAiHintResult', {}, ({ fail }) => fail('AI_JOB_NOT_FOUND', 'x')),
        force,
      ],
    });
    await app.ask('POST', `/rooms/${roomId}/join`, { bearer: ada });
    await app.ask('GET', `/rooms/${roomId}/ai/hint/${someId}`, { bearer: ada });
    await app.ask('POST', `/admin/rooms/${roomId}/force-close`, { bearer: `admin.${ada}` });
    expect(app.rooms.entered).toEqual([]);
  });
});

describe('operations between planes', () => {
  const kick = operation('kickUser', {}, ({ answer }) => answer(200, { kicked: true, closedConnections: 1 }));
  const path = `/internal/collab/documents/${roomId}/kick`;
  const body = { userId: ada };
  const secret = 's'.repeat(43);

  it('are not found without a secret', async () => {
    app = await startTestApp({ bindings: [kick] });
    const reply = await app.ask('POST', path, { body, headers: { 'x-internal-secret': secret } });
    expect([reply.status, codeOf(reply)]).toEqual([404, 'NOT_FOUND']);
  });

  it('want the secret, and no bearer token is one', async () => {
    app = await startTestApp({ bindings: [kick], internalSecret: secret });
    expect((await app.ask('POST', path, { body, headers: { 'x-internal-secret': secret } })).status).toBe(
      200,
    );
    for (const wrong of ['', 'x', `${secret}x`, secret.toUpperCase()]) {
      const reply = await app.ask('POST', path, {
        body,
        bearer: `admin.${ada}`,
        headers: { 'x-internal-secret': wrong },
      });
      expect(codeOf(reply)).toBe('UNAUTHORIZED');
    }
  });

  it('limit failures per address, not right calls', async () => {
    app = await startTestApp({
      bindings: [kick],
      internalSecret: secret,
      config: { 'limits.requestsPerAddressPerMinute': 2 },
    });
    const { url } = app;
    const call = (given: string) => ask(url, 'POST', path, { body, headers: { 'x-internal-secret': given } });
    for (let at = 0; at < 4; at += 1) expect((await call(secret)).status).toBe(200);
    expect(codeOf(await call('wrong'))).toBe('UNAUTHORIZED');
    expect(codeOf(await call('wrong'))).toBe('UNAUTHORIZED');
    expect(codeOf(await call('wrong'))).toBe('RATE_LIMIT_EXCEEDED');
    expect((await call(secret)).status).toBe(200);
  });
});

describe('the cookie of the sign-in [S12]', () => {
  const bindings = [
    operation('logout', {}, ({ answer, cookies }) => {
      handled.push(cookies.refreshToken);
      return answer(204, undefined, { 'Set-Cookie': 'refreshToken=; Max-Age=0' });
    }),
  ];

  it('is UNAUTHORIZED when missing or too long', async () => {
    app = await startTestApp({ bindings });
    expect(codeOf(await app.ask('POST', '/auth/logout'))).toBe('UNAUTHORIZED');
    const cookie = `refreshToken=${'x'.repeat(4097)}`;
    expect(codeOf(await app.ask('POST', '/auth/logout', { headers: { cookie } }))).toBe('UNAUTHORIZED');
  });

  it('acts for own pages and for clients without an origin, not for foreign pages', async () => {
    app = await startTestApp({ bindings, config: { 'server.corsOrigins': ['https://friend.example'] } });
    handled.length = 0;
    const call = (origin?: string) =>
      app?.ask('POST', '/auth/logout', {
        headers: { cookie: 'refreshToken=abc', ...(origin ? { origin } : {}) },
      });
    expect(codeOf((await call('https://evil.example')) as never)).toBe('FORBIDDEN');
    expect(codeOf((await call('null')) as never)).toBe('FORBIDDEN');
    expect(handled).toEqual([]);
    for (const origin of [undefined, app.url, 'https://friend.example']) {
      const reply = await call(origin);
      expect(reply?.status).toBe(204);
      expect(reply?.headers.get('set-cookie')).toBe('refreshToken=; Max-Age=0');
    }
    expect(handled).toEqual(['abc', 'abc', 'abc']);
  });
});
