import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import { claimsOf, collabTokenOf, createForger, type Forger } from './support/forgeries.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { refusalOf } from './support/judge.ts';
import { isOpen, validQuestion } from './support/question.ts';
import type { Operation } from './support/served.ts';
import { announce, LONG_MS } from './support/settings.ts';
import type { Question } from './support/wire.ts';

let fixture: Fixture;
let inspector: Inspector;
let forger: Forger;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  forger = createForger(fixture);
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('credentials', inspector.figures());
  await fixture.close();
});
afterEach(() => expect(inspector.findings()).toEqual([]));

const baseOf = () => ({ actor: fixture.actors.host, room: fixture.rooms.coding });
const closedOnes = () => fixture.served.operations.filter((operation) => !isOpen(operation));

/** Asks with an Authorization header (none where null) and demands one of the codes. */
async function demand(
  operation: Operation,
  name: string,
  authorization: string | null,
  codes: readonly string[],
) {
  const question = validQuestion(fixture, operation, baseOf());
  const { authorization: _own, ...headers } = (question.headers ?? {}) as Record<string, string>;
  const asked: Question = {
    ...question,
    headers: { ...headers, ...(authorization === null ? {} : { authorization }) },
  };
  const secrets =
    authorization === null ? [] : [authorization.slice('Bearer '.length)].filter(({ length }) => length > 20);
  const answer = await inspector.inspect({ name, operation, question: asked, secrets });
  const code = refusalOf(answer)?.code ?? `${answer.status}`;
  if (!codes.includes(code)) inspector.object(`${operation.id}, ${name}`, `led to ${code}`);
}

describe('an operation that asks for a token', () => {
  it('is closed to everybody without a live one, whatever else is right', async () => {
    const collab = await collabTokenOf(fixture, fixture.actors.host);
    const bad = [
      ...forger.ended(),
      { name: 'the collab token of the room', token: collab, codes: ['UNAUTHORIZED'] },
      {
        name: 'algorithm none',
        token: forger.forged('access').find(({ name }) => name === 'algorithm none')?.token ?? '',
        codes: ['UNAUTHORIZED'],
      },
    ];
    for (const operation of closedOnes()) {
      await demand(operation, 'no header', null, ['UNAUTHORIZED']);
      for (const { name, token, codes } of bad) await demand(operation, name, `Bearer ${token}`, codes);
    }
  });

  it('takes no forged token, and none of another plane [S8]', async () => {
    for (const id of ['getMe', 'leaveRoom', 'runCode']) {
      const operation = fixture.served.operation(id);
      for (const { name, token, codes } of forger.forged('access')) {
        // A signature that is right of a login that is not there is a revoked one.
        await demand(operation, name, `Bearer ${token}`, codes);
      }
      await demand(operation, 'genuine, for comparison', `Bearer ${forger.token('access')}`, [
        '200',
        '202',
        '204',
      ]);
    }
  });

  it('takes a token in one form of the header only', async () => {
    const { bearer } = fixture.actors.host;
    const operation = fixture.served.operation('getMe');
    const forms = [
      '',
      'Bearer',
      'Bearer ',
      `Basic ${bearer}`,
      bearer,
      `Bearer ${bearer} x`,
      `Bearer ${bearer},`,
      `Token ${bearer}`,
    ];
    const odd = [
      `Bearer "${bearer}"`,
      `Bearer ${bearer}\u00e9`,
      `Bearer=${bearer}`,
      `Bearer ${bearer}, Bearer ${bearer}`,
      `Bearer ${'x'.repeat(9000)}`,
    ];
    for (const form of [...forms, ...odd]) await demand(operation, form.slice(0, 20), form, ['UNAUTHORIZED']);
    for (const form of [`Bearer ${bearer}`, `bearer ${bearer}`])
      await demand(operation, 'as it should be', form, ['200']);
    const { path } = validQuestion(fixture, operation, baseOf());
    for (const query of [
      `?access_token=${bearer}`,
      `?authorization=Bearer%20${bearer}`,
      `?token=${bearer}`,
    ]) {
      const answer = await inspector.inspect({
        name: 'in the query',
        operation,
        question: { method: 'GET', path: path + query },
      });
      if (answer.status !== 401) inspector.object('in the query', `led to ${answer.status}`);
    }
    const headers = { cookie: `refreshToken=${fixture.actors.host.refreshToken}; accessToken=${bearer}` };
    const answer = await inspector.inspect({
      name: 'in a cookie',
      operation,
      question: { method: 'GET', path, headers },
    });
    if (answer.status !== 401) inspector.object('in a cookie', `led to ${answer.status}`);
  });
});

