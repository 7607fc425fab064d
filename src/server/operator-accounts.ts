import { z } from 'zod';
import {
  AmbiguousUser,
  banUser,
  createAccount,
  findUserByName,
  logoutUser,
  readResetLink,
  unbanUser,
} from '../control/admin/index.ts';
import type { Reader } from '../db/types.ts';
import { isoTime } from '../kernel/clock.ts';
import { defineError } from '../kernel/errors.ts';
import { command, generatePassword, type OperatorCommand, type OperatorDeps } from './operator-command.ts';

const UserUnknown = defineError('USER_NOT_FOUND', 404, 'There is no such user');
const UserAmbiguous = defineError('USER_AMBIGUOUS', 409, 'That fits several accounts; name one by its id');
const NoResetLink = defineError(
  'RESET_LINK_NOT_FOUND',
  404,
  'No reset link is waiting for this user: it was never asked for, used, or has expired. The user asks for one at sign-in',
);

const naming = { user: z.string().min(1).max(254) };

/** The account that an operator means; throws USER_NOT_FOUND, USER_AMBIGUOUS. */
export function getUserNamed(reader: Reader, name: string) {
  try {
    const user = findUserByName(reader, name);
    if (user === null) throw UserUnknown({ user: name }, { message: `There is no user ${name}` });
    return user;
  } catch (error) {
    if (error instanceof AmbiguousUser) throw UserAmbiguous({ userIds: error.userIds });
    throw error;
  }
}

const userNamed = ({ control }: OperatorDeps, name: string) => getUserNamed(control.core.db, name);

/** Commands on accounts. */
export const accountCommands: Readonly<Record<string, OperatorCommand>> = {
  'admin.create': command(
    z.strictObject({
      email: z.string(),
      username: z.string(),
      displayName: z.string().nullable(),
      password: z.string().nullable(),
      role: z.enum(['user', 'admin']),
    }),
    async ({ control, kernel }, { password, ...order }, origin) => {
      const given = password ?? generatePassword(kernel.random);
      const user = await createAccount(control.admin, { ...order, password: given }, origin);
      const { id, email, username, role } = user;
      return { id, email, username, role, generatedPassword: password === null ? given : null };
    },
  ),
  'admin.ban': command(
    z.strictObject({ ...naming, reason: z.string().max(500).nullable() }),
    async (deps, args, origin) => {
      const { id: userId, username } = userNamed(deps, args.user);
      const outcome = await banUser(deps.control.admin, { userId, actorId: null, origin }, args.reason);
      return { userId, username, ...outcome };
    },
  ),
  'admin.unban': command(z.strictObject(naming), async (deps, args, origin) => {
    const { id: userId, username } = userNamed(deps, args.user);
    return { userId, username, ...(await unbanUser(deps.control.admin, { userId, actorId: null, origin })) };
  }),
  'admin.logout': command(z.strictObject(naming), async (deps, args, origin) => {
    const { id: userId, username } = userNamed(deps, args.user);
    return { userId, username, ...(await logoutUser(deps.control.admin, { userId, actorId: null, origin })) };
  }),
  'admin.resetLink': command(z.strictObject(naming), async (deps, args, origin) => {
    const { id: userId, username } = userNamed(deps, args.user);
    const waiting = await readResetLink(deps.control.admin, userId, origin);
    if (waiting === null) throw NoResetLink();
    return { userId, username, link: waiting.link, expiresAt: isoTime(waiting.expiresAt) };
  }),
};
