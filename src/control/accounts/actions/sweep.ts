import { write } from '../../../db/write.ts';
import type { AccountsContext } from '../context.ts';
import { deleteForgottenLockouts } from '../queries/lockouts.ts';
import { deleteExpiredLogins } from '../queries/logins.ts';
import { deleteOldMails, eraseExpiredLinks } from '../queries/mails.ts';
import { deleteOldResets } from '../queries/resets.ts';

const DAY_MS = 86_400_000;

/**
 * Erases expired links, and removes rows that decide nothing any more: expired logins with their tokens, resets and
 * mails a day after their end, forgotten lock-outs. For a timer of timers.cleanUpMs.
 */
export async function sweepAccounts(ctx: AccountsContext): Promise<void> {
  await write(ctx.db, (tx) => {
    const now = ctx.kernel.clock.now();
    eraseExpiredLinks(tx, now);
    deleteExpiredLogins(tx, now - DAY_MS);
    deleteOldResets(tx, now - DAY_MS);
    deleteOldMails(tx, now - DAY_MS);
    deleteForgottenLockouts(tx, now - ctx.config['timers.lockoutForgetMs'], now);
  });
}
