import type { Reader } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { UserRole } from '../../../generated/api.ts';
import type { Origin } from '../../../ports/audit.ts';
import {
  checkNamesFree,
  checkNewAccount,
  findUser,
  findWaitingMail,
  insertUser,
  type NewAccount,
  UserNotFound,
  type UserRow,
} from '../../accounts/index.ts';
import type { AdminDeps } from '../deps.ts';
import { AmbiguousUser } from '../errors.ts';
import { listNamed } from '../queries.ts';

/**
 * Finds the account that an operator names by id, email address or username; null without one. Throws AmbiguousUser
 * when several fit, which deleted accounts (looked at with withDeleted only) can bring about.
 */
export function findUserByName(
  reader: Reader,
  name: string,
  { withDeleted = false }: { withDeleted?: boolean } = {},
): UserRow | null {
  const found = listNamed(reader, name.normalize('NFC').trim(), withDeleted);
  if (found.length > 1)
    throw new AmbiguousUser(
      name,
      found.map(({ id }) => id),
    );
  return found[0] ?? null;
}

export type AccountOrder = NewAccount & { readonly password: string; readonly role: UserRole };

/**
 * Makes an account for the operator, closed registration or not. Throws VALIDATION_FAILED, AUTH_EMAIL_TAKEN,
 * AUTH_USERNAME_TAKEN.
 */
export async function createAccount(
  deps: AdminDeps,
  { password, role, ...names }: AccountOrder,
  origin: Origin,
): Promise<UserRow> {
  const { db, kernel, writeAudit } = deps;
  const account = checkNewAccount(names, password);
  checkNamesFree(db, account);
  const passwordHash = await deps.hashPassword(password);
  return write(db, (tx): UserRow => {
    checkNamesFree(tx, account);
    const id = kernel.ids.next();
    const now = kernel.clock.now();
    insertUser(tx, { id, ...account, role, passwordHash, createdAt: now, updatedAt: now });
    writeAudit(tx, {
      action: 'cli.user.create',
      actorId: null,
      targetType: 'user',
      targetId: id,
      metadata: { role },
      origin,
    });
    const user = findUser(tx, id);
    if (user === null) throw new Error('the account that was just stored is not there');
    return user;
  });
}

export type ResetLink = { readonly link: string; readonly expiresAt: number };

/** The newest reset link that waits in the outbox for a user; null without one. Each look is audited. */
export async function readResetLink(
  deps: AdminDeps,
  userId: string,
  origin: Origin,
): Promise<ResetLink | null> {
  return write(deps.db, (tx): ResetLink | null => {
    const user = findUser(tx, userId);
    if (user === null || user.deletedAt !== null) throw UserNotFound();
    const mail = findWaitingMail(tx, userId, deps.kernel.clock.now());
    if (mail?.link == null) return null;
    deps.writeAudit(tx, {
      action: 'cli.user.reset_link',
      actorId: null,
      targetType: 'user',
      targetId: userId,
      origin,
    });
    return { link: mail.link, expiresAt: mail.expiresAt };
  });
}
