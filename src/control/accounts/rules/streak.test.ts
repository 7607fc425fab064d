import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streakDays } from './streak.ts';

describe('streak', () => {
  it.each([
    ['nothing done', [], 0],
    ['today only', [100], 1],
    ['yesterday only', [99], 1],
    ['the day before yesterday only', [98], 0],
    ['a gap before yesterday', [99, 97, 96], 1],
    ['in any order, twice a day', [98, 100, 99, 100], 3],
  ])('%s', (_what, days, length) => {
    expect(streakDays(days, 100)).toBe(length);
  });

  it('is as long as the run of days that ends today', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 400 }),
        fc.array(fc.integer({ min: 0, max: 500 })),
        (length, others) => {
          const run = Array.from({ length }, (_, back) => 1000 - back);
          expect(streakDays([...others, ...run], 1000)).toBe(length);
        },
      ),
    );
  });
});
