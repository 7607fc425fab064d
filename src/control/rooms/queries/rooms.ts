import { and, eq, isNull, sql } from 'drizzle-orm';
import { prepared } from '../../../db/client.ts';
import type { Reader, Tx } from '../../../db/types.ts';
import { type Room, roomCodes, roomParticipants, rooms } from '../tables.ts';

/** Written out, since the partial indexes do not serve a bound value. */
export const isUnfinished = sql`${rooms.status} <> 'finished'`;

const byId = prepared((orm) =>
  orm
    .select()
    .from(rooms)
    .where(and(eq(rooms.id, sql.placeholder('id')), isNull(rooms.destroyedAt)))
    .prepare(),
);

/** A room; destroyed ones are not found. */
export function findRoom(reader: Reader, id: string): Room | null {
  return byId(reader).get({ id }) ?? null;
}

/** The unfinished room behind an invite code (upper case). */
export function findRoomByCode(reader: Reader, code: string): Room | null {
  return reader.orm.select().from(rooms).where(eq(rooms.roomCode, code)).get() ?? null;
}

/** False for a room that was erased, or never was; destroyed ones are stored. */
export function isRoomStored(reader: Reader, id: string): boolean {
  return reader.orm.select({ id: rooms.id }).from(rooms).where(eq(rooms.id, id)).get() !== undefined;
}

/** What is left to do for a room goes by this, also for one that was destroyed; null when it was erased, or never was. */
export function findRecord(reader: Reader, id: string): Pick<Room, 'sessionId' | 'language'> | null {
  const { sessionId, language } = rooms;
  return reader.orm.select({ sessionId, language }).from(rooms).where(eq(rooms.id, id)).get() ?? null;
}

export function insertRoom(tx: Tx, room: typeof rooms.$inferInsert): void {
  tx.orm.insert(rooms).values(room).run();
}

export function updateRoom(tx: Tx, id: string, change: Partial<Room>): void {
  tx.orm.update(rooms).set(change).where(eq(rooms.id, id)).run();
}

/** Removes a room with its participants and role swaps; its invite code stays taken. */
export function eraseRoom(tx: Tx, id: string): void {
  tx.orm.delete(rooms).where(eq(rooms.id, id)).run();
}

/** Takes a code for good; false when some room ever had it. */
export function takeCode(tx: Tx, code: string, drawnAt: number): boolean {
  return tx.orm.insert(roomCodes).values({ code, drawnAt }).onConflictDoNothing().run().changes === 1;
}

/** Unfinished rooms that a user hosts. */
export function countHostedRooms(reader: Reader, userId: string): number {
  const row = reader.orm
    .select({ count: sql<number>`count(*)` })
    .from(rooms)
    .where(and(eq(rooms.hostId, userId), isUnfinished))
    .get();
  return row?.count ?? 0;
}

/** Whether a problem is the one selected in an unfinished room that the user is a member of. */
export function isProblemSelectedFor(reader: Reader, problemId: string, userId: string): boolean {
  const row = reader.orm
    .select({ id: rooms.id })
    .from(rooms)
    .innerJoin(roomParticipants, eq(roomParticipants.roomId, rooms.id))
    .where(
      and(
        eq(rooms.problemId, problemId),
        isUnfinished,
        eq(roomParticipants.userId, userId),
        eq(roomParticipants.standing, 'member'),
      ),
    )
    .limit(1)
    .get();
  return row !== undefined;
}
