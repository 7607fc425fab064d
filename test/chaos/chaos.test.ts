import { beforeEach, expect, it } from 'vitest';
import { waitUpTo } from '../interview/support/wait.ts';
import { playRounds } from './rounds.ts';

const ROUNDS = 2;
// SYNCODE_TEST_SEED repeats it. `npm run chaos` plays as many rounds as one likes.
const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);

beforeEach(() => waitUpTo(240_000));

it(`kill -9 at any moment: what was acknowledged is there, what was accepted ends once, nothing is left behind (seed ${seed})`, async () => {
  const lines: string[] = [];
  const options = {
    seed,
    rounds: ROUNDS,
    perDirectory: ROUNDS,
    say: (line: string) => void lines.push(line),
  };
  const { faults, saved, rounds } = await playRounds(options);
  expect(faults, lines.join('\n')).toEqual([]);
  expect(rounds).toBe(ROUNDS);
  expect(saved).toBeGreaterThan(ROUNDS * 10);
}, 900_000);
