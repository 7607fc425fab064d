import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterFailure, type Lockout, type LockoutPolicy, lockedForMs, mayAttempt } from './lockout.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const policy: LockoutPolicy = {
  limit: 10,
  windowMs: 15 * MINUTE,
  lockoutMs: 15 * MINUTE,
  maxMs: 24 * HOUR,
  forgetMs: 24 * HOUR,
};

/** Fails `times` at once from `now` on; gives the state. */
function fail(state: Lockout | null, now: number, times: number): Lockout | null {
  let at = state;
  for (let index = 0; index < times; index++) at = afterFailure(at, policy, now).state;
  return at;
}

describe('lock-out after failed passwords [S4]', () => {
  it('begins with the tenth failure, not before, and lasts 15 minutes', () => {
    const nine = fail(null, 0, 9);
    expect(lockedForMs(nine, 0)).toBe(0);
    const { state, hasLocked } = afterFailure(nine, policy, 1000);
    expect(hasLocked).toBe(true);
    expect(lockedForMs(state, 1000)).toBe(15 * MINUTE);
    expect(lockedForMs(state, 1000 + 15 * MINUTE)).toBe(0);
  });

  it('counts only failures of the same 15 minutes together', () => {
    const nine = fail(null, 0, 9);
    expect(lockedForMs(fail(nine, 15 * MINUTE, 1), 15 * MINUTE)).toBe(0);
    expect(lockedForMs(fail(nine, 15 * MINUTE - 1, 1), 15 * MINUTE)).toBeGreaterThan(0);
  });

  it('doubles with each repetition up to 24 hours', () => {
    let state: Lockout | null = null;
    let now = 0;
    const lengths: number[] = [];
    for (let round = 0; round < 9; round++) {
      state = fail(state, now, 10);
      lengths.push(lockedForMs(state, now) / MINUTE);
      now += lockedForMs(state, now);
    }
    expect(lengths).toEqual([15, 30, 60, 120, 240, 480, 960, 1440, 15]);
  });

  it('is forgotten after 24 hours without a failure', () => {
    const locked = fail(null, 0, 10);
    expect(lockedForMs(fail(locked, 24 * HOUR - 1, 10), 24 * HOUR - 1)).toBe(30 * MINUTE);
    expect(lockedForMs(fail(locked, 24 * HOUR, 10), 24 * HOUR)).toBe(15 * MINUTE);
  });

  it('lets no attempt begin that could be one failure too many with those under way', () => {
    expect(mayAttempt(fail(null, 0, 9), policy, 0, 0)).toBe(true);
    expect(mayAttempt(fail(null, 0, 9), policy, 0, 1)).toBe(false);
    expect(mayAttempt(null, policy, 0, 9)).toBe(true);
    expect(mayAttempt(null, policy, 0, 10)).toBe(false);
  });

  it('never happens when switched off', () => {
    let state: Lockout | null = null;
    for (let index = 0; index < 50; index++)
      state = afterFailure(state, { ...policy, limit: 0 }, index).state;
    expect(lockedForMs(state, 50)).toBe(0);
    expect(mayAttempt(state, { ...policy, limit: 0 }, 50, 100)).toBe(true);
  });

  it('bounds the guesses of any window, and keeps every length a doubling of the first, whatever the rhythm (property)', () => {
    const pauses = fc.array(
      fc.oneof(fc.integer({ min: 0, max: MINUTE }), fc.integer({ min: 0, max: 30 * HOUR })),
      { maxLength: 300 },
    );
    fc.assert(
      fc.property(pauses, (steps) => {
        let state: Lockout | null = null;
        let now = 0;
        let inWindow: number[] = [];
        for (const pauseMs of steps) {
          now += pauseMs;
          if (lockedForMs(state, now) > 0 || !mayAttempt(state, policy, now, 0)) continue;
          const next = afterFailure(state, policy, now);
          inWindow = [...inWindow.filter((at) => now - at < policy.windowMs), now];
          // A fixed window lets at most two windows' worth pass within any span of one window's length.
          expect(inWindow.length).toBeLessThan(2 * policy.limit);
          if (next.hasLocked) {
            const lengthMs = lockedForMs(next.state, now);
            expect(lengthMs).toBeGreaterThanOrEqual(policy.lockoutMs);
            expect(lengthMs).toBeLessThanOrEqual(policy.maxMs);
            expect(Math.log2(lengthMs / policy.lockoutMs) % 1 === 0 || lengthMs === policy.maxMs).toBe(true);
            inWindow = [];
          }
          expect(next.state.failures).toBeLessThan(policy.limit);
          state = next.state;
        }
      }),
      { numRuns: 200 },
    );
  });
});
