import { expect, it } from 'vitest';
import { waitUpTo } from '../interview/support/wait.ts';
import { playRestart } from './support/restart.ts';

waitUpTo(120_000);

it('the program killed under 8 rooms with 3 clients each: all are live again, texts equal everywhere', async () => {
  const { faults, liveMs, letters } = await playRestart({ rooms: 8, end: 'kill' });
  expect(faults).toEqual([]);
  expect(liveMs).toHaveLength(24);
  expect(letters).toBeGreaterThan(8 * 6);
}, 300_000);
