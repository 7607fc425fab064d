import { write } from '../../../db/write.ts';
import { endLogins, findUser, UserNotFound } from '../../accounts/index.ts';
import type { AdminDeps } from '../deps.ts';
import type { UserAction } from './ban.ts';

/**
 * Ends every login of an account at once: tokens are refused, sockets go. The account may sign in again. Nothing is
 * written when there was none. Throws USER_NOT_FOUND.
 */
export async function logoutUser(
  { db, kernel, writeAudit }: AdminDeps,
  { userId, actorId, origin }: UserAction,
): Promise<{ readonly ended: number }> {
  return write(db, (tx) => {
    const user = findUser(tx, userId);
    if (user === null || user.deletedAt !== null) throw UserNotFound();
    const sids = endLogins(tx, userId, { reason: 'operator', at: kernel.clock.now() });
    if (sids.length === 0) return { ended: 0 };
    writeAudit(tx, {
      action: 'cli.user.logout',
      actorId,
      targetType: 'user',
      targetId: userId,
      metadata: { logins: sids.length },
      origin,
    });
    tx.afterCommit(() => kernel.events.emit('login.ended', { userId, sids: 'all' }));
    return { ended: sids.length };
  });
}
