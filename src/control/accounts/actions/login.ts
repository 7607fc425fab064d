import type { Tx } from '../../../db/types.ts';
import { write } from '../../../db/write.ts';
import type { LoginRequest } from '../../../generated/api.ts';
import { UserBanned } from '../../../kernel/errors.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { AccountsContext } from '../context.ts';
import { InvalidCredentials } from '../errors.ts';
import { browserKey, identifierKey } from '../lock-keys.ts';
import { showProfile } from '../profile.ts';
import { findByEmail, findByUsername, findUser, setLastLogin, setPasswordHash } from '../queries/users.ts';
import { isEmailIdentifier, normaliseIdentifier } from '../rules/identity.ts';
import { isLiveCookie, type PreparedLogin, prepareLogin, type SignedIn, storeLogin } from '../sessions.ts';
import type { UserRow } from '../tables.ts';

type Request = {
  readonly origin: Origin;
  /** The refresh cookie that came along; it lets the owner in while strangers have locked the identifier. */
  readonly refreshCookie: string | null;
};

/** One attempt: what was typed (normalised), the account behind it, and under which key a failure counts. */
type Attempt = {
  readonly identifier: string;
  readonly user: UserRow | null;
  readonly key: string;
  readonly origin: Origin;
};

/** Signs in by email or username. Takes as long for accounts that do not exist. */
export async function login(ctx: AccountsContext, body: LoginRequest, request: Request): Promise<SignedIn> {
  const identifier = normaliseIdentifier(body.identifier);
  const user = isEmailIdentifier(identifier)
    ? findByEmail(ctx.db, identifier)
    : findByUsername(ctx.db, identifier);
  const key = await chooseKey(ctx, identifier, user, request.refreshCookie);
  const attempt: Attempt = { identifier, user, key, origin: request.origin };
  const end = ctx.secrets.attempts.begin(ctx.db, key);
  try {
    const isRight = await ctx.secrets.passwords.verify(user?.passwordHash ?? null, body.password);
    if (user === null || !isRight) {
      await write(ctx.db, (tx) => countFailure(ctx, tx, attempt));
      throw InvalidCredentials();
    }
    return await signIn(ctx, { ...attempt, user }, body.password);
  } finally {
    end();
  }
}

async function chooseKey(
  ctx: AccountsContext,
  identifier: string,
  user: UserRow | null,
  cookie: string | null,
): Promise<string> {
  const key = identifierKey(ctx.secrets, identifier);
  const isLocked = ctx.secrets.attempts.lockedForMs(ctx.db, key) > 0;
  if (!isLocked || user === null || cookie === null) return key;
  return (await isLiveCookie(ctx, cookie, user.id)) ? browserKey(ctx.secrets, user.id) : key;
}

function auditFailure(ctx: AccountsContext, tx: Tx, attempt: Attempt, more: Record<string, unknown>): void {
  ctx.ports.writeAudit(tx, {
    action: 'auth.login_failed',
    actorId: null,
    targetType: 'user',
    targetId: attempt.user?.id ?? 'unknown',
    metadata: { identifierHash: ctx.secrets.hashIdentifier(attempt.identifier), ...more },
    origin: attempt.origin,
  });
}

function countFailure(ctx: AccountsContext, tx: Tx, attempt: Attempt): void {
  const hasLocked = ctx.secrets.attempts.fail(tx, attempt.key);
  auditFailure(ctx, tx, attempt, { reason: 'credentials' });
  if (!hasLocked) return;
  const lockedForMs = ctx.secrets.attempts.lockedForMs(tx, attempt.key);
  ctx.ports.writeAudit(tx, {
    action: 'auth.locked',
    actorId: null,
    targetType: 'user',
    targetId: attempt.user?.id ?? 'unknown',
    metadata: { identifierHash: ctx.secrets.hashIdentifier(attempt.identifier), lockedForMs },
    origin: attempt.origin,
  });
}

/** The password was right; what has changed while it was being checked decides once more. */
async function signIn(
  ctx: AccountsContext,
  attempt: Attempt & { readonly user: UserRow },
  password: string,
): Promise<SignedIn> {
  const { passwordHash } = attempt.user;
  const isOutdated = passwordHash !== null && ctx.secrets.passwords.isOutdated(passwordHash);
  const newHash = isOutdated ? await ctx.secrets.passwords.hash(password) : null;
  const prepared = await prepareLogin(ctx, attempt.user.id);
  const outcome = await write(ctx.db, (tx) => admit(ctx, tx, attempt, { newHash, prepared }));
  if (outcome === 'changed') throw InvalidCredentials();
  if (outcome === 'banned') throw UserBanned();
  const { accessToken, refreshToken } = prepared.tokens;
  return { user: showProfile(ctx, ctx.db, outcome), accessToken, refreshToken };
}

function admit(
  ctx: AccountsContext,
  tx: Tx,
  attempt: Attempt & { readonly user: UserRow },
  { newHash, prepared }: { newHash: string | null; prepared: PreparedLogin },
): UserRow | 'changed' | 'banned' {
  const user = findUser(tx, attempt.user.id);
  if (user === null || user.deletedAt !== null || user.passwordHash !== attempt.user.passwordHash)
    return 'changed';
  const { secrets, ports } = ctx;
  secrets.attempts.clear(tx, [identifierKey(secrets, attempt.identifier), browserKey(secrets, user.id)]);
  if (user.bannedAt !== null) {
    auditFailure(ctx, tx, attempt, { reason: 'banned' });
    return 'banned';
  }
  if (newHash !== null) setPasswordHash(tx, user.id, newHash);
  setLastLogin(tx, user.id, prepared.createdAt);
  storeLogin(tx, prepared);
  ports.writeAudit(tx, {
    action: 'auth.login',
    actorId: user.id,
    targetType: 'user',
    targetId: user.id,
    origin: attempt.origin,
  });
  return user;
}
