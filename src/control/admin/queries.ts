import { and, eq, isNull, lt, or, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../db/types.ts';
import { type UserRow, users } from '../accounts/tables.ts';
import { auditLog } from './tables.ts';

export function insertAuditEntry(tx: Tx, row: typeof auditLog.$inferInsert): void {
  tx.orm.insert(auditLog).values(row).run();
}

/** Removes at most `limit` entries from before `before`; gives how many went. */
export function deleteOldEntries(tx: Tx, before: number, limit: number): number {
  const old = tx.orm
    .select({ id: auditLog.id })
    .from(auditLog)
    .where(lt(auditLog.createdAt, before))
    .limit(limit);
  return tx.orm.delete(auditLog).where(sql`${auditLog.id} IN ${old}`).run().changes;
}

/** At most three accounts with this id, email address or username; deleted ones only where asked for. */
export function listNamed(reader: Reader, name: string, withDeleted: boolean): UserRow[] {
  const isNamed = or(
    eq(users.id, name.toLowerCase()),
    eq(users.email, name.toLowerCase()),
    sql`${users.username} = ${name} COLLATE NOCASE`,
  );
  const condition = withDeleted ? isNamed : and(isNamed, isNull(users.deletedAt));
  return reader.orm.select().from(users).where(condition).limit(3).all();
}

/** Administrators who may act: neither banned nor deleted. */
export function countAdmins(reader: Reader): number {
  const row = reader.orm
    .select({ admins: sql<number>`count(*)` })
    .from(users)
    .where(and(eq(users.role, 'admin'), isNull(users.deletedAt), isNull(users.bannedAt)))
    .get();
  return row?.admins ?? 0;
}
