import { and, eq, isNotNull, lte, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../../db/types.ts';
import { type Room, roomClock, rooms } from '../tables.ts';
import { isUnfinished } from './rooms.ts';

function idsWhere(reader: Reader, ...conditions: Parameters<typeof and>): string[] {
  return reader.orm
    .select({ id: rooms.id })
    .from(rooms)
    .where(and(...conditions))
    .all()
    .map(({ id }) => id);
}

/** Rooms whose running timer has reached the limit. */
export function listAtTimeLimit(reader: Reader, now: number): string[] {
  const elapsed = sql`${rooms.accumulatedMs} + ${now} - ${rooms.runningSince}`;
  return idsWhere(
    reader,
    isUnfinished,
    eq(rooms.status, 'coding'),
    isNotNull(rooms.runningSince),
    sql`${elapsed} >= ${rooms.maxDurationMin} * 60000`,
  );
}

/** When the next running timer reaches its limit; null while none runs. */
export function findNextLimit(reader: Reader): number | null {
  const limit = sql<
    number | null
  >`min(${rooms.runningSince} + ${rooms.maxDurationMin} * 60000 - ${rooms.accumulatedMs})`;
  const running = and(isUnfinished, eq(rooms.status, 'coding'), isNotNull(rooms.runningSince));
  return reader.orm.select({ limit }).from(rooms).where(running).get()?.limit ?? null;
}

/** Rooms whose absent host has been away for long enough to be replaced. */
export function listWithLostHost(reader: Reader, now: number): string[] {
  return idsWhere(reader, isUnfinished, lte(rooms.hostAwayUntil, now), sql`${rooms.idleSince} IS NULL`);
}

/** Rooms in which nobody has been active since `since` or longer. */
export function listIdleSince(reader: Reader, since: number): string[] {
  return idsWhere(reader, isUnfinished, lte(rooms.idleSince, since));
}

/** Rooms created at `createdBefore` or earlier. */
export function listOlderThan(reader: Reader, createdBefore: number): string[] {
  return idsWhere(reader, isUnfinished, lte(rooms.createdAt, createdBefore));
}

/** As listOlderThan, those not yet warned of their end. */
export function listToWarn(reader: Reader, createdBefore: number): string[] {
  return idsWhere(reader, isUnfinished, lte(rooms.createdAt, createdBefore), eq(rooms.closingWarned, false));
}

export function listUnfinishedRooms(reader: Reader): Room[] {
  return reader.orm.select().from(rooms).where(isUnfinished).all();
}

export function isAnyRoomUnfinished(reader: Reader): boolean {
  return reader.orm.select({ id: rooms.id }).from(rooms).where(isUnfinished).limit(1).get() !== undefined;
}

/** When the server was last known to run; null for a new installation. */
export function findLastTick(reader: Reader): number | null {
  return reader.orm.select().from(roomClock).get()?.tickedAt ?? null;
}

export function storeTick(tx: Tx, tickedAt: number): void {
  tx.orm
    .insert(roomClock)
    .values({ id: 1, tickedAt })
    .onConflictDoUpdate({ target: roomClock.id, set: { tickedAt } })
    .run();
}
