import { and, asc, desc, eq, gt, inArray, lt, ne, notInArray, or, type SQL, sql } from 'drizzle-orm';
import type { Reader } from '../../../db/types.ts';
import type { RoomMode, RoomStatus, SupportedLanguage } from '../../../generated/api.ts';
import type { PageRequest } from '../../../kernel/paging.ts';
import { type Room, roomParticipants, rooms } from '../tables.ts';
import { isUnfinished } from './rooms.ts';

export type RoomFilter = {
  readonly userId: string;
  readonly scope: 'joined' | 'hosted' | 'open';
  readonly status?: RoomStatus | undefined;
  readonly mode?: RoomMode | undefined;
  readonly language?: SupportedLanguage | undefined;
  readonly sortBy: 'createdAt' | 'status';
};

/** Place of a phase in the life of a room. */
const phaseRank = sql<number>`CASE ${rooms.status} WHEN 'waiting' THEN 0 WHEN 'warmup' THEN 1
  WHEN 'coding' THEN 2 WHEN 'wrapup' THEN 3 ELSE 4 END`;

const sortColumns = { createdAt: sql<number>`${rooms.createdAt}`, status: phaseRank };

function roomsOf(reader: Reader, userId: string, standing?: SQL) {
  const at = roomParticipants;
  return reader.orm
    .select({ roomId: at.roomId })
    .from(at)
    .where(and(eq(at.userId, userId), standing));
}

/** Public, unfinished, with a free seat, and nothing to do with the user yet. */
function isOpenTo(reader: Reader, userId: string, now: number): SQL | undefined {
  const at = roomParticipants;
  const seats = reader.orm
    .select({ count: sql`count(*)` })
    .from(at)
    .where(and(eq(at.roomId, rooms.id), or(eq(at.isActive, true), gt(at.reservedUntil, now))));
  return and(
    isUnfinished,
    eq(rooms.isPrivate, false),
    sql`(${seats}) < ${rooms.maxParticipants}`,
    notInArray(rooms.id, roomsOf(reader, userId)),
  );
}

function inScope(reader: Reader, { scope, userId }: RoomFilter, now: number): SQL | undefined {
  if (scope === 'open') return isOpenTo(reader, userId, now);
  const isIn = inArray(rooms.id, roomsOf(reader, userId, ne(roomParticipants.standing, 'banned')));
  return scope === 'hosted' ? and(isIn, eq(rooms.hostId, userId)) : isIn;
}

/** Rooms of a scope in the order (sort value, id); destroyed ones never. */
export function listRooms(
  reader: Reader,
  filter: RoomFilter,
  page: PageRequest,
  now: number,
): (Room & { sortValue: number })[] {
  const sortValue = sortColumns[filter.sortBy];
  const direction = page.sortOrder === 'asc' ? asc : desc;
  const beyond = page.sortOrder === 'asc' ? gt : lt;
  const { after } = page;
  const position =
    after === null
      ? undefined
      : or(beyond(sortValue, after.value), and(eq(sortValue, after.value), beyond(rooms.id, after.id)));
  return reader.orm
    .select({ room: rooms, sortValue })
    .from(rooms)
    .where(
      and(
        sql`${rooms.destroyedAt} IS NULL`,
        inScope(reader, filter, now),
        filter.status === undefined ? undefined : eq(rooms.status, filter.status),
        filter.mode === undefined ? undefined : eq(rooms.mode, filter.mode),
        filter.language === undefined ? undefined : eq(rooms.language, filter.language),
        position,
      ),
    )
    .orderBy(direction(sortValue), direction(rooms.id))
    .limit(page.limit + 1)
    .all()
    .map(({ room, sortValue }) => ({ ...room, sortValue }));
}