describe('the cookie of the sign-in', () => {
  const ask = async (id: string, name: string, cookie: string | null, more: Record<string, string> = {}) => {
    const operation = fixture.served.operation(id);
    const headers = { ...(cookie === null ? {} : { cookie }), ...more };
    const question = { method: 'POST', path: operation.path, headers };
    const answer = await inspector.inspect({ name, operation, question });
    return refusalOf(answer)?.code ?? String(answer.status);
  };

  it('is taken from nobody who forged it', async () => {
    for (const id of ['refreshSession', 'logout']) {
      const access = { name: 'an access token', token: fixture.actors.host.bearer, codes: ['UNAUTHORIZED'] };
      for (const { name, token, codes } of [...forger.forged('refresh'), access]) {
        const code = await ask(id, name, `refreshToken=${token}`);
        if (!codes.includes(code)) inspector.object(`${id}, ${name}`, `led to ${code}`);
      }
    }
  });

  it('is judged in the order of access tokens, and ends with its login', async () => {
    const { banned, erased, departed, host } = fixture.actors;
    const old = forger.token('refresh', { iat: 1, exp: 2 });
    const cases: [string, string][] = [
      [banned.refreshToken, 'USER_BANNED'],
      [erased.refreshToken, 'UNAUTHORIZED'],
      [departed.refreshToken, 'AUTH_TOKEN_REVOKED'],
      [old, 'AUTH_TOKEN_EXPIRED'],
      // Genuine by its signature, but never given out.
      [forger.token('refresh'), 'AUTH_TOKEN_REVOKED'],
      [forger.token('refresh', { jti: claimsOf(host.refreshToken).jti }), 'AUTH_TOKEN_REVOKED'],
      [host.refreshToken, '200'],
    ];
    for (const [token, expected] of cases) {
      const code = await ask('refreshSession', expected, `refreshToken=${token}`);
      if (code !== expected) inspector.object('refreshSession', `${code} instead of ${expected}`);
    }
  });

  it('in strange forms is no cookie', async () => {
    const { refreshToken } = fixture.actors.host;
    const forms = [
      '',
      'refreshToken',
      'refreshToken=',
      `RefreshToken=${refreshToken}`,
      `refreshToken ${refreshToken}`,
      ';;;',
      '=x',
      `__proto__=${refreshToken}`,
      `refreshToken=%zz`,
      `refreshToken=${'x'.repeat(4097)}`,
      `refreshToken="${refreshToken}`,
    ];
    for (const id of ['refreshSession', 'logout']) {
      expect(await ask(id, 'no cookie', null)).toBe('UNAUTHORIZED');
      for (const form of forms) {
        const code = await ask(id, form.slice(0, 20), form);
        if (code !== 'UNAUTHORIZED') inspector.object(`${id}, ${form.slice(0, 30)}`, `led to ${code}`);
      }
    }
  });

  it('is of no use to a foreign page [S12]', async () => {
    const { refreshToken } = fixture.actors.host;
    const { url } = fixture.world.server;
    const foreign = [
      'https://evil.example',
      'null',
      `${url}.evil.example`,
      url.replace('http:', 'https:'),
      'http://127.0.0.1',
      '',
      'x',
      `${url}/`,
    ];
    for (const id of ['refreshSession', 'logout']) {
      for (const origin of foreign) {
        const code = await ask(id, `origin ${origin}`, `refreshToken=${refreshToken}`, { origin });
        if (code !== 'FORBIDDEN') inspector.object(`${id}, origin ${origin}`, `led to ${code}`);
      }
      expect(['200', '204']).toContain(
        await ask(id, 'own origin', `refreshToken=${refreshToken}`, { origin: url }),
      );
    }
  });
});

describe('the way into a room by socket', () => {
  it('takes no access token in the place of its own', async () => {
    const { collabTokens } = fixture.world.server.control.accounts;
    for (const { token } of [fixture.actors.host.bearer, fixture.actors.host.refreshToken].map((token) => ({
      token,
    }))) {
      await expect(collabTokens.verify(token)).rejects.toMatchObject({ code: 'UNAUTHORIZED' });
    }
    await expect(collabTokens.verify(forger.token('access', { aud: 'collab' }))).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
    });
  });
});
