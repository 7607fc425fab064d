import { and, desc, eq, gt, isNotNull, lt, lte } from 'drizzle-orm';
import type { Reader, Tx } from '../../../db/types.ts';
import { mails } from '../tables.ts';

export function insertMail(tx: Tx, row: typeof mails.$inferInsert): void {
  tx.orm.insert(mails).values(row).run();
}

/** The newest mail to a user whose link is still good at `now`. */
export function findWaitingMail(reader: Reader, userId: string, now: number) {
  const condition = and(eq(mails.userId, userId), isNotNull(mails.link), gt(mails.expiresAt, now));
  return reader.orm.select().from(mails).where(condition).orderBy(desc(mails.createdAt)).get() ?? null;
}

/** Erases the links that have expired; gives how many. */
export function eraseExpiredLinks(tx: Tx, now: number): number {
  const condition = and(isNotNull(mails.link), lte(mails.expiresAt, now));
  return tx.orm.update(mails).set({ link: null }).where(condition).run().changes;
}

export function deleteOldMails(tx: Tx, before: number): number {
  return tx.orm.delete(mails).where(lt(mails.expiresAt, before)).run().changes;
}
