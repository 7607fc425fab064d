import { and, asc, eq, inArray, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../db/types.ts';
import { codeSnapshots, sessionBoards } from './tables.ts';

/** A snapshot without its text. */
export type KeptSnapshot = Pick<typeof codeSnapshots.$inferSelect, 'id' | 'trigger' | 'codeBytes'>;

/** False when a snapshot of this id is there already. */
export function insertSnapshot(tx: Tx, snapshot: typeof codeSnapshots.$inferInsert): boolean {
  return tx.orm.insert(codeSnapshots).values(snapshot).onConflictDoNothing().run().changes === 1;
}

/** How many there are of a session, and how long their texts are together. */
export function sumSnapshots(reader: Reader, sessionId: string): { count: number; bytes: number } {
  const sums = reader.orm
    .select({
      count: sql<number>`count(*)`,
      bytes: sql<number>`coalesce(sum(${codeSnapshots.codeBytes}), 0)`,
    })
    .from(codeSnapshots)
    .where(eq(codeSnapshots.sessionId, sessionId))
    .get();
  return sums ?? { count: 0, bytes: 0 };
}

/** All of a session, oldest first. */
export function listKept(reader: Reader, sessionId: string): KeptSnapshot[] {
  const { id, trigger, codeBytes, takenAt } = codeSnapshots;
  return reader.orm
    .select({ id, trigger, codeBytes })
    .from(codeSnapshots)
    .where(eq(codeSnapshots.sessionId, sessionId))
    .orderBy(asc(takenAt), asc(id))
    .all();
}

export function deleteSnapshots(tx: Tx, sessionId: string, ids: readonly string[]): void {
  const theirs = and(eq(codeSnapshots.sessionId, sessionId), inArray(codeSnapshots.id, [...ids]));
  tx.orm.delete(codeSnapshots).where(theirs).run();
}

/** The first export counts: a repeated one tells of the same board. */
export function insertBoard(tx: Tx, board: typeof sessionBoards.$inferInsert): void {
  tx.orm.insert(sessionBoards).values(board).onConflictDoNothing().run();
}
