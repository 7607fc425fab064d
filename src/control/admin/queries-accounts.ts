import { and, asc, count, eq, gt, isNotNull, isNull, ne, or, type SQL, sql } from 'drizzle-orm';
import type { Reader } from '../../db/types.ts';
import type { UserRole } from '../../generated/api.ts';
import type { PageRequest } from '../../kernel/paging.ts';
import { logins, type UserRow, users } from '../accounts/tables.ts';
import { roomParticipants, rooms } from '../rooms/tables.ts';
import { submissions } from '../submissions/tables.ts';

/** Which accounts are listed; deleted ones never are. */
export type AccountFilter = {
  readonly role: UserRole | null;
  readonly banned: boolean | null;
  /** A part of email, username or display name, ASCII letters without regard to case. */
  readonly search: string | null;
};

/** By it and the id accounts are ordered. */
export const accountSortKey = (user: Pick<UserRow, 'username'>) => user.username.toLowerCase();

const sortKey = sql<string>`lower(${users.username})`;

function contains(search: string): SQL | undefined {
  const wanted = search.toLowerCase();
  const columns = [users.email, users.username, users.displayName];
  return or(...columns.map((column) => sql`instr(lower(${column}), lower(${wanted})) > 0`));
}

function matches({ role, banned, search }: AccountFilter): SQL | undefined {
  return and(
    isNull(users.deletedAt),
    role === null ? undefined : eq(users.role, role),
    banned === null ? undefined : banned ? isNotNull(users.bannedAt) : isNull(users.bannedAt),
    search === null ? undefined : contains(search),
  );
}

/** Accounts in alphabetical order of their usernames, one more than the page holds. */
export function listAccounts(
  reader: Reader,
  filter: AccountFilter,
  { limit, after }: PageRequest,
): UserRow[] {
  const isAfter =
    after === null
      ? undefined
      : or(gt(sortKey, after.value), and(eq(sortKey, after.value), gt(users.id, after.id)));
  return reader.orm
    .select()
    .from(users)
    .where(and(matches(filter), isAfter))
    .orderBy(asc(sortKey), asc(users.id))
    .limit(limit + 1)
    .all();
}

/** How many accounts a filter lets through. */
export function countAccounts(reader: Reader, filter: AccountFilter): number {
  return reader.orm.select({ accounts: count() }).from(users).where(matches(filter)).get()?.accounts ?? 0;
}

/** Logins of a user that have not ended at `now`, newest first, at most 100. */
export function listLiveLogins(reader: Reader, userId: string, now: number) {
  const { createdAt, expiresAt } = logins;
  return reader.orm
    .select({ createdAt, expiresAt })
    .from(logins)
    .where(and(eq(logins.userId, userId), isNull(logins.endedAt), gt(expiresAt, now)))
    .orderBy(sql`${createdAt} DESC`)
    .limit(100)
    .all();
}

/** Unfinished rooms that a user hosts or belongs to, at most 100. */
export function listRoomsOf(reader: Reader, userId: string) {
  const at = roomParticipants;
  const isMember = and(eq(at.roomId, rooms.id), eq(at.userId, userId), eq(at.standing, 'member'));
  return reader.orm
    .select({
      roomId: rooms.id,
      name: rooms.name,
      status: rooms.status,
      isHost: sql<boolean>`${rooms.hostId} = ${userId}`.mapWith(Boolean),
      role: at.role,
      isPresent: sql<boolean>`coalesce(${at.isActive}, 0)`.mapWith(Boolean),
    })
    .from(rooms)
    .leftJoin(at, isMember)
    .where(and(ne(rooms.status, 'finished'), or(eq(rooms.hostId, userId), isNotNull(at.userId))))
    .limit(100)
    .all();
}

export function countSubmissions(reader: Reader, userId: string): number {
  const own = eq(submissions.userId, userId);
  return reader.orm.select({ submissions: count() }).from(submissions).where(own).get()?.submissions ?? 0;
}
