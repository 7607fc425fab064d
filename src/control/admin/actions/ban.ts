import { write } from '../../../db/write.ts';
import type { Origin } from '../../../ports/audit.ts';
import { endLogins, findUser, setBan, UserNotFound } from '../../accounts/index.ts';
import type { AdminDeps } from '../deps.ts';
import { checkBan } from '../rules.ts';

/** Who acts on whom; `actorId` null is the operator at the command line. */
export type UserAction = {
  readonly userId: string;
  readonly actorId: string | null;
  readonly origin: Origin;
};

/** `changed` false: it was so already, and nothing was written. */
export type Outcome = { readonly changed: boolean };

/**
 * Bans an account: logins end, sockets go, hosted rooms are finished and others left. Throws USER_NOT_FOUND,
 * ADMIN_SELF_MODIFICATION, ADMIN_TARGET_PROTECTED. A further ban only replaces the reason.
 */
export async function banUser(
  deps: AdminDeps,
  { userId, actorId, origin }: UserAction,
  reason: string | null,
): Promise<Outcome> {
  const { db, kernel, writeAudit, closeRoomsOf } = deps;
  return write(db, (tx): Outcome => {
    const user = findUser(tx, userId);
    if (user === null || user.deletedAt !== null) throw UserNotFound();
    checkBan(actorId, user);
    const wasBanned = user.bannedAt !== null;
    if (wasBanned && user.bannedReason === reason) return { changed: false };
    const now = kernel.clock.now();
    setBan(tx, userId, { bannedAt: user.bannedAt ?? now, bannedReason: reason, bannedBy: actorId });
    writeAudit(tx, {
      action: actorId === null ? 'cli.user.ban' : 'admin.user.ban',
      actorId,
      targetType: 'user',
      targetId: userId,
      origin,
    });
    if (wasBanned) return { changed: true };
    endLogins(tx, userId, { reason: 'banned', at: now });
    closeRoomsOf(tx, userId, 'banned');
    tx.afterCommit(() => kernel.events.emit('account.closed', { userId, kind: 'banned' }));
    return { changed: true };
  });
}

/** Lifts a ban; logins stay ended. Throws USER_NOT_FOUND. */
export async function unbanUser(deps: AdminDeps, { userId, actorId, origin }: UserAction): Promise<Outcome> {
  return write(deps.db, (tx): Outcome => {
    const user = findUser(tx, userId);
    if (user === null || user.deletedAt !== null) throw UserNotFound();
    if (user.bannedAt === null) return { changed: false };
    setBan(tx, userId, { bannedAt: null, bannedReason: null, bannedBy: null });
    deps.writeAudit(tx, {
      action: actorId === null ? 'cli.user.unban' : 'admin.user.unban',
      actorId,
      targetType: 'user',
      targetId: userId,
      origin,
    });
    return { changed: true };
  });
}
