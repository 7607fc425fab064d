import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/db/types.ts';
import { write } from '../../src/db/write.ts';
import { type BackgroundJobs, type ChoreHandler, createBackgroundJobs } from '../../src/jobs/background.ts';
import { createJobQueue } from '../../src/jobs/queue.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { openTestDb, type TestDb } from '../support/database.ts';

let test: TestDb;
let aheadMs = 0;
const clock = { now: () => Date.now() + aheadMs };
const createQueue = (owner: string) => createJobQueue({ owner, clock, log: silentLog, leaseMs: 30_000 });
const started: BackgroundJobs[] = [];

beforeEach(() => {
  test = openTestDb();
  aheadMs = 0;
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((jobs) => jobs.stop(0)));
  await test.close();
});

async function start(owner: string, handlers: Record<string, ChoreHandler>) {
  const queue = createQueue(owner);
  const jobs = createBackgroundJobs({ db: test.db, queue, clock, log: silentLog, handlers });
  started.push(jobs);
  await jobs.start();
  return { queue, jobs };
}
const inTx = <T>(run: (tx: Tx) => T) => write(test.db, run as (tx: Tx) => never) as Promise<T>;
const chore = (jobId: string, roomId: string | null = null) => ({
  jobId,
  kind: 'chore',
  lane: null,
  userId: null,
  roomId,
  payload: jobId,
});
const left = () => test.db.raw.prepare('SELECT count(*) FROM jobs').pluck().get();
const until = async (what: () => boolean) => {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 5));
};

describe('background jobs', () => {
  it('does a chore once it is committed and durable, and forgets it', async () => {
    const seen: unknown[] = [];
    const { queue } = await start('one', {
      chore: async ({ payload }) => {
        expect(test.db.durable.unflushed).toBe(false);
        seen.push(payload);
      },
    });
    await inTx((tx) => queue.enqueue(tx, chore('a')));
    await until(() => left() === 0);
    expect(seen).toEqual(['a']);
  });

  it('tries again until it succeeds, with growing pauses', async () => {
    const failures: number[] = [];
    const { queue } = await start('one', {
      chore: async (job) => {
        failures.push(job.failures);
        if (failures.length < 3) throw new Error('not yet');
      },
    });
    await inTx((tx) => queue.enqueue(tx, chore('a')));
    await until(() => left() === 0);
    expect(failures).toEqual([0, 1, 2]);
  });

  it('keeps the order within a room when the first one fails, and others go on', async () => {
    const seen: string[] = [];
    let isBroken = true;
    const { queue } = await start('one', {
      chore: async ({ jobId }) => {
        if (jobId === 'a1' && isBroken) throw new Error('not yet');
        seen.push(jobId);
      },
    });
    await inTx((tx) => {
      queue.enqueue(tx, chore('a1', 'a'));
      queue.enqueue(tx, chore('a2', 'a'));
      queue.enqueue(tx, chore('b1', 'b'));
    });
    await until(() => seen.includes('b1'));
    isBroken = false;
    aheadMs += 60_000;
    await until(() => left() === 0);
    expect(seen).toEqual(['b1', 'a1', 'a2']);
  });

  it('never does more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const { queue } = await start('one', {
      chore: async () => {
        running++;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running--;
      },
    });
    await inTx((tx) => {
      for (let index = 0; index < 20; index++) queue.enqueue(tx, chore(`job-${index}`));
    });
    await until(() => left() === 0);
    expect(most).toBe(4);
  });

  it('gives a chore back at the stop, and the next start does it', async () => {
    const { queue, jobs } = await start('one', {
      chore: ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('stopped')))),
    });
    await inTx((tx) => queue.enqueue(tx, chore('a')));
    await until(() => queue.nextChoreAt(test.db, ['chore']) === null);
    await jobs.stop(10);
    expect(queue.nextChoreAt(test.db, ['chore'])).not.toBeNull();
    const seen: number[] = [];
    await start('two', { chore: async ({ failures }) => void seen.push(failures) });
    await until(() => left() === 0);
    expect(seen).toEqual([0]);
  });

  it('takes over what a dead start had under way, after a pause', async () => {
    const dead = createQueue('dead');
    await inTx((tx) => dead.enqueue(tx, chore('a')));
    await inTx((tx) => dead.claimChore(tx, ['chore']));
    const seen: string[] = [];
    await start('two', { chore: async ({ jobId }) => void seen.push(jobId) });
    expect(seen).toEqual([]);
    aheadMs += 2000;
    await until(() => left() === 0);
    expect(seen).toEqual(['a']);
  });
});
