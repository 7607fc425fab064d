import { and, eq, inArray, isNull, lt, lte, or } from 'drizzle-orm';
import type { Reader, Tx } from '../../../db/types.ts';
import type { Lockout } from '../rules/lockout.ts';
import { lockouts } from '../tables.ts';

export function findLockout(reader: Reader, key: string): Lockout | null {
  return reader.orm.select().from(lockouts).where(eq(lockouts.key, key)).get() ?? null;
}

export function saveLockout(tx: Tx, key: string, state: Lockout): void {
  const { failures, firstFailureAt, lastFailureAt, lockedUntil, locks } = state;
  const row = { failures, firstFailureAt, lastFailureAt, lockedUntil, locks };
  tx.orm
    .insert(lockouts)
    .values({ key, ...row })
    .onConflictDoUpdate({ target: lockouts.key, set: row })
    .run();
}

export function deleteLockouts(tx: Tx, keys: readonly string[]): void {
  tx.orm
    .delete(lockouts)
    .where(inArray(lockouts.key, [...keys]))
    .run();
}

/** Removes those without a failure since `before` that lock nothing at `now`. */
export function deleteForgottenLockouts(tx: Tx, before: number, now: number): number {
  const isOpen = or(isNull(lockouts.lockedUntil), lte(lockouts.lockedUntil, now));
  return tx.orm
    .delete(lockouts)
    .where(and(lt(lockouts.lastFailureAt, before), isOpen))
    .run().changes;
}
