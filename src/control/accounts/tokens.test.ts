import { randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { KeyPair, KeyPurpose, KeyRing } from '../../config/keys.ts';
import { createTokens, type TokenContent } from './tokens.ts';

const NOW = Date.UTC(2026, 0, 5, 12, 0, 0, 123);
const MINUTE = 60_000;
const lifeMs = { access: 15 * MINUTE, refresh: 7 * 24 * 60 * MINUTE, collab: 15 * MINUTE };

const key = (fill: string) => ({ kid: fill, secret: new Uint8Array(Buffer.alloc(32, fill)), createdAtMs: 0 });

function setUp() {
  const pairs: Record<KeyPurpose, KeyPair> = {
    access: { current: key('a'), previous: null },
    refresh: { current: key('r'), previous: null },
    collab: { current: key('c'), previous: null },
    files: { current: key('f'), previous: null },
    identifiers: { current: key('i'), previous: null },
  };
  const keys: KeyRing = { pair: (purpose) => pairs[purpose], reload: () => {} };
  const clock = { at: NOW, now: () => clock.at };
  const tokens = createTokens({ keys, clock, lifeMs });
  const content: TokenContent = {
    userId: randomUUID(),
    sid: randomUUID(),
    jti: randomUUID(),
    issuedAtMs: NOW,
    expiresAtMs: NOW + 15 * MINUTE,
  };
  return { pairs, clock, tokens, content };
}

/** A token as issue() makes it, but for what the test changes. */
async function forge(
  changes: Record<string, unknown>,
  { secret = key('a').secret, header = {} }: { secret?: Uint8Array; header?: Record<string, unknown> } = {},
): Promise<string> {
  const claims = {
    iss: 'syncode',
    aud: 'access',
    sub: randomUUID(),
    sid: randomUUID(),
    jti: randomUUID(),
    iat: NOW / 1000,
    exp: NOW / 1000 + 900,
    ...changes,
  };
  return new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'a', ...header }).sign(secret);
}

const codeOf = (promise: Promise<unknown>) =>
  promise.then(
    () => 'accepted',
    (error: { code?: string }) => error.code,
  );

describe('tokens [S8]', () => {
  it('come back as they were issued, to the millisecond', async () => {
    const { tokens, content } = setUp();
    const token = await tokens.issue('collab', { ...content, extra: { roomId: 'x' } });
    expect(await tokens.verify('collab', token)).toEqual({ ...content, extra: { roomId: 'x' } });
    expect(JSON.parse(atob(token.split('.')[0] ?? ''))).toEqual({ alg: 'HS256', kid: 'c' });
  });

  it('of the forger in this test are accepted when nothing is changed', async () => {
    expect(await codeOf(setUp().tokens.verify('access', await forge({})))).toBe('accepted');
  });

  it.each(['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'])('without %s are forged', async (claim) => {
    const token = await forge({ [claim]: undefined });
    expect(await codeOf(setUp().tokens.verify('access', token))).toBe('UNAUTHORIZED');
  });

  it.each([
    ['another issuer', { iss: 'other' }],
    ['another audience', { aud: 'refresh' }],
    ['several audiences', { aud: ['access', 'refresh'] }],
    ['a subject that is no id', { sub: 'root' }],
    ['a login that is no id', { sid: 7 }],
    ['an issue in the future', { iat: NOW / 1000 + 6 }],
    ['an expiry that is no number', { exp: 'never' }],
  ])('with %s are forged', async (_, changes) => {
    expect(await codeOf(setUp().tokens.verify('access', await forge(changes)))).toBe('UNAUTHORIZED');
  });

  it('of one kind are never another kind', async () => {
    const { tokens, content } = setUp();
    for (const made of ['access', 'refresh', 'collab'] as const) {
      const token = await tokens.issue(made, content);
      for (const taken of ['access', 'refresh', 'collab'] as const)
        expect(await codeOf(tokens.verify(taken, token))).toBe(made === taken ? 'accepted' : 'UNAUTHORIZED');
    }
  });

  it('with another algorithm, unknown key or changed content are forged', async () => {
    const { tokens } = setUp();
    const none = `${btoa('{"alg":"none","kid":"a"}').replaceAll('=', '')}.${(await forge({})).split('.')[1]}.`;
    const wider = await forge({}, { header: { alg: 'HS512' }, secret: Buffer.alloc(64, 'a') });
    const unknown = await forge({}, { header: { kid: 'zz' } });
    const [head, , signature] = (await forge({})).split('.');
    const swapped = `${head}.${(await forge({})).split('.')[1]}.${signature}`;
    for (const token of [none, wider, unknown, swapped, '', 'a.b.c', 'x'.repeat(4000)])
      expect(await codeOf(tokens.verify('access', token))).toBe('UNAUTHORIZED');
  });

  it('are expired 5 seconds after their time, and readable where expiry does not matter', async () => {
    const { tokens, content, clock } = setUp();
    const token = await tokens.issue('access', content);
    clock.at = content.expiresAtMs + 4000;
    expect(await codeOf(tokens.verify('access', token))).toBe('accepted');
    clock.at = content.expiresAtMs + 6000;
    expect(await codeOf(tokens.verify('access', token))).toBe('AUTH_TOKEN_EXPIRED');
    expect(await tokens.verify('access', token, { allowExpired: true })).toMatchObject(content);
  });

  it('that are expired and forged are forged', async () => {
    const token = await forge({ exp: NOW / 1000 - 60 }, { secret: key('b').secret });
    expect(await codeOf(setUp().tokens.verify('access', token))).toBe('UNAUTHORIZED');
  });
});

