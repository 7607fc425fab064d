import { and, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../db/types.ts';
import { sessionEvents, sessionParticipants, sessions } from './tables.ts';

const part = (sessionId: string, userId: string) =>
  and(eq(sessionParticipants.sessionId, sessionId), eq(sessionParticipants.userId, userId));

export function insertSession(tx: Tx, session: typeof sessions.$inferInsert): void {
  tx.orm.insert(sessions).values(session).run();
}

export function updateSession(tx: Tx, id: string, change: Partial<typeof sessions.$inferSelect>): void {
  tx.orm.update(sessions).set(change).where(eq(sessions.id, id)).run();
}

/** Adds somebody to the record, or takes the change over into the entry that is there. */
export function upsertParticipant(
  tx: Tx,
  entry: typeof sessionParticipants.$inferInsert,
  change: Partial<typeof sessionParticipants.$inferSelect>,
): void {
  tx.orm
    .insert(sessionParticipants)
    .values(entry)
    .onConflictDoUpdate({
      target: [sessionParticipants.sessionId, sessionParticipants.userId],
      set: change,
    })
    .run();
}

export function updateParticipant(
  tx: Tx,
  sessionId: string,
  userId: string,
  change: Partial<typeof sessionParticipants.$inferSelect>,
): void {
  tx.orm.update(sessionParticipants).set(change).where(part(sessionId, userId)).run();
}

/** Everybody who is still in leaves at this time. */
export function releaseParticipants(tx: Tx, sessionId: string, leftAt: number): void {
  const present = and(eq(sessionParticipants.sessionId, sessionId), isNull(sessionParticipants.leftAt));
  tx.orm.update(sessionParticipants).set({ leftAt }).where(present).run();
}

export function insertEvent(tx: Tx, event: typeof sessionEvents.$inferInsert): void {
  tx.orm.insert(sessionEvents).values(event).run();
}

const finishedOf = (userId: string) =>
  and(
    eq(sessionParticipants.userId, userId),
    isNull(sessionParticipants.hiddenAt),
    isNotNull(sessions.finishedAt),
  );

/** Finished sessions of a user that the user has not deleted. */
export function countFinished(reader: Reader, userId: string): number {
  const row = reader.orm
    .select({ count: sql<number>`count(*)` })
    .from(sessionParticipants)
    .innerJoin(sessions, eq(sessions.id, sessionParticipants.sessionId))
    .where(finishedOf(userId))
    .get();
  return row?.count ?? 0;
}

/** UTC days (days since 1970) on which a session of the user finished, newest first, from `sinceMs` on. */
export function listFinishedDays(reader: Reader, userId: string, sinceMs: number): number[] {
  const day = sql<number>`${sessions.finishedAt} / 86400000`;
  return reader.orm
    .selectDistinct({ day })
    .from(sessionParticipants)
    .innerJoin(sessions, eq(sessions.id, sessionParticipants.sessionId))
    .where(and(finishedOf(userId), sql`${sessions.finishedAt} >= ${sinceMs}`))
    .orderBy(sql`1 DESC`)
    .all()
    .map((row) => row.day);
}
