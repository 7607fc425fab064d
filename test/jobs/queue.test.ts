import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tx } from '../../src/db/types.ts';
import { write } from '../../src/db/write.ts';
import type { NewJob } from '../../src/jobs/job.ts';
import { createJobQueue, type JobQueue } from '../../src/jobs/queue.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { openTestDb, type TestDb } from '../support/database.ts';

const LEASE_MS = 30_000;
let test: TestDb;
let nowMs = 0;
const clock = { now: () => nowMs };
const createQueue = (owner: string) => createJobQueue({ owner, clock, log: silentLog, leaseMs: LEASE_MS });

beforeEach(() => {
  test = openTestDb();
  nowMs = 1_000_000;
});
afterEach(() => test.close());

const inTx = <T>(run: (tx: Tx) => T) => write(test.db, run as (tx: Tx) => never) as Promise<T>;
const run = (jobId: string, more: Partial<NewJob> = {}): NewJob => ({
  jobId,
  kind: 'run',
  lane: 1,
  userId: 'ann',
  roomId: 'room',
  payload: { text: jobId },
  ...more,
});
const kinds = ['run', 'submission'];

async function claim(queue: JobQueue, jobId: string) {
  const job = await inTx((tx) => queue.claim(tx, jobId));
  if (job === null) throw new Error(`${jobId} could not be claimed`);
  return job;
}

describe('queueing', () => {
  it('stores nothing when the transaction that accepted the job fails', async () => {
    const queue = createQueue('one');
    const heard: string[] = [];
    queue.listen({ queued: ({ jobId }) => heard.push(jobId) });
    const failing = inTx((tx) => {
      queue.enqueue(tx, run('a'));
      throw new Error('refused');
    });
    await expect(failing).rejects.toThrow('refused');
    expect(queue.countWaiting(test.db, null, kinds)).toBe(0);
    expect(heard).toEqual([]);
  });

  it('does not wait for a time that the clock has shown before it was set back', async () => {
    const queue = createQueue('one');
    await inTx((tx) => {
      queue.enqueue(tx, run('a'));
      queue.enqueue(tx, run('chore', { kind: 'tidy', lane: null }));
    });
    nowMs -= 500_000;
    const next = createQueue('two');
    expect(next.listWaiting(test.db, kinds).map(({ jobId }) => jobId)).toEqual(['a']);
    expect(await inTx((tx) => next.claim(tx, 'a'))).not.toBeNull();
    expect(await inTx((tx) => next.claimChore(tx, ['tidy']))).not.toBeNull();
  });

  it('tells listeners after the commit, and one that throws stops nobody', async () => {
    const queue = createQueue('one');
    const heard: string[] = [];
    queue.listen({
      queued: () => {
        throw new Error('bad listener');
      },
    });
    queue.listen({ queued: ({ jobId }) => heard.push(jobId) });
    await inTx((tx) => {
      queue.enqueue(tx, run('a'));
      expect(heard).toEqual([]);
    });
    expect(heard).toEqual(['a']);
  });

  it('refuses a second job of the same id and too large a payload', async () => {
    const queue = createQueue('one');
    await inTx((tx) => queue.enqueue(tx, run('a')));
    await expect(inTx((tx) => queue.enqueue(tx, run('a')))).rejects.toThrow(/UNIQUE/);
    const payload = 'x'.repeat(4 * 1024 * 1024);
    await expect(inTx((tx) => queue.enqueue(tx, run('b', { payload })))).rejects.toThrow(RangeError);
    expect(queue.countWaiting(test.db, null, kinds)).toBe(1);
  });

  it('counts by user and kind, and leaves running jobs out', async () => {
    const queue = createQueue('one');
    await inTx((tx) => {
      queue.enqueue(tx, run('a'));
      queue.enqueue(tx, run('b', { kind: 'submission', lane: 2 }));
      queue.enqueue(tx, run('c', { userId: 'bob' }));
      queue.enqueue(tx, run('d', { userId: 'bob' }));
    });
    await claim(queue, 'd');
    expect(queue.countWaiting(test.db, null, kinds)).toBe(3);
    expect(queue.countWaiting(test.db, 'ann', kinds)).toBe(2);
    expect(queue.countWaiting(test.db, 'ann', ['submission'])).toBe(1);
    expect(queue.countWaiting(test.db, 'bob', kinds)).toBe(1);
    expect(queue.position(test.db, 'd')).toBeNull();
    expect(queue.position(test.db, 'c')).toBe(2);
  });
});

