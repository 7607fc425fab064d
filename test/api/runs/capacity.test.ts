import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { write } from '../../../src/db/write.ts';
import { ranTo } from './execution.ts';
import { DAY, HOUR, type Person, type Reply, startWorld, type World } from './world.ts';

const MINUTE = 60_000;

let world: World;
let ada: Person;
let roomId: string;
let people = 0;
beforeAll(async () => {
  world = await startWorld({
    'limits.runsPerUserPerMinute': 4,
    'limits.submissionsPerUserPerMinute': 2,
    'limits.executionsPerUserPerDay': 8,
    'execution.waitingJobsPerUser': 3,
    'execution.waitingSubmissionsPerUser': 1,
    'execution.waitingJobs': 6,
  });
});
/** Everybody has buckets and a quota of their own, so each test has its own host. */
beforeEach(async () => {
  people += 1;
  ada = await world.person(`ada${people}`);
  const bob = await world.person(`bob${people}`);
  roomId = await world.room('coding', ada, [bob], { problemId: await world.problem() });
  await world.change('DELETE FROM jobs WHERE lane IS NOT NULL');
});
afterAll(() => world.close());

const run = () => world.post(ada, `/rooms/${roomId}/run`, { language: 'python', code: 'x' });
const submit = () => world.post(ada, `/rooms/${roomId}/submit`, { language: 'python', code: 'x' });
const seconds = ({ headers }: Reply) => Number(headers.get('retry-after'));
const stored = () =>
  world.rows('SELECT count(*) AS n FROM (SELECT id FROM runs UNION SELECT id FROM submissions)')[0].n;

/** Accepts a program and lets it run, so that it waits no longer. */
async function served(accepted: Promise<Reply>): Promise<void> {
  const { body } = await accepted;
  const job = await world.worker.take(body.jobId ?? body.submissionId);
  const error = { code: 'INTERNAL_ERROR', message: 'x', retryable: true } as const;
  if (body.jobId !== undefined) await world.worker.finishRun(job, ranTo());
  else await world.worker.finishSubmission(job, { status: 'failed', verdict: 'internal_error', error });
}

describe('the rate', () => {
  it('EXECUTION_RATE_LIMIT: accepted runs of the last minute; what was refused does not count', async () => {
    world.execution.refusals.set('python', 'not now');
    expect((await run()).status).toBe(503);
    world.execution.refusals.clear();
    for (let count = 0; count < 4; count += 1) await served(run());
    world.clock.pass(10_000);
    const before = stored();
    for (let count = 0; count < 2; count += 1) {
      const reply = await run();
      expect([reply.status, reply.code, reply.details]).toEqual([
        429,
        'EXECUTION_RATE_LIMIT',
        { limit: 4, windowMs: MINUTE },
      ]);
      expect(seconds(reply)).toBe(50);
      expect(reply.headers.get('x-ratelimit-limit')).toBe('4');
    }
    expect(stored()).toBe(before);
    expect((await submit()).status).toBe(202);
    world.clock.pass(50_000);
    expect((await run()).status).toBe(202);
  });

  it('SUBMISSION_RATE_LIMIT: accepted submissions of the last minute', async () => {
    for (let count = 0; count < 2; count += 1) await served(submit());
    const reply = await submit();
    expect([reply.status, reply.code, reply.details, seconds(reply)]).toEqual([
      429,
      'SUBMISSION_RATE_LIMIT',
      { limit: 2, windowMs: MINUTE },
      60,
    ]);
    expect((await run()).status).toBe(202);
  });
});

