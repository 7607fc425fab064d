import type { Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { ChangePasswordRequest } from '../../../generated/api.ts';
import { invalidFields, TokenRevoked, Unauthorized } from '../../../kernel/errors.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { Caller } from '../../../ports/callers.ts';
import { checkCaller } from '../callers.ts';
import type { AccountsContext } from '../context.ts';
import { InvalidCredentials } from '../errors.ts';
import { userKey } from '../lock-keys.ts';
import { endLogins, findLogin, revokeRefreshTokens } from '../queries/logins.ts';
import { voidResetTokens } from '../queries/resets.ts';
import { findCaller, findUser, setPasswordHash } from '../queries/users.ts';
import { checkPasswordNames } from '../rules/identity.ts';
import { type PreparedTokens, prepareTokens, storeTokens } from '../sessions.ts';
import type { UserRow } from '../tables.ts';

type Signed = Pick<Caller, 'userId' | 'sid'>;

/** Changes the own password, ends all other logins, and gives the refresh token with which this one goes on. */
export async function changePassword(
  ctx: AccountsContext,
  caller: Signed,
  body: ChangePasswordRequest,
  origin: Origin,
): Promise<string> {
  const user = findUser(ctx.db, caller.userId);
  if (user === null) throw Unauthorized();
  checkNewPassword(body, user);
  const end = ctx.secrets.attempts.begin(ctx.db, userKey(ctx.secrets, user.id));
  try {
    const isRight = await ctx.secrets.passwords.verify(user.passwordHash, body.currentPassword);
    if (!isRight) {
      await write(ctx.db, (tx) => countFailure(ctx, tx, user, origin));
      throw InvalidCredentials();
    }
    return await replace(ctx, { user, sid: caller.sid, newPassword: body.newPassword, origin });
  } finally {
    end();
  }
}

function checkNewPassword({ currentPassword, newPassword }: ChangePasswordRequest, user: UserRow): void {
  if (newPassword.normalize('NFC') === currentPassword.normalize('NFC'))
    throw invalidFields({ field: 'newPassword', constraint: 'notCurrentPassword', value: null });
  checkPasswordNames(newPassword, user, 'newPassword');
}

function countFailure(ctx: AccountsContext, tx: Tx, user: UserRow, origin: Origin): void {
  const key = userKey(ctx.secrets, user.id);
  if (!ctx.secrets.attempts.fail(tx, key)) return;
  const lockedForMs = ctx.secrets.attempts.lockedForMs(tx, key);
  ctx.ports.writeAudit(tx, {
    action: 'auth.locked',
    actorId: user.id,
    targetType: 'user',
    targetId: user.id,
    metadata: { operation: 'changePassword', lockedForMs },
    origin,
  });
}

type Replacement = {
  readonly user: UserRow;
  readonly sid: string;
  readonly newPassword: string;
  readonly origin: Origin;
};

async function replace(ctx: AccountsContext, change: Replacement): Promise<string> {
  const passwordHash = await ctx.secrets.passwords.hash(change.newPassword);
  const login = findLogin(ctx.db, change.sid);
  if (login === null) throw TokenRevoked();
  const times = { userId: change.user.id, sid: change.sid, endsAt: login.endsAt };
  const tokens = await prepareTokens(ctx, times, null);
  await write(ctx.db, (tx) => store(ctx, tx, change, { passwordHash, tokens }));
  return tokens.refreshToken;
}

function store(
  ctx: AccountsContext,
  tx: Tx,
  { user, sid, origin }: Replacement,
  { passwordHash, tokens }: { passwordHash: string; tokens: PreparedTokens },
): void {
  const now = ctx.kernel.clock.now();
  const userId = user.id;
  checkCaller(findCaller(tx, userId, sid));
  // Another change or a reset came first: the password that was checked is no longer the current one.
  if (findUser(tx, userId)?.passwordHash !== user.passwordHash) throw InvalidCredentials();
  setPasswordHash(tx, userId, passwordHash);
  const sids = endLogins(tx, userId, { reason: 'password_change', at: now, exceptId: sid });
  revokeRefreshTokens(tx, sid, now);
  storeTokens(tx, tokens);
  voidResetTokens(tx, userId, now);
  ctx.secrets.attempts.clear(tx, [userKey(ctx.secrets, userId)]);
  ctx.ports.writeAudit(tx, {
    action: 'auth.password_change',
    actorId: userId,
    targetType: 'user',
    targetId: userId,
    metadata: { endedLogins: sids.length },
    origin,
  });
  if (sids.length > 0) tx.afterCommit(() => ctx.kernel.events.emit('login.ended', { userId, sids }));
}
