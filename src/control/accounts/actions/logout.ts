import { write } from '../../../db/write.ts';
import { Unauthorized } from '../../../kernel/errors.ts';
import type { AccountsContext } from '../context.ts';
import { endLogin, findLogin } from '../queries/logins.ts';
import type { CookieRequest } from './refresh.ts';

/** Ends the login of a genuine refresh token, expired or not; one that has ended stays as it is. */
export async function logout(
  ctx: AccountsContext,
  token: string,
  { origin, spend }: CookieRequest,
): Promise<void> {
  const { userId, sid } = await ctx.secrets.tokens.verify('refresh', token, { allowExpired: true });
  spend(sid);
  await write(ctx.db, (tx) => {
    if ((findLogin(tx, sid)?.userId ?? userId) !== userId) throw Unauthorized();
    if (!endLogin(tx, sid, 'logout', ctx.kernel.clock.now())) return;
    ctx.ports.writeAudit(tx, {
      action: 'auth.logout',
      actorId: userId,
      targetType: 'user',
      targetId: userId,
      metadata: { loginId: sid },
      origin,
    });
    tx.afterCommit(() => ctx.kernel.events.emit('login.ended', { userId, sids: [sid] }));
  });
}
