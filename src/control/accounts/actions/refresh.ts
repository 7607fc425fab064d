import type { Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import { TokenRevoked } from '../../../kernel/errors.ts';
import type { Origin } from '../../../ports/audit.ts';
import { checkCaller } from '../callers.ts';
import type { AccountsContext } from '../context.ts';
import { showProfile } from '../profile.ts';
import { endLogin, findLogin, spendRefreshToken } from '../queries/logins.ts';
import { findCaller, findUser } from '../queries/users.ts';
import { judgeRefresh } from '../rules/rotation.ts';
import {
  findPresented,
  type PreparedTokens,
  prepareTokens,
  type SignedIn,
  storeTokens,
} from '../sessions.ts';
import type { TokenContent } from '../tokens.ts';

/** A request that acts on the refresh cookie. */
export type CookieRequest = {
  readonly origin: Origin;
  /** Takes one from the bucket of the login. */
  spend(sid: string): void;
};

type Presented = {
  readonly token: string;
  readonly content: TokenContent;
  /** Null when the token's login is not known. */
  readonly next: PreparedTokens | null;
  readonly origin: Origin;
};

/** `reused`: the token had been spent long ago, the family is ended, and the cookie is to be cleared. */
export type RefreshOutcome =
  | { readonly kind: 'refreshed'; readonly signedIn: SignedIn }
  | { readonly kind: 'reused' };

/** Spends a refresh token for its successor. Throws in the order in which access tokens are judged. */
export async function refreshSession(
  ctx: AccountsContext,
  token: string,
  { origin, spend }: CookieRequest,
): Promise<RefreshOutcome> {
  const content = await ctx.secrets.tokens.verify('refresh', token);
  spend(content.sid);
  // Signing is asynchronous and the transaction is not, so the successor is made before it is known to be deserved.
  const login = findLogin(ctx.db, content.sid);
  const { userId, sid } = content;
  const next = login && (await prepareTokens(ctx, { userId, sid, endsAt: login.endsAt }, content.jti));
  const user = await write(ctx.db, (tx) => rotate(ctx, tx, { token, content, next, origin }));
  if (user === null || next === null) return { kind: 'reused' };
  const { accessToken, refreshToken } = next;
  return { kind: 'refreshed', signedIn: { user: showProfile(ctx, ctx.db, user), accessToken, refreshToken } };
}

/** Null when the family had to be ended. */
function rotate(ctx: AccountsContext, tx: Tx, { token, content, next, origin }: Presented) {
  const now = ctx.kernel.clock.now();
  checkCaller(findCaller(tx, content.userId, content.sid));
  const row = findPresented(tx, token, content);
  if (row === null || next === null) throw TokenRevoked();
  const verdict = judgeRefresh(row, now, ctx.config['timers.refreshReuseGraceMs']);
  if (verdict === 'theft') {
    endStolenFamily(ctx, tx, content, origin);
    return null;
  }
  if (verdict === 'revoked') throw TokenRevoked();
  if (verdict === 'spend' && !spendRefreshToken(tx, row.id, now)) throw TokenRevoked();
  storeTokens(tx, next);
  return findUser(tx, content.userId);
}

function endStolenFamily(ctx: AccountsContext, tx: Tx, { userId, sid }: TokenContent, origin: Origin): void {
  endLogin(tx, sid, 'token_reuse', ctx.kernel.clock.now());
  ctx.ports.writeAudit(tx, {
    action: 'auth.token_reuse',
    actorId: userId,
    targetType: 'user',
    targetId: userId,
    metadata: { loginId: sid },
    origin,
  });
  tx.afterCommit(() => ctx.kernel.events.emit('login.ended', { userId, sids: [sid] }));
}