describe('leases', () => {
  it('a job is claimed once, and not before its time', async () => {
    const queue = createQueue('one');
    await inTx((tx) => queue.enqueue(tx, run('a', { notBefore: nowMs + 10 })));
    expect(await inTx((tx) => queue.claim(tx, 'a'))).toBeNull();
    expect(queue.listWaiting(test.db, kinds)).toEqual([]);
    nowMs += 10;
    const job = await claim(queue, 'a');
    expect(job.payload).toEqual({ text: 'a' });
    expect(job.lease).toEqual({ jobId: 'a', attempt: 1 });
    expect(await inTx((tx) => queue.claim(tx, 'a'))).toBeNull();
  });

  it('only the holder of lease and attempt may end a job', async () => {
    const old = createQueue('old');
    const fresh = createQueue('fresh');
    await inTx((tx) => old.enqueue(tx, run('a')));
    const { lease } = await claim(old, 'a');
    expect(await inTx((tx) => fresh.complete(tx, lease))).toBe(false);
    await inTx((tx) => fresh.recover(tx, { kinds, maxStarts: 3, expired: false }));
    const again = await claim(fresh, 'a');
    expect(again.lease.attempt).toBe(2);
    expect(old.holds(test.db, lease)).toBe(false);
    expect(await inTx((tx) => old.complete(tx, lease))).toBe(false);
    expect(await inTx((tx) => old.requeue(tx, lease))).toBe(false);
    expect(await inTx((tx) => old.retry(tx, lease, 0))).toBe(false);
    expect(fresh.holds(test.db, again.lease)).toBe(true);
    expect(await inTx((tx) => fresh.complete(tx, again.lease))).toBe(true);
    expect(await inTx((tx) => fresh.complete(tx, again.lease))).toBe(false);
  });

  it('renewal keeps a job; without it the lease runs out for other owners only', async () => {
    const mine = createQueue('mine');
    const other = createQueue('other');
    await inTx((tx) => mine.enqueue(tx, run('a')));
    await claim(mine, 'a');
    nowMs += LEASE_MS - 1;
    expect(await inTx((tx) => mine.renew(tx))).toBe(1);
    nowMs += LEASE_MS - 1;
    const sweep = { kinds, maxStarts: 3, expired: true };
    expect((await inTx((tx) => other.recover(tx, sweep))).requeued).toEqual([]);
    nowMs += 2;
    expect((await inTx((tx) => mine.recover(tx, sweep))).requeued).toEqual([]);
    expect((await inTx((tx) => other.recover(tx, sweep))).requeued).toHaveLength(1);
    expect(await inTx((tx) => mine.renew(tx))).toBe(0);
  });

  it('a graceful stop keeps attempt and place', async () => {
    const queue = createQueue('one');
    await inTx((tx) => queue.enqueue(tx, run('a')));
    nowMs += 5;
    await inTx((tx) => queue.enqueue(tx, run('b')));
    const { lease } = await claim(queue, 'a');
    expect(await inTx((tx) => queue.requeue(tx, lease))).toBe(true);
    expect(queue.listWaiting(test.db, kinds).map(({ jobId, atHead }) => [jobId, atHead])).toEqual([
      ['a', false],
      ['b', false],
    ]);
    expect((await claim(createQueue('two'), 'a')).lease.attempt).toBe(1);
  });

  it('a retry counts the failure and waits', async () => {
    const queue = createQueue('one');
    await inTx((tx) => queue.enqueue(tx, run('a')));
    const first = await claim(queue, 'a');
    await inTx((tx) => queue.retry(tx, first.lease, nowMs + 100));
    expect(await inTx((tx) => queue.claim(tx, 'a'))).toBeNull();
    nowMs += 100;
    expect((await claim(queue, 'a')).failures).toBe(1);
  });
});

