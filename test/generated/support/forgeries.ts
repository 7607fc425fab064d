import { createHmac, randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type KeyPurpose, type KeyRing, loadKeys } from '../../../src/config/keys.ts';
import type { Actor, Fixture } from './fixture.ts';

/** A bearer token or cookie that must not open anything, with the codes that may be said of it. */
export type Forgery = { readonly name: string; readonly token: string; readonly codes: readonly string[] };

/** Makes tokens with the keys of the fixture's server, and all the ways to get one wrong. */
export type Forger = {
  /** A token of the host, genuine but for what is changed. */
  token(purpose: KeyPurpose, claims?: Claims, header?: Claims, secret?: Uint8Array): string;
  /** Of one kind of token, those made by nobody who may. */
  forged(kind: 'access' | 'refresh'): Forgery[];
  /** Genuine tokens that open nothing any more, as access tokens. */
  ended(): Forgery[];
};

type Claims = Record<string, unknown>;
type Token = Forger['token'];

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const nobody = ['UNAUTHORIZED'];
const of = (name: string, token: string, codes: readonly string[] = nobody): Forgery => ({
  name,
  token,
  codes,
});

export function createForger(fixture: Fixture): Forger {
  const { world, actors } = fixture;
  const keys = loadKeys(join(world.server.directory, 'keys'));
  const nowS = world.clock.now() / 1000;
  const { sub, sid } = claimsOf(actors.host.bearer);
  const token: Token = (purpose, claims = {}, header = {}, secret) => {
    const { current } = keys.pair(purpose);
    const ids = { sub, sid, jti: randomUUID() };
    const full = { iss: 'syncode', aud: purpose, ...ids, iat: nowS, exp: nowS + 900, ...claims };
    return sign({ alg: 'HS256', kid: current.kid, ...header }, full, secret ?? current.secret);
  };
  return {
    token,
    forged: (kind) => [
      ...misshapen(token, kind, actors.admin.userId),
      ...wronglySigned(token, kind, keys),
      ...wronglyClaimed(token, kind, fixture),
      ...ofOthers(token, kind, fixture),
    ],
    ended: () => endedTokens(token, fixture),
  };
}

function sign(header: Claims, claims: Claims, secret: Uint8Array, hash = 'sha256'): string {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${createHmac(hash, secret).update(text).digest('base64url')}`;
}

function misshapen(token: Token, kind: KeyPurpose, adminId: string): Forgery[] {
  const genuine = token(kind);
  const [head = '', body = '', signature = ''] = genuine.split('.');
  const other = (signature[0] === 'A' ? 'B' : 'A') + signature.slice(1);
  return [
    of('empty', ''),
    of('no token', 'x'),
    of('two parts', `${head}.${body}`),
    of('four parts', `${genuine}.${signature}`),
    of('dots', '..'),
    of('without a signature', `${head}.${body}.`),
    of('a tampered signature', `${head}.${body}.${other}`),
    of('a tampered body', `${head}.${part({ ...claimsOf(genuine), sub: adminId })}.${signature}`),
    of('a body that is no JSON', `${head}.${Buffer.from('{').toString('base64url')}.${signature}`),
  ];
}

function wronglySigned(token: Token, kind: KeyPurpose, keys: KeyRing): Forgery[] {
  const { kid, secret } = keys.pair(kind).current;
  const claims = claimsOf(token(kind));
  return [
    of('algorithm none', `${part({ alg: 'none', kid })}.${part(claims)}.`),
    of('algorithm None, signed', token(kind, {}, { alg: 'None' })),
    of('algorithm HS512', sign({ alg: 'HS512', kid }, claims, secret, 'sha512')),
    of('algorithm RS256', token(kind, {}, { alg: 'RS256' })),
    of('an unknown key', token(kind, {}, { kid: 'x' })),
    of('a path as key', token(kind, {}, { kid: '../../etc/passwd' })),
    of('without a key', token(kind, {}, { kid: undefined })),
    of('an own key in the header', token(kind, {}, { jwk: { kty: 'oct', k: 'AA' } }, new Uint8Array(32))),
    of('critical extensions', token(kind, {}, { crit: ['x'], x: 1 })),
    of('an empty secret', token(kind, {}, {}, new Uint8Array(0))),
    of('another secret', token(kind, {}, {}, new Uint8Array(32))),
  ];
}

function wronglyClaimed(token: Token, kind: KeyPurpose, { world, actors }: Fixture): Forgery[] {
  const nowS = world.clock.now() / 1000;
  const { sub } = claimsOf(actors.host.bearer);
  const claims = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'];
  return [
    ...claims.map((claim) => of(`without ${claim}`, token(kind, { [claim]: undefined }))),
    of('another issuer', token(kind, { iss: 'evil' })),
    of('two audiences', token(kind, { aud: [kind, 'collab'] })),
    of('a subject that is no id', token(kind, { sub: '__proto__' })),
    of('a subject that is an object', token(kind, { sub: { toString: 1 } })),
    of('a subject with NUL', token(kind, { sub: `${sub}\u0000` })),
    of('a subject that nobody is', token(kind, { sub: randomUUID() })),
    of('of the future', token(kind, { iat: nowS + 600, exp: nowS + 1500 })),
    of('an end that is text', token(kind, { exp: 'never' })),
  ];
}

function ofOthers(token: Token, kind: KeyPurpose, { actors, rooms }: Fixture): Forgery[] {
  const all: KeyPurpose[] = ['access', 'refresh', 'collab', 'files', 'identifiers'];
  const others = all.filter((other) => other !== kind);
  const room = { roomId: rooms.coding.roomId, type: 'collab', role: 'interviewer' };
  const codes = ['UNAUTHORIZED', 'AUTH_TOKEN_REVOKED'];
  return [
    ...others.map((other) => of(`of the kind ${other}`, token(other))),
    ...others.map((other) => of(`of the kind ${other} under this key`, token(kind, { aud: other }))),
    of('of a room', token('collab', room)),
    of('of another user’s login', token(kind, { sub: actors.outsider.userId }), codes),
  ];
}

function endedTokens(token: Token, { world, actors }: Fixture): Forgery[] {
  const nowS = world.clock.now() / 1000;
  const { banned, erased, departed, host, admin } = actors;
  const revoked = ['AUTH_TOKEN_REVOKED'];
  return [
    of('expired', token('access', { iat: nowS - 2000, exp: nowS - 1000 }), ['AUTH_TOKEN_EXPIRED']),
    of('of a banned user', banned.bearer, ['USER_BANNED']),
    of('of a deleted user', erased.bearer),
    of('of a login that has ended', departed.bearer, revoked),
    of('of an unknown login', token('access', { sid: randomUUID() }), revoked),
    of('of another user’s login', token('access', { sid: claimsOf(admin.bearer).sid }), revoked),
    of('a refresh token of oneself', host.refreshToken),
  ];
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
