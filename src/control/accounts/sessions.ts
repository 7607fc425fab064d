import { createHash, timingSafeEqual } from 'node:crypto';
import type { Reader, Tx } from '../../db/types.ts';
import type { UserProfile } from '../../generated/api.ts';
import type { AccountsContext } from './context.ts';
import {
  extendLogin,
  findLogin,
  findRefreshToken,
  insertLogin,
  insertRefreshToken,
} from './queries/logins.ts';
import type { RefreshTokenRow } from './tables.ts';
import type { TokenContent } from './tokens.ts';

/** Who has signed in, with both tokens; the refresh token goes into its cookie. */
export type SignedIn = {
  readonly user: UserProfile;
  readonly accessToken: string;
  readonly refreshToken: string;
};

/** Access and refresh token of a login, made before the transaction that stores the latter. */
export type PreparedTokens = {
  readonly accessToken: string;
  readonly refreshToken: string;
  readonly row: Omit<RefreshTokenRow, 'spentAt' | 'revokedAt'>;
};

type LoginTimes = { readonly userId: string; readonly sid: string; readonly endsAt: number };

function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Signs a token pair; neither outlives the login. */
export async function prepareTokens(
  ctx: AccountsContext,
  { userId, sid, endsAt }: LoginTimes,
  parentId: string | null,
): Promise<PreparedTokens> {
  const { clock, ids } = ctx.kernel;
  const issuedAtMs = clock.now();
  const content = (lifeMs: number): TokenContent => ({
    userId,
    sid,
    jti: ids.next(),
    issuedAtMs,
    expiresAtMs: Math.min(issuedAtMs + lifeMs, endsAt),
  });
  const refresh = content(ctx.config['timers.refreshTokenMs']);
  const accessToken = await ctx.secrets.tokens.issue('access', content(ctx.config['timers.accessTokenMs']));
  const refreshToken = await ctx.secrets.tokens.issue('refresh', refresh);
  const row = {
    id: refresh.jti,
    loginId: sid,
    parentId,
    tokenHash: hashToken(refreshToken),
    issuedAt: issuedAtMs,
    expiresAt: refresh.expiresAtMs,
  };
  return { accessToken, refreshToken, row };
}

/** Signs the first pair of a new login. */
export async function prepareLogin(ctx: AccountsContext, userId: string) {
  const createdAt = ctx.kernel.clock.now();
  const login = { userId, sid: ctx.kernel.ids.next(), endsAt: createdAt + ctx.config['timers.loginMs'] };
  return { ...login, createdAt, tokens: await prepareTokens(ctx, login, null) };
}
export type PreparedLogin = Awaited<ReturnType<typeof prepareLogin>>;

export function storeLogin(tx: Tx, login: PreparedLogin): void {
  const { userId, sid, endsAt, createdAt, tokens } = login;
  insertLogin(tx, { id: sid, userId, createdAt, endsAt, expiresAt: tokens.row.expiresAt });
  insertRefreshToken(tx, tokens.row);
}

/** Stores the next refresh token of a login that is there. */
export function storeTokens(tx: Tx, tokens: PreparedTokens): void {
  insertRefreshToken(tx, tokens.row);
  extendLogin(tx, tokens.row.loginId, tokens.row.expiresAt);
}

/** The stored row of a genuine refresh token, null when this very token was never stored. */
export function findPresented(reader: Reader, token: string, content: TokenContent): RefreshTokenRow | null {
  const row = findRefreshToken(reader, content.jti);
  if (row === null || row.loginId !== content.sid) return null;
  const isSame = timingSafeEqual(Buffer.from(row.tokenHash), Buffer.from(hashToken(token)));
  return isSame ? row : null;
}

/** Whether a cookie is the current refresh token of a living login of this user. */
export async function isLiveCookie(ctx: AccountsContext, cookie: string, userId: string): Promise<boolean> {
  const content = await ctx.secrets.tokens.verify('refresh', cookie).catch(() => null);
  if (content === null || content.userId !== userId) return false;
  const row = findPresented(ctx.db, cookie, content);
  const login = findLogin(ctx.db, content.sid);
  return (
    row !== null &&
    row.spentAt === null &&
    row.revokedAt === null &&
    login?.endedAt === null &&
    login.userId === userId
  );
}