describe('a token that was accepted before [S8]', () => {
  it('is looked at again: its time may be over, its key may be gone, and one letter makes it another', async () => {
    const { tokens, content, clock, pairs } = setUp();
    const token = await tokens.issue('access', content);
    for (let times = 0; times < 3; times++)
      expect(await tokens.verify('access', token)).toEqual({ ...content, extra: {} });
    expect(await codeOf(tokens.verify('collab', token))).toBe('UNAUTHORIZED');
    expect(await codeOf(tokens.verify('access', `${token.slice(0, -2)}xx`))).toBe('UNAUTHORIZED');
    clock.at = NOW - 5001;
    expect(await codeOf(tokens.verify('access', token))).toBe('UNAUTHORIZED');
    clock.at = content.expiresAtMs + 6000;
    expect(await codeOf(tokens.verify('access', token))).toBe('AUTH_TOKEN_EXPIRED');
    clock.at = NOW;
    pairs.access = { current: key('n'), previous: null };
    expect(await codeOf(tokens.verify('access', token))).toBe('UNAUTHORIZED');
  });
});

describe('rotation of keys [S8]', () => {
  it('accepts the previous key for one token life, and for tokens from before its retirement only', async () => {
    const { tokens, content, clock, pairs } = setUp();
    const token = await tokens.issue('access', { ...content, expiresAtMs: NOW + 365 * 24 * 60 * MINUTE });
    pairs.access = { current: key('n'), previous: { ...key('a'), retiredAtMs: NOW } };
    expect(await codeOf(tokens.verify('access', token))).toBe('accepted');
    clock.at = NOW + lifeMs.access + 5000;
    expect(await codeOf(tokens.verify('access', token))).toBe('accepted');
    clock.at += 1;
    expect(await codeOf(tokens.verify('access', token))).toBe('UNAUTHORIZED');

    clock.at = NOW + 60_000;
    const late = await forge({ iat: NOW / 1000 + 30 });
    expect(await codeOf(tokens.verify('access', late))).toBe('UNAUTHORIZED');
    expect((await tokens.issue('access', content)).split('.')[0]).toBe(
      btoa('{"alg":"HS256","kid":"n"}').replaceAll('=', ''),
    );
  });
});
