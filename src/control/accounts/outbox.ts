import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Mail } from '../../ports/mail.ts';
import { insertMail } from './queries/mails.ts';

/** Queues mail as rows; a link stays in its row until it is sent, expired, or of no use any more. */
export function createOutbox({ clock, ids }: { clock: Clock; ids: Ids }): Mail {
  return {
    queueResetLink(tx, { userId, to, link, expiresAt }) {
      const createdAt = clock.now();
      insertMail(tx, {
        id: ids.next(),
        userId,
        kind: 'reset_link',
        recipient: to,
        link,
        createdAt,
        expiresAt,
      });
    },
  };
}
