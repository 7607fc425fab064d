import type { Db } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { Clock } from '../../kernel/clock.ts';
import { TokenRevoked, Unauthorized, UserBanned } from '../../kernel/errors.ts';
import type { Callers } from '../../ports/callers.ts';
import { type CallerRow, findCaller, setLastActive } from './queries/users.ts';
import type { Tokens } from './tokens.ts';

const ACTIVITY_RESOLUTION_MS = 5 * 60_000;

/** Throws for an account or login that may not act: deleted, banned, login ended, in this order. */
export function checkCaller(row: CallerRow | null): CallerRow {
  if (row === null || row.deletedAt !== null) throw Unauthorized();
  if (row.bannedAt !== null) throw UserBanned();
  if (row.isLoginAlive === 0) throw TokenRevoked();
  return row;
}

type CallersDeps = { readonly db: Db; readonly tokens: Tokens; readonly clock: Clock };

/** Authenticates bearer tokens: one signature, one look-up. Notes when a user was last active, every 5 minutes. */
export function createCallers({ db, tokens, clock }: CallersDeps): Callers {
  const noting = new Set<string>();
  const noteActivity = (userId: string, now: number) => {
    if (noting.has(userId)) return;
    noting.add(userId);
    write(db, (tx) => setLastActive(tx, userId, now))
      .catch((error: unknown) => db.log.warn({ err: error }, 'last activity was not noted'))
      .finally(() => noting.delete(userId));
  };
  return {
    async authenticate(bearerToken) {
      const { userId, sid } = await tokens.verify('access', bearerToken);
      const row = checkCaller(findCaller(db, userId, sid));
      const now = clock.now();
      if (now - (row.lastActiveAt ?? 0) >= ACTIVITY_RESOLUTION_MS) noteActivity(userId, now);
      return { userId, sid, role: row.role, username: row.username, displayName: row.displayName };
    },
  };
}
