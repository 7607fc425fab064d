import { and, count, eq, gt, isNull, lt } from 'drizzle-orm';
import type { Reader, Tx } from '../../../db/types.ts';
import { mails, resetRequests, resetTokens } from '../tables.ts';

export function insertResetRequest(tx: Tx, row: typeof resetRequests.$inferInsert): void {
  tx.orm.insert(resetRequests).values(row).run();
}

/** A request that no job has handled yet. */
export function findOpenResetRequest(reader: Reader, id: string) {
  const condition = and(eq(resetRequests.id, id), isNull(resetRequests.handledAt));
  return reader.orm.select().from(resetRequests).where(condition).get() ?? null;
}

export function countResetRequests(reader: Reader, addressKey: string, since: number): number {
  const condition = and(eq(resetRequests.addressKey, addressKey), gt(resetRequests.requestedAt, since));
  return reader.orm.select({ requests: count() }).from(resetRequests).where(condition).get()?.requests ?? 0;
}

/** Notes that a request is done, and erases what is personal in it. */
export function closeResetRequest(tx: Tx, id: string, handledAt: number): void {
  const changes = { handledAt, address: null, ip: null, requestId: null };
  tx.orm.update(resetRequests).set(changes).where(eq(resetRequests.id, id)).run();
}

export function insertResetToken(tx: Tx, row: typeof resetTokens.$inferInsert): void {
  tx.orm.insert(resetTokens).values(row).run();
}

/** A token that can still be used at `now`, by the hash of its secret. */
export function findResetToken(reader: Reader, tokenHash: string, now: number) {
  const condition = and(eq(resetTokens.tokenHash, tokenHash), isUsable(now));
  return reader.orm.select().from(resetTokens).where(condition).get() ?? null;
}

const isUsable = (now: number) =>
  and(isNull(resetTokens.usedAt), isNull(resetTokens.voidedAt), gt(resetTokens.expiresAt, now));

/** Uses a token up in one statement; false when that is no longer possible. */
export function useResetToken(tx: Tx, id: string, now: number): boolean {
  const condition = and(eq(resetTokens.id, id), isUsable(now));
  return tx.orm.update(resetTokens).set({ usedAt: now }).where(condition).run().changes > 0;
}

/** Voids what is left of a user's tokens, and erases the links to them from the outbox. */
export function voidResetTokens(tx: Tx, userId: string, voidedAt: number): void {
  const isOpen = and(
    eq(resetTokens.userId, userId),
    isNull(resetTokens.usedAt),
    isNull(resetTokens.voidedAt),
  );
  tx.orm.update(resetTokens).set({ voidedAt }).where(isOpen).run();
  tx.orm.update(mails).set({ link: null }).where(eq(mails.userId, userId)).run();
}

/** Removes tokens that expired, and requests made, before `before`; gives how many rows went. */
export function deleteOldResets(tx: Tx, before: number): number {
  const tokens = tx.orm.delete(resetTokens).where(lt(resetTokens.expiresAt, before)).run().changes;
  return tokens + tx.orm.delete(resetRequests).where(lt(resetRequests.requestedAt, before)).run().changes;
}