describe('recovery', () => {
  it('puts a crashed job at the head of its lane with the next attempt, and gives up at the third start', async () => {
    await inTx((tx) => {
      createQueue('first').enqueue(tx, run('waiting'));
      createQueue('first').enqueue(tx, run('crashed', { userId: 'bob' }));
    });
    for (const [owner, attempt] of [
      ['start-1', 1],
      ['start-2', 2],
    ] as const) {
      const queue = createQueue(owner);
      await inTx((tx) => queue.recover(tx, { kinds, maxStarts: 2, expired: false }));
      if (attempt === 2)
        expect(queue.listWaiting(test.db, kinds)[0]).toMatchObject({ jobId: 'crashed', atHead: true });
      expect((await claim(queue, 'crashed')).lease.attempt).toBe(attempt);
    }
    const last = createQueue('start-3');
    const { requeued, interrupted } = await inTx((tx) =>
      last.recover(tx, { kinds, maxStarts: 2, expired: false }),
    );
    expect(requeued).toEqual([]);
    expect(interrupted.map(({ jobId }) => jobId)).toEqual(['crashed']);
    expect(last.listWaiting(test.db, kinds).map(({ jobId }) => jobId)).toEqual(['waiting']);
  });

  it('leaves kinds of other planes alone', async () => {
    const queue = createQueue('old');
    await inTx((tx) => queue.enqueue(tx, run('a', { kind: 'analysis', lane: 3 })));
    await claim(queue, 'a');
    const found = await inTx((tx) =>
      createQueue('new').recover(tx, { kinds: ['run'], maxStarts: 2, expired: false }),
    );
    expect(found).toEqual({ requeued: [], interrupted: [] });
  });
});

describe('cancellation', () => {
  beforeEach(async () => {
    const queue = createQueue('one');
    await inTx((tx) => {
      queue.enqueue(tx, run('run'));
      queue.enqueue(tx, run('busy'));
      queue.enqueue(tx, run('submission', { kind: 'submission', lane: 2 }));
      queue.enqueue(tx, run('elsewhere', { roomId: 'other', userId: 'bob' }));
    });
    await claim(queue, 'busy');
  });
  const cancelled = async (filter: Parameters<JobQueue['cancel']>[1]) => {
    const queue = createQueue('one');
    const heard: string[] = [];
    queue.listen({ cancelled: (jobIds) => heard.push(...jobIds) });
    const gone = await inTx((tx) => queue.cancel(tx, filter));
    expect(heard).toEqual(gone.map(({ jobId }) => jobId));
    return gone.map(({ jobId, wasRunning }) => `${jobId}${wasRunning ? '!' : ''}`).sort();
  };

  it('of waiting runs when a room finishes', async () => {
    expect(await cancelled({ roomId: 'room', kinds: ['run'], waitingOnly: true })).toEqual(['run']);
  });
  it('of everything in a destroyed room', async () => {
    expect(await cancelled({ roomId: 'room', kinds })).toEqual(['busy!', 'run', 'submission']);
  });
  it('of one user', async () => {
    expect(await cancelled({ userId: 'bob', kinds })).toEqual(['elsewhere']);
  });
  it('of a user in a room, and by ids', async () => {
    expect(await cancelled({ userId: 'bob', roomId: 'room', kinds })).toEqual([]);
    expect(await cancelled({ jobIds: ['elsewhere', 'none'], kinds })).toEqual(['elsewhere']);
    expect(await cancelled({ jobIds: [], kinds })).toEqual([]);
  });

  it('a result that comes later is not stored', async () => {
    const queue = createQueue('one');
    await inTx((tx) => queue.cancel(tx, { roomId: 'room', kinds }));
    expect(await inTx((tx) => queue.complete(tx, { jobId: 'busy', attempt: 1 }))).toBe(false);
  });
});
