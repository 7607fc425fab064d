import { afterEach, describe, expect, it } from 'vitest';
import type { Operations } from '../../src/generated/api.ts';
import { operation } from '../../src/http/operation.ts';
import { DomainError, ServiceUnavailable } from '../../src/kernel/errors.ts';
import { createAnswerCheck } from '../support/check-answers.ts';
import { noActiveRoom, profile, room, signedIn, someId } from './fixtures.ts';
import { ada, codeOf, roomId, startTestApp, type TestApp } from './support.ts';

let app: TestApp;
afterEach(() => app.close());

type Me = Operations['getMe']['answers'][200]['body'];

/** A handler that answers what the compiler would not let through. */
const me = (status: number, body?: unknown, headers: Record<string, string> = {}) =>
  operation('getMe', {}, ({ answer }) => (answer as (...all: unknown[]) => never)(status, body, headers));
const throwing = (error: unknown) =>
  operation('getMe', {}, () => {
    throw error;
  });
const get = () => app.ask('GET', '/users/me', { bearer: ada });
const loud = async () => {
  const { status, body } = await get();
  return [status, (body as { message: string }).message];
};

describe('in production [S19]', () => {
  it('only declared fields leave, however deep', async () => {
    const stats = { ...profile.stats, internalScore: 5 };
    app = await startTestApp({
      bindings: [me(200, { ...profile, passwordHash: 'x', stats })],
      checkAnswers: null,
    });
    expect((await get()).body).toEqual(profile);
  });

  it('only declared fields leave from lists and unions', async () => {
    const run = operation('getExecutionResult', {}, ({ answer }) => {
      const pending = {
        jobId: someId,
        status: 'queued',
        queuePosition: 1,
        createdAt: profile.createdAt,
        startedAt: null,
        secret: 1,
      };
      return answer(200, pending as never);
    });
    const rooms = operation('listParticipants', {}, ({ answer }) => {
      const participant = { userId: ada, secret: 1 };
      return answer(200, {
        data: [participant],
        pagination: { nextCursor: null, hasMore: false, total: 1 },
      } as never);
    });
    app = await startTestApp({ bindings: [run, rooms], checkAnswers: null });
    expect((await app.ask('GET', `/execution/${someId}`, { bearer: ada })).text).not.toContain('secret');
    const listed = await app.ask('GET', `/rooms/${roomId}/participants`, { bearer: ada });
    expect(listed.body).toEqual({
      data: [{ userId: ada }],
      pagination: { nextCursor: null, hasMore: false },
    });
  });

  it('values pass as they are: nothing is turned into something else', async () => {
    const odd = { ...profile, displayName: 7, bio: undefined, stats: { ...profile.stats, streakDays: 1.7 } };
    app = await startTestApp({ bindings: [me(200, odd)], checkAnswers: null });
    const { bio: _bio, ...rest } = odd;
    expect((await get()).body).toEqual(rest);
  });

  it.each([
    ['an Error', new Error('the disk /var/lib/secret is gone')],
    ['text', 'secret text'],
    ['null', null],
    ['an error of a library with a status', Object.assign(new Error('secret'), { statusCode: 418 })],
  ])('%s that is thrown discloses nothing', async (_name, thrown) => {
    app = await startTestApp({ bindings: [throwing(thrown)], checkAnswers: null });
    const reply = await get();
    expect([reply.status, codeOf(reply)]).toEqual([500, 'INTERNAL_ERROR']);
    expect(Object.keys(reply.body as object)).toEqual(['statusCode', 'code', 'message', 'timestamp']);
    expect(reply.text).not.toContain('secret');
    expect(app.log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
  });

  it('an undeclared status is an error of ours', async () => {
    app = await startTestApp({ bindings: [me(201, profile)], checkAnswers: null });
    expect((await get()).status).toBe(500);
  });

  it('a locked or full database is SERVICE_UNAVAILABLE', async () => {
    for (const code of ['SQLITE_BUSY', 'SQLITE_FULL', 'SQLITE_IOERR_WRITE']) {
      const bindings = [throwing(Object.assign(new Error('x'), { code }))];
      app = await startTestApp({ bindings, checkAnswers: null });
      const reply = await get();
      expect([codeOf(reply), Number(reply.headers.get('retry-after')) >= 1]).toEqual([
        'SERVICE_UNAVAILABLE',
        true,
      ]);
      if (code !== 'SQLITE_IOERR_WRITE') await app.close();
    }
  });

  it('an error carries its details, its Retry-After and its headers', async () => {
    const error = new DomainError(
      { code: 'UNAUTHORIZED', status: 401, message: 'no' },
      { a: 1 },
      { retryAfterSeconds: 2.1, headers: { 'Set-Cookie': 'refreshToken=; Max-Age=0' } },
    );
    app = await startTestApp({ bindings: [throwing(error)] });
    const reply = await get();
    expect(reply.body).toMatchObject({ code: 'UNAUTHORIZED', details: { a: 1 } });
    expect([reply.headers.get('retry-after'), reply.headers.get('set-cookie')]).toEqual([
      '3',
      'refreshToken=; Max-Age=0',
    ]);
  });

  it('what cannot become durable leaves as SERVICE_UNAVAILABLE, without cookie and tag', async () => {
    const login = operation('login', {}, ({ answer }) =>
      answer(200, signedIn, { 'Set-Cookie': 'refreshToken=hush' }),
    );
    app = await startTestApp({
      bindings: [login, me(200, profile, { ETag: '"x"' })],
      flushFails: ServiceUnavailable(),
    });
    const reply = await app.ask('POST', '/auth/login', { body: { identifier: 'a', password: 'b' } });
    expect([reply.status, codeOf(reply)]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(reply.headers.has('set-cookie')).toBe(false);
    const tagged = await get();
    expect([tagged.status, tagged.headers.has('etag'), tagged.headers.get('cache-control')]).toEqual([
      503,
      false,
      'no-store',
    ]);
    expect((await app.ask('GET', '/nothing')).status).toBe(503);
  });
});

describe('in tests', () => {
  const broken: [name: string, status: number, body: unknown, problem: string][] = [
    [
      'an undeclared field',
      200,
      { ...profile, passwordHash: 'x' },
      'getMe 200 / additionalProperties passwordHash',
    ],
    [
      'an undeclared field further down',
      200,
      { ...profile, stats: { ...profile.stats, x: 1 } },
      'getMe 200 /stats additionalProperties x',
    ],
    ['a missing field', 200, { ...profile, bio: undefined }, 'getMe 200 / required bio'],
    ['a value of another type', 200, { ...profile, createdAt: 5 }, 'getMe 200 /createdAt type'],
    ['a value outside an enum', 200, { ...profile, role: 'root' }, 'getMe 200 /role enum'],
    ['no body', 200, undefined, 'getMe 200 / type'],
    ['a body where none is declared', 304, {}, 'getMe 304: a body where none is declared'],
  ];
  it.each(broken)('%s fails the request', async (_name, status, body, problem) => {
    app = await startTestApp({ bindings: [me(status, body)] });
    const [code, message] = await loud();
    expect(code).toBe(500);
    expect(message).toContain(problem);
  });

  it('an undeclared error code fails the request', async () => {
    app = await startTestApp({
      bindings: [throwing(new DomainError({ code: 'ROOM_FULL', status: 409, message: 'x' }))],
    });
    expect(await loud()).toEqual([
      500,
      'The answer breaks the contract: getMe 409: ROOM_FULL is not in x-errors',
    ]);
  });

  it('a declared code with another status fails the request', async () => {
    app = await startTestApp({
      bindings: [throwing(new DomainError({ code: 'UNAUTHORIZED', status: 400, message: 'x' }))],
    });
    expect(await loud()).toEqual([
      500,
      'The answer breaks the contract: getMe 400: UNAUTHORIZED is not in x-errors',
    ]);
  });

  it('a code about bearer tokens from an operation without them fails the request', async () => {
    const login = operation('login', {}, () => {
      throw new DomainError({ code: 'AUTH_TOKEN_REVOKED', status: 401, message: 'x' });
    });
    app = await startTestApp({ bindings: [login] });
    const reply = await app.ask('POST', '/auth/login', { body: { identifier: 'a', password: 'b' } });
    expect(reply.status).toBe(500);
  });

  it('a handler that does not spend fails the request', async () => {
    const bindings = [operation('runCode', { limit: 'run' }, ({ answer }) => answer(202, { jobId: someId }))];
    app = await startTestApp({ bindings });
    const reply = await app.ask('POST', `/rooms/${roomId}/run`, {
      bearer: ada,
      body: { language: 'c', code: 'x' },
    });
    expect([reply.status, reply.text]).toEqual([500, expect.stringContaining('spend() was not called')]);
  });

  it('the answer on the wire is looked at too', async () => {
    const check = createAnswerCheck();
    const seen: unknown[] = [];
    app = await startTestApp({
      bindings: [me(200, profile)],
      checkAnswers: (id, status, body) => {
        seen.push(body);
        return seen.length < 2 ? check(id, status, body) : ['on the wire'];
      },
    });
    expect(await loud()).toEqual([500, 'The answer breaks the contract: on the wire']);
    expect(seen).toEqual([profile, profile]);
  });
});

describe('the check of answers', () => {
  const check = createAnswerCheck();
  it('takes sound answers of every kind', async () => {
    app = await startTestApp({ bindings: [] });
    const failed = {
      jobId: someId,
      status: 'failed',
      createdAt: profile.createdAt,
      completedAt: profile.createdAt,
    };
    const error = { code: 'JOB_CANCELLED', message: 'x', retryable: false };
    const sound: [Parameters<typeof check>[0], number, unknown][] = [
      ['getMe', 200, profile satisfies Me],
      ['getMe', 304, undefined],
      ['createRoom', 201, room],
      ['getMyActiveRoom', 200, noActiveRoom],
      ['getExecutionResult', 200, { ...failed, error }],
      ['logout', 204, ''],
    ];
    for (const [id, status, body] of sound) expect(check(id, status, body)).toEqual([]);
  });

  it('tells variants of a union apart', () => {
    const pending = {
      jobId: someId,
      status: 'queued',
      queuePosition: 1,
      createdAt: profile.createdAt,
      startedAt: null,
    };
    expect(check('getExecutionResult', 200, pending)).toEqual([]);
    expect(check('getExecutionResult', 200, { ...pending, status: 'completed' })).not.toEqual([]);
    expect(check('getExecutionResult', 200, { ...pending, status: 'lost' })).not.toEqual([]);
    expect(check('getExecutionResult', 200, { ...pending, stdout: '' })).not.toEqual([]);
  });

  it('knows no other operation', () => {
    expect(check('nothing' as never, 200, {})).toEqual(['nothing is no operation']);
  });
});