describe('the daily quota', () => {
  it('QUOTA_EXCEEDED: runs and submissions count together until midnight UTC', async () => {
    for (let count = 0; count < 4; count += 1) {
      await served(run());
      await served(submit());
      world.clock.pass(MINUTE);
    }
    const now = world.clock.now();
    const midnight = Math.ceil(now / DAY) * DAY;
    for (const ask of [run, submit]) {
      const reply = await ask();
      expect([reply.status, reply.code, reply.details]).toEqual([
        429,
        'QUOTA_EXCEEDED',
        { quota: 'execution', used: 8, limit: 8, resetsAt: new Date(midnight).toISOString() },
      ]);
      expect(seconds(reply)).toBe((midnight - now) / 1000);
    }
    // Also before the jobs of the user that wait are counted.
    await world.change('DELETE FROM jobs WHERE lane IS NOT NULL');
    const job = { userId: ada.userId, roomId, kind: 'run', lane: 1, payload: null } as const;
    const { queue, db, ids } = world.server.control.core;
    await write(db, (tx) => {
      for (let count = 0; count < 3; count += 1) queue.enqueue(tx, { ...job, jobId: ids.next() });
    });
    expect((await run()).code).toBe('QUOTA_EXCEEDED');
    await world.change('DELETE FROM jobs WHERE lane IS NOT NULL');
    world.clock.pass(midnight - now - 1);
    await world.signIn(ada);
    expect((await run()).code).toBe('QUOTA_EXCEEDED');
    world.clock.pass(1);
    expect((await run()).status).toBe(202);
    world.clock.pass(HOUR);
  });
});

describe('the user’s waiting jobs [S28]', () => {
  const full = { reason: 'tooManyQueued' };

  it('EXECUTION_RATE_LIMIT, tooManyQueued: runs and submissions wait together; running ones do not count', async () => {
    const first = (await run()).body.jobId;
    await run();
    await submit();
    const reply = await run();
    expect([reply.status, reply.code, reply.details]).toEqual([429, 'EXECUTION_RATE_LIMIT', full]);
    expect(seconds(reply)).toBe(7);
    await world.worker.take(first);
    expect((await run()).status).toBe(202);
  });

  it('SUBMISSION_RATE_LIMIT, tooManyQueued: fewer of them are submissions', async () => {
    const { body } = await submit();
    const reply = await submit();
    expect([reply.status, reply.code, reply.details, seconds(reply)]).toEqual([
      429,
      'SUBMISSION_RATE_LIMIT',
      full,
      7,
    ]);
    expect((await run()).status).toBe(202);
    await world.worker.take(body.submissionId);
    expect((await submit()).status).toBe(202);
  });

  it('are asked after rate and quota, and count in neither', async () => {
    for (let count = 0; count < 3; count += 1) await run();
    for (let count = 0; count < 3; count += 1) expect((await run()).details).toEqual(full);
    await world.change('DELETE FROM jobs WHERE user_id = ?', ada.userId);
    expect((await run()).status).toBe(202);
    expect((await run()).details).toEqual({ limit: 4, windowMs: MINUTE });
  });
});

describe('the whole queue [S28]', () => {
  it('EXECUTION_SERVICE_UNAVAILABLE when it is full, for as long as it is', async () => {
    const bob = await world.person(`guest${people}`);
    const cyd = await world.person(`other${people}`);
    const other = await world.room('coding', bob, [cyd]);
    for (const who of [bob, cyd]) {
      for (let count = 0; count < 3; count += 1) {
        const { status, body } = await world.post(who, `/rooms/${other}/run`, { language: 'c', code: 'x' });
        expect(status, body.code).toBe(202);
      }
    }
    const before = stored();
    for (const ask of [run, submit]) {
      const reply = await ask();
      expect([reply.status, reply.code, seconds(reply)]).toEqual([503, 'EXECUTION_SERVICE_UNAVAILABLE', 7]);
    }
    expect(stored()).toBe(before);
    const [{ id }] = world.rows('SELECT id FROM jobs WHERE user_id = ?', bob.userId);
    await world.worker.take(id);
    expect((await submit()).status).toBe(202);
  });

  it('is asked last: the user’s own jobs before it, the language with it', async () => {
    for (let count = 0; count < 3; count += 1) await run();
    world.execution.refusals.set('python', 'not installed');
    expect((await run()).code).toBe('EXECUTION_RATE_LIMIT');
    await world.change('DELETE FROM jobs WHERE user_id = ?', ada.userId);
    expect((await submit()).details).toEqual({ language: 'python' });
    world.execution.refusals.clear();
  });
});
