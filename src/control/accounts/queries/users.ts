import { and, eq, isNull, ne, sql } from 'drizzle-orm';
import { isOneOf, prepared, statement } from '../../../db/client.ts';
import type { Reader, Tx } from '../../../db/types.ts';
import type { UserRole } from '../../../generated/api.ts';
import { type UserRow, users } from '../tables.ts';

const isLive = isNull(users.deletedAt);
/** Uses the index over usernames without regard to case. */
const isUsername = (username: string) => sql`${users.username} = ${username} COLLATE NOCASE`;

const byId = prepared((orm) =>
  orm
    .select()
    .from(users)
    .where(eq(users.id, sql.placeholder('id')))
    .prepare(),
);

/** Deleted and banned accounts too. */
export function findUser(reader: Reader, id: string): UserRow | null {
  return byId(reader).get({ id }) ?? null;
}

const namesOf = prepared((orm) => {
  const { id, username, displayName, avatarKey, deletedAt } = users;
  return orm
    .select({ id, username, displayName, avatarKey, deletedAt })
    .from(users)
    .where(isOneOf(id, 'ids'))
    .prepare();
});

/** Names of users by id, of deleted ones too; ids that are not there are left out. */
export function findNames(reader: Reader, ids: readonly string[]) {
  return ids.length === 0 ? [] : namesOf(reader).all({ ids: JSON.stringify(ids) });
}

export function findByEmail(reader: Reader, email: string): UserRow | null {
  return (
    reader.orm
      .select()
      .from(users)
      .where(and(eq(users.email, email), isLive))
      .get() ?? null
  );
}

export function findByUsername(reader: Reader, username: string): UserRow | null {
  return (
    reader.orm
      .select()
      .from(users)
      .where(and(isUsername(username), isLive))
      .get() ?? null
  );
}

/** Whether another account that is not deleted has the email address. */
export function isEmailTaken(reader: Reader, email: string): boolean {
  return findByEmail(reader, email) !== null;
}

/** Whether another account than `exceptId` that is not deleted has the username. */
export function isUsernameTaken(reader: Reader, username: string, exceptId = ''): boolean {
  const condition = and(isUsername(username), isLive, ne(users.id, exceptId));
  return reader.orm.select({ id: users.id }).from(users).where(condition).get() !== undefined;
}

export function insertUser(tx: Tx, row: typeof users.$inferInsert): void {
  tx.orm.insert(users).values(row).run();
}

type ProfileChanges = Partial<Pick<UserRow, 'username' | 'displayName' | 'bio' | 'avatarKey'>>;
export function updateProfile(tx: Tx, id: string, changes: ProfileChanges & { updatedAt: number }): void {
  tx.orm.update(users).set(changes).where(eq(users.id, id)).run();
}

export function setPasswordHash(tx: Tx, id: string, passwordHash: string): void {
  tx.orm.update(users).set({ passwordHash }).where(eq(users.id, id)).run();
}

export function setLastLogin(tx: Tx, id: string, at: number): void {
  tx.orm.update(users).set({ lastLoginAt: at, lastActiveAt: at }).where(eq(users.id, id)).run();
}

export function setLastActive(tx: Tx, id: string, at: number): void {
  tx.orm.update(users).set({ lastActiveAt: at }).where(eq(users.id, id)).run();
}

type Ban = Pick<UserRow, 'bannedAt' | 'bannedReason' | 'bannedBy'>;
export function setBan(tx: Tx, id: string, ban: Ban): void {
  tx.orm.update(users).set(ban).where(eq(users.id, id)).run();
}

/** What every bearer request needs of user and login, in one look-up. */
export type CallerRow = {
  readonly id: string;
  readonly role: UserRole;
  readonly username: string;
  readonly displayName: string | null;
  readonly lastActiveAt: number | null;
  readonly bannedAt: number | null;
  readonly deletedAt: number | null;
  /** 1 for a login of this user that has not ended. */
  readonly isLoginAlive: 0 | 1;
};

const callerStatement = statement<[sid: string, userId: string], CallerRow>(`
  SELECT u.id, u.role, u.username, u.display_name AS displayName, u.last_active_at AS lastActiveAt,
    u.banned_at AS bannedAt, u.deleted_at AS deletedAt,
    l.id IS NOT NULL AND l.ended_at IS NULL AS isLoginAlive
  FROM users u LEFT JOIN logins l ON l.id = ? AND l.user_id = u.id
  WHERE u.id = ?`);

export function findCaller(reader: Reader, userId: string, sid: string): CallerRow | null {
  return callerStatement(reader).get(sid, userId) ?? null;
}
