import { and, eq, lt, sql } from 'drizzle-orm';
import { prepared, statement } from '../db/client.ts';
import type { Reader, Tx } from '../db/types.ts';
import { idempotencyKeys } from './tables.ts';

/** Whose key it is, and for which address. */
export type KeyAddress = { readonly userId: string; readonly path: string; readonly key: string };

export type StoredAnswer = typeof idempotencyKeys.$inferSelect;

const byAddress = prepared((orm) =>
  orm
    .select()
    .from(idempotencyKeys)
    .where(
      and(
        eq(idempotencyKeys.userId, sql.placeholder('userId')),
        eq(idempotencyKeys.path, sql.placeholder('path')),
        eq(idempotencyKeys.key, sql.placeholder('key')),
      ),
    )
    .prepare(),
);

/** The answer stored under a key, however old. */
export function findStoredAnswer(reader: Reader, address: KeyAddress): StoredAnswer | null {
  return byAddress(reader).get({ ...address }) ?? null;
}

/** Stores an answer; one that had been stored longer than it is remembered is replaced. */
export function storeAnswer(tx: Tx, answer: StoredAnswer): void {
  const { userId: _user, path: _path, key: _key, ...set } = answer;
  const target = [idempotencyKeys.userId, idempotencyKeys.path, idempotencyKeys.key];
  tx.orm.insert(idempotencyKeys).values(answer).onConflictDoUpdate({ target, set }).run();
}

const trim = statement<[string, number]>(
  `DELETE FROM idempotency_keys WHERE (user_id, path, key) IN (
     SELECT user_id, path, key FROM idempotency_keys WHERE user_id = ? ORDER BY stored_at DESC LIMIT -1 OFFSET ?
   )`,
);

/** Leaves a user the newest `kept` keys. */
export function trimStoredAnswers(tx: Tx, userId: string, kept: number): void {
  trim(tx).run(userId, kept);
}

/** Removes answers stored before the time; says how many. */
export function deleteStoredAnswersBefore(tx: Tx, timeMs: number): number {
  return tx.orm.delete(idempotencyKeys).where(lt(idempotencyKeys.storedAt, timeMs)).run().changes;
}
