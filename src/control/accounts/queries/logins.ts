import { and, eq, isNull, lt, ne } from 'drizzle-orm';
import type { Reader, Tx } from '../../../db/types.ts';
import { type LoginEnd, type LoginRow, logins, type RefreshTokenRow, refreshTokens } from '../tables.ts';

export function insertLogin(tx: Tx, row: typeof logins.$inferInsert): void {
  tx.orm.insert(logins).values(row).run();
}

export function findLogin(reader: Reader, id: string): LoginRow | null {
  return reader.orm.select().from(logins).where(eq(logins.id, id)).get() ?? null;
}

export function extendLogin(tx: Tx, id: string, expiresAt: number): void {
  tx.orm.update(logins).set({ expiresAt }).where(eq(logins.id, id)).run();
}

/** Ends one login; false when it is unknown or has ended before. */
export function endLogin(tx: Tx, id: string, endReason: LoginEnd, endedAt: number): boolean {
  const condition = and(eq(logins.id, id), isNull(logins.endedAt));
  return tx.orm.update(logins).set({ endedAt, endReason }).where(condition).run().changes > 0;
}

/** Ends all logins of a user but one; gives the ids of those that it ended. */
export function endLogins(
  tx: Tx,
  userId: string,
  end: { reason: LoginEnd; at: number; exceptId?: string },
): string[] {
  return tx.orm
    .update(logins)
    .set({ endedAt: end.at, endReason: end.reason })
    .where(and(eq(logins.userId, userId), isNull(logins.endedAt), ne(logins.id, end.exceptId ?? '')))
    .returning({ id: logins.id })
    .all()
    .map(({ id }) => id);
}

export function insertRefreshToken(tx: Tx, row: typeof refreshTokens.$inferInsert): void {
  tx.orm.insert(refreshTokens).values(row).run();
}

export function findRefreshToken(reader: Reader, id: string): RefreshTokenRow | null {
  return reader.orm.select().from(refreshTokens).where(eq(refreshTokens.id, id)).get() ?? null;
}

/** Spends a token in one statement; false when it had been spent or revoked before. */
export function spendRefreshToken(tx: Tx, id: string, spentAt: number): boolean {
  const condition = and(
    eq(refreshTokens.id, id),
    isNull(refreshTokens.spentAt),
    isNull(refreshTokens.revokedAt),
  );
  return tx.orm.update(refreshTokens).set({ spentAt }).where(condition).run().changes > 0;
}

/** Makes all tokens that a family has had worthless, spent ones within their grace included. */
export function revokeRefreshTokens(tx: Tx, loginId: string, revokedAt: number): void {
  const condition = and(eq(refreshTokens.loginId, loginId), isNull(refreshTokens.revokedAt));
  tx.orm.update(refreshTokens).set({ revokedAt }).where(condition).run();
}

/** Removes tokens and logins that expired before `before`; gives how many rows went. */
export function deleteExpiredLogins(tx: Tx, before: number): number {
  const tokens = tx.orm.delete(refreshTokens).where(lt(refreshTokens.expiresAt, before)).run().changes;
  return tokens + tx.orm.delete(logins).where(lt(logins.expiresAt, before)).run().changes;
}
