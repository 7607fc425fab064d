import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane } from '../jobs/job.ts';
import { type Candidate, Fairness } from './fairness.ts';

const SHORT_MS = 10_000;
let next = 0;
function candidate(lane: Lane, more: Partial<Candidate> = {}): Candidate {
  const queuedAt = next++;
  return {
    jobId: `job-${String(queuedAt).padStart(6, '0')}`,
    lane,
    userId: `user-${queuedAt}`,
    queuedAt,
    atHead: false,
    begun: false,
    usedMs: 0,
    ...more,
  };
}
const none = new Map<string, number>();
const create = () => new Fairness({ shortMs: SHORT_MS });

/** Takes `count` steps while all candidates stay. */
function take(fairness: Fairness, candidates: readonly Candidate[], count: number): Candidate[] {
  return Array.from({ length: count }, () => {
    const chosen = fairness.choose(candidates, none);
    if (chosen === null) throw new Error('nothing was chosen');
    fairness.note(chosen);
    return chosen;
  });
}

describe('lanes', () => {
  it('chooses nothing of nothing', () => expect(create().choose([], none)).toBeNull());

  it('gives a lower lane one of three steps, and among those the lowest again', () => {
    const all = [candidate(1), candidate(2), candidate(3)];
    expect(take(create(), all, 9).map(({ lane }) => lane)).toEqual([1, 1, 2, 1, 1, 2, 1, 1, 3]);
    expect(take(create(), all.slice(1), 6).map(({ lane }) => lane)).toEqual([2, 2, 3, 2, 2, 3]);
    expect(take(create(), [all[0], all[2]] as Candidate[], 3).map(({ lane }) => lane)).toEqual([1, 1, 3]);
  });

  it('lets a lower lane that comes in the middle have the next step', () => {
    const fairness = create();
    take(fairness, [candidate(1)], 5);
    expect(fairness.choose([candidate(1), candidate(2)], none)?.lane).toBe(2);
  });

  it('of any three steps at least one goes to a lower lane that waits all the time', () => {
    const lanes = fc.constantFrom(...([1, 2, 3] as const));
    const rounds = fc.array(fc.array(lanes, { minLength: 1, maxLength: 6 }), { minLength: 3, maxLength: 60 });
    fc.assert(
      fc.property(rounds, (waiting) => {
        const fairness = create();
        const taken = waiting.map((round) => {
          const [chosen] = take(
            fairness,
            round.map((lane) => candidate(lane)),
            1,
          );
          return { lane: chosen?.lane ?? 1, lowest: Math.max(...round) };
        });
        for (let at = 2; at < taken.length; at++) {
          const three = taken.slice(at - 2, at + 1);
          const highest = Math.min(...three.map(({ lane }) => lane));
          const onlyOne = three.every(({ lane }) => lane === highest);
          // Three in a row from one lane: then nothing lower waited when the third was taken.
          if (onlyOne) expect(three[2]?.lowest).toBe(highest);
        }
      }),
    );
  });
});

describe('within a lane [S28]', () => {
  it('puts what a crash interrupted first', () => {
    const all = [candidate(2, { begun: true }), candidate(2, { atHead: true })];
    expect(create().choose(all, none)).toBe(all[1]);
  });

  it('judges short submissions before long ones, and begun before new', () => {
    const long = candidate(2, { begun: true, usedMs: SHORT_MS });
    const fresh = candidate(2);
    const short = candidate(2, { begun: true, usedMs: SHORT_MS - 1 });
    expect(create().choose([long, fresh, short], none)).toBe(short);
    expect(create().choose([long, fresh], none)).toBe(fresh);
    expect(create().choose([long], none)).toBe(long);
  });

  it('does not prefer begun runs: they have one step', () => {
    const first = candidate(1);
    expect(create().choose([candidate(1, { begun: true }), first].reverse(), none)).not.toBe(undefined);
    expect(create().choose([first, candidate(1, { begun: true })], none)).toBe(first);
  });

  it('then the user with the fewest running steps', () => {
    const [one, two] = [candidate(1, { userId: 'a' }), candidate(1, { userId: 'b' })];
    expect(create().choose([one, two], new Map([['a', 1]]))).toBe(two);
  });

  it('then the user served longest ago', () => {
    const all = ['a', 'b', 'c'].map((userId) => candidate(1, { userId }));
    expect(take(create(), all, 6).map(({ userId }) => userId)).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
  });

  it('then the oldest job', () => {
    const all = [candidate(1, { userId: 'a' }), candidate(1, { userId: 'a' })];
    expect(create().choose([...all].reverse(), none)).toBe(all[0]);
  });

  it('serves every user in turn, however many jobs others have', () => {
    const users = fc.array(fc.nat(4), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(users, (owners) => {
        const all = owners.map((user) => candidate(1, { userId: `user-${user}` }));
        const distinct = new Set(all.map(({ userId }) => userId)).size;
        const served = take(create(), all, distinct).map(({ userId }) => userId);
        expect(new Set(served).size).toBe(distinct);
      }),
    );
  });
});
