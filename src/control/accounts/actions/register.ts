import type { Reader } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { RegisterRequest } from '../../../generated/api.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { AccountsContext } from '../context.ts';
import { EmailTaken, RegistrationDisabled, UsernameTaken } from '../errors.ts';
import { showProfile } from '../profile.ts';
import { findUser, insertUser, isEmailTaken, isUsernameTaken } from '../queries/users.ts';
import { type AccountNames, checkPasswordNames, isReservedUsername } from '../rules/identity.ts';
import { prepareLogin, type SignedIn, storeLogin } from '../sessions.ts';

/** Throws AUTH_EMAIL_TAKEN, then AUTH_USERNAME_TAKEN, when an account that is not deleted has the name. */
export function checkNamesFree(reader: Reader, { email, username }: AccountNames): void {
  if (isEmailTaken(reader, email)) throw EmailTaken();
  if (isReservedUsername(username) || isUsernameTaken(reader, username)) throw UsernameTaken();
}

/** Makes an account of role user and signs it in. */
export async function register(
  ctx: AccountsContext,
  { username, email, password }: RegisterRequest,
  origin: Origin,
): Promise<SignedIn> {
  checkPasswordNames(password, { username, email }, 'password');
  if (ctx.config['auth.registration'] === 'closed') throw RegistrationDisabled();
  checkNamesFree(ctx.db, { username, email });
  const passwordHash = await ctx.secrets.passwords.hash(password);
  const id = ctx.kernel.ids.next();
  const login = await prepareLogin(ctx, id);
  const user = await write(ctx.db, (tx) => {
    checkNamesFree(tx, { username, email });
    const now = login.createdAt;
    const times = { createdAt: now, updatedAt: now, lastLoginAt: now, lastActiveAt: now };
    insertUser(tx, { id, email, username, passwordHash, ...times });
    storeLogin(tx, login);
    ctx.ports.writeAudit(tx, {
      action: 'auth.register',
      actorId: id,
      targetType: 'user',
      targetId: id,
      origin,
    });
    return findUser(tx, id);
  });
  if (user === null) throw new Error('the account that was just stored is not there');
  const { accessToken, refreshToken } = login.tokens;
  return { user: showProfile(ctx, ctx.db, user), accessToken, refreshToken };
}
