import { and, asc, desc, eq, gt, inArray, lt, ne, or, type SQL, sql } from 'drizzle-orm';
import { prepared } from '../../../db/client.ts';
import type { Reader, Tx } from '../../../db/types.ts';
import type { PageRequest } from '../../../kernel/paging.ts';
import { type Member, roomParticipants, rooms } from '../tables.ts';
import { isUnfinished } from './rooms.ts';

const at = roomParticipants;
const one = (roomId: string, userId: string) => and(eq(at.roomId, roomId), eq(at.userId, userId));

const byIds = prepared((orm) =>
  orm
    .select()
    .from(at)
    .where(and(eq(at.roomId, sql.placeholder('roomId')), eq(at.userId, sql.placeholder('userId'))))
    .prepare(),
);

/** Somebody's part in a room, past or present. */
export function findMember(reader: Reader, roomId: string, userId: string): Member | null {
  return byIds(reader).get({ roomId, userId }) ?? null;
}

/** Who is in the room or has a seat kept there, by join time; at most the room's seats. */
export function listSeated(reader: Reader, roomId: string, now: number): Member[] {
  return reader.orm
    .select()
    .from(at)
    .where(and(eq(at.roomId, roomId), or(eq(at.isActive, true), gt(at.reservedUntil, now))))
    .orderBy(asc(at.joinedAt), asc(at.userId))
    .all();
}

/** As listSeated, of several rooms at once. */
export function listSeatedOf(reader: Reader, roomIds: readonly string[], now: number): Member[] {
  if (roomIds.length === 0) return [];
  return reader.orm
    .select()
    .from(at)
    .where(and(inArray(at.roomId, [...roomIds]), or(eq(at.isActive, true), gt(at.reservedUntil, now))))
    .all();
}

const shown = prepared((orm) =>
  orm
    .select()
    .from(at)
    .where(and(eq(at.roomId, sql.placeholder('roomId')), ne(at.standing, 'banned')))
    .orderBy(desc(at.isActive), sql`${at.leftAt} IS NOT NULL`, desc(at.leftAt), asc(at.userId))
    .limit(sql.placeholder('limit'))
    .prepare(),
);

/** For the whole state of a room: the active ones and the latest others who were not removed, by join time. */
export function listShown(reader: Reader, roomId: string, limit: number): Member[] {
  const rows = shown(reader).all({ roomId, limit });
  return rows.sort((a, b) => a.joinedAt - b.joinedAt || (a.userId < b.userId ? -1 : 1));
}

export type MemberFilter = { readonly active?: boolean | undefined; readonly removed: boolean };

function afterPosition({ after, sortOrder }: PageRequest): SQL | undefined {
  if (after === null) return undefined;
  const beyond = sortOrder === 'asc' ? gt : lt;
  const value = Number(after.value);
  return or(beyond(at.joinedAt, value), and(eq(at.joinedAt, value), beyond(at.userId, after.id)));
}

/** Participants by (joined_at, user_id); banned ones only, or everybody else. */
export function listMembers(
  reader: Reader,
  roomId: string,
  filter: MemberFilter,
  page: PageRequest,
): Member[] {
  const direction = page.sortOrder === 'asc' ? asc : desc;
  const standing = filter.removed ? eq(at.standing, 'banned') : ne(at.standing, 'banned');
  const active = filter.active === undefined ? undefined : eq(at.isActive, filter.active);
  return reader.orm
    .select()
    .from(at)
    .where(and(eq(at.roomId, roomId), standing, active, afterPosition(page)))
    .orderBy(direction(at.joinedAt), direction(at.userId))
    .limit(page.limit + 1)
    .all();
}

export function insertMember(tx: Tx, member: typeof at.$inferInsert): void {
  tx.orm.insert(at).values(member).run();
}

export function updateMember(tx: Tx, roomId: string, userId: string, change: Partial<Member>): void {
  tx.orm.update(at).set(change).where(one(roomId, userId)).run();
}

/** Clears the ready flags: the lobby is over. */
export function clearReadyFlags(tx: Tx, roomId: string): void {
  tx.orm
    .update(at)
    .set({ isReady: false })
    .where(and(eq(at.roomId, roomId), eq(at.isReady, true)))
    .run();
}

/** The room has ended: nobody is active, nothing reserved. */
export function releaseEverybody(tx: Tx, roomId: string, leftAt: number): void {
  const ofRoom = eq(at.roomId, roomId);
  tx.orm
    .update(at)
    .set({ isActive: false, leftAt })
    .where(and(ofRoom, eq(at.isActive, true)))
    .run();
  tx.orm.update(at).set({ reservedUntil: null }).where(ofRoom).run();
}

/** Everybody who is active in any room. */
export function listActiveEverywhere(reader: Reader): Pick<Member, 'roomId' | 'userId'>[] {
  return reader.orm
    .select({ roomId: at.roomId, userId: at.userId })
    .from(at)
    .where(sql`${at.isActive} = 1`)
    .all();
}

/** Seats that were kept for members who are away at a time. */
export function listReservedAt(reader: Reader, time: number): Member[] {
  return reader.orm.select().from(at).where(gt(at.reservedUntil, time)).all();
}

/** Unfinished rooms that a user takes part in (or once did), last joined first; banned ones left out. */
export function listUnfinishedOf(reader: Reader, userId: string, membersOnly: boolean): Member[] {
  return reader.orm
    .select({ member: at })
    .from(at)
    .innerJoin(rooms, eq(rooms.id, at.roomId))
    .where(
      and(
        eq(at.userId, userId),
        membersOnly ? eq(at.standing, 'member') : ne(at.standing, 'banned'),
        isUnfinished,
      ),
    )
    .orderBy(desc(at.lastJoinedAt), desc(at.roomId))
    .all()
    .map(({ member }) => member);
}
