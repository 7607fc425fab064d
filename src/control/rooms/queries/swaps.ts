import { and, eq, lte, sql } from 'drizzle-orm';
import { prepared } from '../../../db/client.ts';
import type { Reader, Tx } from '../../../db/types.ts';
import { roleSwaps, type Swap } from '../tables.ts';

/** Written out, since the partial index does not serve a bound value. */
const isPending = sql`${roleSwaps.status} = 'pending'`;

const pendingOf = prepared((orm) =>
  orm
    .select()
    .from(roleSwaps)
    .where(and(eq(roleSwaps.roomId, sql.placeholder('roomId')), isPending))
    .prepare(),
);

/** The room's request that has no answer yet, lapsed or not. */
export function findPendingSwap(reader: Reader, roomId: string): Swap | null {
  return pendingOf(reader).get({ roomId }) ?? null;
}

export function findSwap(reader: Reader, roomId: string, id: string): Swap | null {
  const one = and(eq(roleSwaps.id, id), eq(roleSwaps.roomId, roomId));
  return reader.orm.select().from(roleSwaps).where(one).get() ?? null;
}

export function insertSwap(tx: Tx, swap: Swap): void {
  tx.orm.insert(roleSwaps).values(swap).run();
}

/** Ends a pending request. */
export function resolveSwap(
  tx: Tx,
  id: string,
  status: 'accepted' | 'declined' | 'expired',
  respondedAt: number | null,
): void {
  tx.orm.update(roleSwaps).set({ status, respondedAt }).where(eq(roleSwaps.id, id)).run();
}

/** Rooms with a pending request past its time. */
export function listLapsedSwaps(reader: Reader, now: number): Swap[] {
  return reader.orm
    .select()
    .from(roleSwaps)
    .where(and(isPending, lte(roleSwaps.expiresAt, now)))
    .all();
}
