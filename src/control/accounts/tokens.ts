import { webcrypto } from 'node:crypto';
import { errors, type JWTPayload, jwtVerify, type ProtectedHeaderParameters, SignJWT } from 'jose';
import type { KeyRing, SecretKey } from '../../config/keys.ts';
import type { Clock } from '../../kernel/clock.ts';
import { TokenExpired, Unauthorized } from '../../kernel/errors.ts';
import { isUuid } from '../../kernel/ids.ts';

/** A token's audience: one of a kind is never accepted as another. */
export type TokenKind = 'access' | 'refresh' | 'collab';

export type TokenContent = {
  readonly userId: string;
  readonly sid: string;
  readonly jti: string;
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  /** Claims beside the registered ones. */
  readonly extra?: Readonly<Record<string, unknown>>;
};

export type Tokens = {
  issue(kind: TokenKind, content: TokenContent): Promise<string>;
  /**
   * Checks signature, kind, times and the presence of all claims. Throws Unauthorized for forged tokens and those of
   * another kind, TokenExpired for genuine ones past their time (not with allowExpired).
   */
  verify(kind: TokenKind, token: string, options?: { allowExpired?: boolean }): Promise<TokenContent>;
};

type TokensDeps = {
  readonly keys: KeyRing;
  readonly clock: Clock;
  /** Longest life of each kind: for so long the previous key is accepted after a rotation. */
  readonly lifeMs: Readonly<Record<TokenKind, number>>;
};

type SigningKey = Awaited<ReturnType<typeof webcrypto.subtle.importKey>>;

const ISSUER = 'syncode';
const TOLERANCE_MS = 5000;
const REQUIRED = ['iss', 'aud', 'sub', 'sid', 'jti', 'iat', 'exp'];

/** Access tokens whose signature is remembered: those of some thousand people's open tabs. */
const MAX_GENUINE = 5000;

/**
 * Access tokens that were found genuine. Each signature is checked in a thread of its own kind, by far the dearest part of a
 * small request, and a client sends the same token for minutes. Times and keys are looked at again each time.
 */
function createGenuine() {
  const known = new Map<string, { readonly key: SecretKey; readonly content: TokenContent }>();
  return {
    find: (token: string) => known.get(token) ?? null,
    add(token: string, key: SecretKey, content: TokenContent) {
      if (known.size >= MAX_GENUINE) known.delete(known.keys().next().value ?? '');
      known.set(token, { key, content });
    },
  };
}

/** Imported once a key: importing takes longer than signing. */
function createImporter(): (key: SecretKey) => Promise<SigningKey> {
  const imported = new Map<string, Promise<SigningKey>>();
  return ({ kid, secret }) => {
    let key = imported.get(kid);
    if (key === undefined) {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' };
      key = webcrypto.subtle.importKey('raw', Uint8Array.from(secret), algorithm, false, ['sign', 'verify']);
      imported.set(kid, key);
    }
    return key;
  };
}

/** The token's content, if its claims are what issue() writes. */
function readContent(kind: TokenKind, payload: JWTPayload, now: number): TokenContent {
  const { iss, aud, sub, sid, jti, iat, exp, ...extra } = payload;
  const isComplete =
    iss === ISSUER &&
    aud === kind &&
    typeof sub === 'string' &&
    typeof sid === 'string' &&
    typeof jti === 'string' &&
    typeof iat === 'number' &&
    typeof exp === 'number';
  if (!isComplete || ![sub, sid, jti].every(isUuid)) throw Unauthorized();
  const issuedAtMs = Math.round(iat * 1000);
  if (issuedAtMs > now + TOLERANCE_MS) throw Unauthorized();
  return { userId: sub, sid, jti, issuedAtMs, expiresAtMs: Math.round(exp * 1000), extra };
}

/** Makes and checks the product's JWTs: HS256, one key a kind, times to the millisecond (as fractions of seconds). */
export function createTokens({ keys, clock, lifeMs }: TokensDeps): Tokens {
  const importKey = createImporter();
  const genuine = createGenuine();

  const findKey = (kind: TokenKind, header: ProtectedHeaderParameters, now: number): SecretKey => {
    const { current, previous } = keys.pair(kind);
    if (header.kid === current.kid) return current;
    if (previous === null || header.kid !== previous.kid) throw Unauthorized();
    if (now > previous.retiredAtMs + lifeMs[kind] + TOLERANCE_MS) throw Unauthorized();
    return previous;
  };
  /** A retired key signs nothing any more. */
  const checkIssuedInTime = (kind: TokenKind, kid: string | undefined, content: TokenContent) => {
    const { previous } = keys.pair(kind);
    if (previous === null || kid !== previous.kid) return;
    if (content.issuedAtMs > previous.retiredAtMs + TOLERANCE_MS) throw Unauthorized();
  };

  /** The content of a token that was checked before, whose key and times are still good. */
  const recall = (kind: TokenKind, token: string, now: number): TokenContent | null => {
    const found = kind === 'access' ? genuine.find(token) : null;
    if (found === null) return null;
    const { key, content } = found;
    const isInTime = content.expiresAtMs > now && content.issuedAtMs <= now;
    return isInTime && keys.pair(kind).current === key ? content : null;
  };

  return {
    async issue(kind, { userId, sid, jti, issuedAtMs, expiresAtMs, extra }) {
      const { current } = keys.pair(kind);
      return new SignJWT({ ...extra, sid })
        .setProtectedHeader({ alg: 'HS256', kid: current.kid })
        .setIssuer(ISSUER)
        .setAudience(kind)
        .setSubject(userId)
        .setJti(jti)
        .setIssuedAt(issuedAtMs / 1000)
        .setExpirationTime(expiresAtMs / 1000)
        .sign(await importKey(current));
    },

    async verify(kind, token, { allowExpired = false } = {}) {
      const now = clock.now();
      const recalled = recall(kind, token, now);
      if (recalled !== null) return recalled;
      let key: SecretKey | undefined;
      try {
        const { payload } = await jwtVerify(
          token,
          (header) => {
            key = findKey(kind, header, now);
            return importKey(key);
          },
          {
            algorithms: ['HS256'],
            issuer: ISSUER,
            audience: kind,
            requiredClaims: REQUIRED,
            clockTolerance: TOLERANCE_MS / 1000,
            currentDate: new Date(now),
          },
        );
        const content = readContent(kind, payload, now);
        checkIssuedInTime(kind, key?.kid, content);
        if (kind === 'access' && key !== undefined) genuine.add(token, key, content);
        return content;
      } catch (error) {
        if (!(error instanceof errors.JWTExpired)) throw Unauthorized(undefined, { cause: error });
        const content = readContent(kind, error.payload, now);
        checkIssuedInTime(kind, key?.kid, content);
        if (!allowExpired) throw TokenExpired();
        return content;
      }
    },
  };
}
