/** Failed passwords of one identifier or user; times in ms. */
export type Lockout = {
  /** Since firstFailureAt; 0 right after a lock-out began. */
  readonly failures: number;
  readonly firstFailureAt: number;
  readonly lastFailureAt: number;
  readonly lockedUntil: number | null;
  /** Lock-outs in a row, the present one included. */
  readonly locks: number;
};

export type LockoutPolicy = {
  /** Failures in a row that lock; 0 switches lock-outs off. */
  readonly limit: number;
  /** Time within which failures count together. */
  readonly windowMs: number;
  /** First lock-out; each further one lasts twice as long, up to maxMs. */
  readonly lockoutMs: number;
  readonly maxMs: number;
  /** Time without a failure after which lock-outs are forgotten. */
  readonly forgetMs: number;
};

/** How long the identifier is still locked; 0 when it is not. */
export function lockedForMs(state: Lockout | null, now: number): number {
  return Math.max(0, (state?.lockedUntil ?? 0) - now);
}

function isForgotten(state: Lockout, policy: LockoutPolicy, now: number): boolean {
  return lockedForMs(state, now) === 0 && now - state.lastFailureAt >= policy.forgetMs;
}

/** Failures that count towards the next lock-out. */
export function countFailures(state: Lockout | null, policy: LockoutPolicy, now: number): number {
  if (state === null || isForgotten(state, policy, now)) return 0;
  return now - state.firstFailureAt >= policy.windowMs ? 0 : state.failures;
}

/** Whether another attempt may begin while `pending` others are under way: each of those may still fail. */
export function mayAttempt(
  state: Lockout | null,
  policy: LockoutPolicy,
  now: number,
  pending: number,
): boolean {
  return policy.limit === 0 || countFailures(state, policy, now) + pending < policy.limit;
}

/** The state after one more failure, and whether it began a lock-out. */
export function afterFailure(
  state: Lockout | null,
  policy: LockoutPolicy,
  now: number,
): { readonly state: Lockout; readonly hasLocked: boolean } {
  const failures = countFailures(state, policy, now) + 1;
  const known = state !== null && !isForgotten(state, policy, now) ? state : null;
  const locks = known?.locks ?? 0;
  const counted: Lockout = {
    failures,
    firstFailureAt: failures === 1 ? now : (known?.firstFailureAt ?? now),
    lastFailureAt: now,
    lockedUntil: known?.lockedUntil ?? null,
    locks,
  };
  if (policy.limit === 0 || failures < policy.limit) return { state: counted, hasLocked: false };
  const lengthMs = Math.min(policy.lockoutMs * 2 ** Math.min(locks, 40), policy.maxMs);
  return {
    state: { ...counted, failures: 0, lockedUntil: now + lengthMs, locks: locks + 1 },
    hasLocked: true,
  };
}
