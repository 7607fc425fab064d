import { write } from '../../../db/write.ts';
import type { ResetPasswordRequest } from '../../../generated/api.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { AccountsContext } from '../context.ts';
import { ResetTokenInvalid } from '../errors.ts';
import { accountKeys } from '../lock-keys.ts';
import { endLogins } from '../queries/logins.ts';
import { findResetToken, useResetToken, voidResetTokens } from '../queries/resets.ts';
import { findUser, setPasswordHash } from '../queries/users.ts';
import { checkPasswordNames } from '../rules/identity.ts';
import { hashResetToken } from './request-reset.ts';

/** Sets a new password by a mailed token, and ends every login of the account. Banned accounts may, and stay banned. */
export async function resetPassword(
  ctx: AccountsContext,
  body: ResetPasswordRequest,
  origin: Origin,
): Promise<void> {
  const found = findResetToken(ctx.db, hashResetToken(body.token), ctx.kernel.clock.now());
  const owner = found && findUser(ctx.db, found.userId);
  if (found === null || owner === null || owner.deletedAt !== null) throw ResetTokenInvalid();
  checkPasswordNames(body.newPassword, owner, 'newPassword');
  const passwordHash = await ctx.secrets.passwords.hash(body.newPassword);
  await write(ctx.db, (tx) => {
    const now = ctx.kernel.clock.now();
    const user = findUser(tx, owner.id);
    if (user === null || user.deletedAt !== null || !useResetToken(tx, found.id, now))
      throw ResetTokenInvalid();
    setPasswordHash(tx, user.id, passwordHash);
    const sids = endLogins(tx, user.id, { reason: 'password_reset', at: now });
    voidResetTokens(tx, user.id, now);
    ctx.secrets.attempts.clear(tx, accountKeys(ctx.secrets, user));
    ctx.ports.writeAudit(tx, {
      action: 'auth.password_reset',
      actorId: user.id,
      targetType: 'user',
      targetId: user.id,
      metadata: { endedLogins: sids.length },
      origin,
    });
    if (sids.length > 0)
      tx.afterCommit(() => ctx.kernel.events.emit('login.ended', { userId: user.id, sids: 'all' }));
  });
}
