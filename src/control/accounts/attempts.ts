import type { Reader, Tx } from '../../db/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import { TooManyAttempts } from './errors.ts';
import { deleteLockouts, findLockout, saveLockout } from './queries/lockouts.ts';
import { afterFailure, type LockoutPolicy, lockedForMs, mayAttempt } from './rules/lockout.ts';

/** Failed passwords per key (an identifier as typed, or a user), those under way included. */
export type Attempts = {
  /** How long the key is locked, in ms; 0 when it is not. */
  lockedForMs(reader: Reader, key: string): number;
  /**
   * Lets one attempt begin, or throws AUTH_TOO_MANY_ATTEMPTS while the key is locked or as many attempts are under way
   * as may still fail. The result ends the attempt; it must be called whatever comes of it.
   */
  begin(reader: Reader, key: string): () => void;
  /** Counts a failure; true when it began a lock-out. */
  fail(tx: Tx, key: string): boolean;
  clear(tx: Tx, keys: readonly string[]): void;
};

type AttemptsDeps = { readonly clock: Clock; readonly policy: LockoutPolicy };

export function createAttempts({ clock, policy }: AttemptsDeps): Attempts {
  const pending = new Map<string, number>();
  const end = (key: string) => {
    const left = (pending.get(key) ?? 1) - 1;
    if (left === 0) pending.delete(key);
    else pending.set(key, left);
  };
  return {
    lockedForMs: (reader, key) => lockedForMs(findLockout(reader, key), clock.now()),
    begin: (reader, key) => {
      const now = clock.now();
      const state = findLockout(reader, key);
      const lockedMs = lockedForMs(state, now);
      if (lockedMs > 0)
        throw TooManyAttempts(undefined, { retryAfterSeconds: Math.max(1, Math.ceil(lockedMs / 1000)) });
      const underWay = pending.get(key) ?? 0;
      if (!mayAttempt(state, policy, now, underWay))
        throw TooManyAttempts(undefined, { retryAfterSeconds: 1 });
      pending.set(key, underWay + 1);
      let hasEnded = false;
      return () => {
        if (!hasEnded) end(key);
        hasEnded = true;
      };
    },
    fail: (tx, key) => {
      const { state, hasLocked } = afterFailure(findLockout(tx, key), policy, clock.now());
      saveLockout(tx, key, state);
      return hasLocked;
    },
    clear: (tx, keys) => deleteLockouts(tx, keys),
  };
}
