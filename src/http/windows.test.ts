import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createWindows, type Taken } from './windows.ts';

const start = (count: number, ms: number) => {
  const clock = { nowMs: 1000, now: () => clock.nowMs };
  const windows = createWindows({ count, ms }, clock);
  const take = (key = 'k') => {
    const result = windows.take(key);
    return 'taken' in result ? result.taken : null;
  };
  return { clock, windows, take };
};

describe('windows', () => {
  it('begin with the first counted request and end after their time', () => {
    const { clock, take } = start(2, 100);
    expect(take()?.endsAtMs).toBe(1100);
    clock.nowMs = 1099;
    expect(take()?.remaining()).toBe(0);
    expect(take()).toBeNull();
    clock.nowMs = 1100;
    expect(take()?.endsAtMs).toBe(1200);
  });

  it('a request given back leaves no trace, and the next one begins the window', () => {
    const { clock, windows, take } = start(1, 100);
    take()?.giveBack();
    expect(windows.size).toBe(0);
    clock.nowMs = 1050;
    expect(take()?.endsAtMs).toBe(1150);
  });

  it('a request given back twice, or after its window, counts once and nowhere else', () => {
    const { clock, take } = start(2, 100);
    const first = take();
    take();
    first?.giveBack();
    first?.giveBack();
    expect(take()).not.toBeNull();
    expect(take()).toBeNull();
    clock.nowMs = 1100;
    const second = take();
    clock.nowMs = 1200;
    take();
    second?.giveBack();
    take();
    expect(take()).toBeNull();
  });

  it('forget expired keys', () => {
    const { clock, windows, take } = start(1, 100);
    for (let at = 0; at < 1000; at += 1) take(`k${at}`);
    expect(windows.size).toBe(1000);
    clock.nowMs = 1100;
    take('new');
    expect(windows.size).toBe(1);
  });

  it('remember at most a hundred thousand keys', () => {
    const { windows, take } = start(1, 100);
    for (let at = 0; at < 100_010; at += 1) take(`k${at}`);
    expect(windows.size).toBe(100_000);
    expect(take('k100009')).toBeNull();
    expect(take('k0')).not.toBeNull();
  });

  it('never count more than their limit, whatever is taken and given back', () => {
    type Step = { kind: 'take' } | { kind: 'back'; at: number } | { kind: 'wait'; ms: number };
    const step = fc.oneof<fc.Arbitrary<Step>[]>(
      fc.record({ kind: fc.constant('take' as const) }),
      fc.record({ kind: fc.constant('back' as const), at: fc.nat(20) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.nat(80) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), fc.integer({ min: 1, max: 4 }), (steps, count) => {
        const { clock, take } = start(count, 100);
        const open: { taken: Taken; isCounted: boolean }[] = [];
        for (const one of steps) {
          if (one.kind === 'wait') clock.nowMs += one.ms;
          else if (one.kind === 'back') {
            const entry = open[one.at % Math.max(1, open.length)];
            entry?.taken.giveBack();
            if (entry) entry.isCounted = false;
          } else {
            const counted = open.filter(({ taken, isCounted }) => isCounted && taken.endsAtMs > clock.nowMs);
            const taken = take();
            expect(taken !== null).toBe(counted.length < count);
            if (taken) open.push({ taken, isCounted: true });
          }
        }
      }),
    );
  });
});
