import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type KeyPurpose, loadKeys } from '../../../src/config/keys.ts';
import type { Actor, Fixture } from './fixture.ts';

/** A bearer token or cookie that must not open anything, with the codes that may be said of it. */
export type Forgery = { readonly name: string; readonly token: string; readonly codes: readonly string[] };

type Claims = Record<string, unknown>;
type Header = Record<string, unknown>;

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nobody = ['UNAUTHORIZED'];

/** Makes tokens with the keys of the fixture's server, and all the ways to get one wrong. */
export async function createForger({ world, actors, rooms }: Fixture) {
  const keys = loadKeys(join(world.server.directory, 'keys'));
  const nowS = world.clock.now() / 1000;
  const { sub, sid } = claimsOf(actors.host.bearer);

  function sign(header: Header, claims: Claims, secret: Uint8Array, hash = 'sha256'): string {
    const text = `${part(header)}.${part(claims)}`;
    return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
  }
  function token(purpose: KeyPurpose, claims: Claims = {}, header: Header = {}, secret?: Uint8Array): string {
    const { current } = keys.pair(purpose);
    const ids = { sub, sid, jti: randomUUID() };
    const times = { iat: nowS, exp: nowS + 900 };
    const full = { iss: 'syncode', aud: purpose, ...ids, ...times, ...claims };
    return sign({ alg: 'HS256', kid: current.kid, ...header }, full, secret ?? current.secret);
  }

  /** Of one kind of token, those made by nobody who may. */
  function forged(kind: 'access' | 'refresh'): Forgery[] {
    const { current } = keys.pair(kind);
    const genuine = token(kind);
    const [head = '', body = '', signature = ''] = genuine.split('.');
    const of = (name: string, text: string) => ({ name, token: text, codes: nobody });
    const without = (claim: string) => of(`without ${claim}`, token(kind, { [claim]: undefined }));
    return [
      of('empty', ''),
      of('no token', 'x'),
      of('two parts', `${head}.${body}`),
      of('four parts', `${genuine}.${signature}`),
      of('dots', '..'),
      of('without a signature', `${head}.${body}.`),
      of('a tampered signature', `${head}.${body}.${signature.slice(0, -2)}AA`),
      of(
        'a tampered body',
        `${head}.${part({ ...claimsOf(genuine), sub: actors.admin.userId })}.${signature}`,
      ),
      of('a body that is no JSON', `${head}.${Buffer.from('{').toString('base64url')}.${signature}`),
      of('algorithm none', `${part({ alg: 'none', kid: current.kid })}.${body}.`),
      of('algorithm None, signed', token(kind, {}, { alg: 'None' })),
      of(
        'algorithm HS512',
        sign({ alg: 'HS512', kid: current.kid }, claimsOf(genuine), current.secret, 'sha512'),
      ),
      of('algorithm RS256', token(kind, {}, { alg: 'RS256' })),
      of('an unknown key', token(kind, {}, { kid: 'x' })),
      of('a path as key', token(kind, {}, { kid: '../../etc/passwd' })),
      of('without a key', token(kind, {}, { kid: undefined })),
      of('an own key in the header', token(kind, {}, { jwk: { kty: 'oct', k: 'AA' } }, new Uint8Array(32))),
      of('critical extensions', token(kind, {}, { crit: ['x'], x: 1 })),
      of('an empty secret', token(kind, {}, {}, new Uint8Array(0))),
      of('another secret', token(kind, {}, {}, new Uint8Array(32))),
      ...['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'].map(without),
      of('another issuer', token(kind, { iss: 'evil' })),
      of('two audiences', token(kind, { aud: [kind, 'collab'] })),
      of('a subject that is no id', token(kind, { sub: '__proto__' })),
      of('a subject that is an object', token(kind, { sub: { toString: 1 } })),
      of('a subject with NUL', token(kind, { sub: `${sub}\u0000` })),
      of('a subject that nobody is', token(kind, { sub: randomUUID() })),
      {
        name: 'of another user’s login',
        token: token(kind, { sub: actors.outsider.userId }),
        codes: ['UNAUTHORIZED', 'AUTH_TOKEN_REVOKED'],
      },
      of('of the future', token(kind, { iat: nowS + 600, exp: nowS + 1500 })),
      of('an end that is text', token(kind, { exp: 'never' })),
      ...(['access', 'refresh', 'collab', 'files', 'identifiers'] as const)
        .filter((other) => other !== kind)
        .map((other) => of(`of the kind ${other}`, token(other))),
      ...(['access', 'refresh', 'collab'] as const)
        .filter((other) => other !== kind)
        .map((other) => of(`of the kind ${other} under this key`, token(kind, { aud: other }))),
      of('of a room', token('collab', { roomId: rooms.coding.roomId, type: 'collab', role: 'interviewer' })),
    ];
  }

  /** Genuine tokens that open nothing any more, as access tokens. */
  function ended(): Forgery[] {
    const { banned, erased, departed, host } = actors;
    return [
      {
        name: 'expired',
        token: token('access', { iat: nowS - 2000, exp: nowS - 1000 }),
        codes: ['AUTH_TOKEN_EXPIRED'],
      },
      { name: 'of a banned user', token: banned.bearer, codes: ['USER_BANNED'] },
      { name: 'of a deleted user', token: erased.bearer, codes: nobody },
      { name: 'of a login that has ended', token: departed.bearer, codes: ['AUTH_TOKEN_REVOKED'] },
      {
        name: 'of an unknown login',
        token: token('access', { sid: randomUUID() }),
        codes: ['AUTH_TOKEN_REVOKED'],
      },
      {
        name: 'of another user’s login',
        token: token('access', { sid: claimsOf(actors.admin.bearer).sid }),
        codes: ['AUTH_TOKEN_REVOKED'],
      },
      { name: 'a refresh token of oneself', token: host.refreshToken, codes: nobody },
    ];
  }
  return { token, forged, ended };
}

/** What a token says, unchecked. */
export function claimsOf(token: string): Claims {
  return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
}

/** The collab token that a room gives an actor. */
export async function collabTokenOf({ world, rooms }: Fixture, actor: Actor): Promise<string> {
  const { body } = await world.get(actor, `/rooms/${rooms.coding.roomId}`);
  return body.collab.token;
}
