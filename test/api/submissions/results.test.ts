import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CaseVerdict, Verdict } from '../../../src/generated/api.ts';
import { judged, noCompile, ran } from '../runs/execution.ts';
import { aCase, type Person, startWorld, type World, watchPolls } from '../runs/world.ts';

const nobody = '01890000-0000-7000-8000-000000000000';
const done = (verdict: Verdict) => ({ status: 'completed', verdict, compile: noCompile }) as const;
const cancelled = { code: 'JOB_CANCELLED', message: 'The job was cancelled', retryable: false } as const;
const secret = { ...aCase, input: 'hidden in', expectedOutput: 'hidden out', description: 'hidden words' };

let world: World;
/** ada hosts and interviews, bob is the candidate, cyd observes, dan is a stranger, root an admin. */
let ada: Person;
let bob: Person;
let cyd: Person;
let dan: Person;
let root: Person;
/** Cases: visible, hidden, visible. */
let problemId: string;
beforeAll(async () => {
  const many = { 'execution.waitingJobsPerUser': 1000, 'execution.waitingSubmissionsPerUser': 1000 };
  world = await startWorld({ ...many, 'execution.waitingJobs': 1000 });
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
  dan = await world.person('dan');
  root = await world.person('root', 'admin');
  problemId = await world.problem({
    timeLimitMs: 900,
    cases: [{ ...aCase, description: 'one' }, { ...secret, isHidden: true }, aCase],
  });
});
afterAll(() => world.close());

const coding = (problem = problemId) => world.room('coding', ada, [bob, cyd], { problemId: problem });
async function submitted(who: Person, roomId: string): Promise<string> {
  const reply = await world.post(who, `/rooms/${roomId}/submit`, { language: 'python', code: 'x' });
  if (reply.status !== 202) throw new Error(reply.code);
  return reply.body.submissionId;
}
const look = (who: Person, id: string, waitMs = 0) => world.get(who, `/submissions/${id}?waitMs=${waitMs}`);
const at = (ms: number) => new Date(ms).toISOString();
/** A submission of bob's whose cases end so. */
async function ended(roomId: string, verdict: Verdict, ...cases: Verdict[]): Promise<string> {
  const id = await submitted(bob, roomId);
  const job = await world.worker.take(id);
  const outcomes = cases.map((each, index) => judged(index, each));
  await world.worker.finishSubmission(job, done(verdict), ...outcomes);
  return id;
}
const audits = () => world.rows("SELECT * FROM audit_log WHERE action = 'admin.session.view' ORDER BY id");

describe('getSubmission', () => {
  it('is one object at every stage, growing case by case', async () => {
    const roomId = await coding();
    await submitted(bob, roomId);
    const id = await submitted(bob, roomId);
    const queued = await look(bob, id);
    expect(queued.headers.get('retry-after')).toBe('1');
    const counts = { totalTestCases: 3, passedTestCases: 0, failedTestCases: 0, errorTestCases: 0 };
    expect(queued.body).toEqual({
      submissionId: id,
      roomId,
      sessionId: expect.any(String),
      userId: bob.userId,
      problemId,
      language: 'python',
      status: 'queued',
      verdict: null,
      ...counts,
      points: null,
      maxPoints: null,
      totalDurationMs: null,
      submittedAt: at(world.clock.now()),
      completedAt: null,
      queuePosition: 2,
      code: 'x',
      compileOutput: null,
      maxMemoryUsageMb: null,
      limits: { timeoutMs: 900, memoryMb: 256 },
      groups: [],
      testCases: [],
      error: null,
    });
    const job = await world.worker.take(id);
    expect((await look(bob, id)).body).toMatchObject({ status: 'running', queuePosition: null, ...counts });
    await world.worker.store(job, judged(0));
    await world.worker.store(job, judged(1, 'wrong_answer'));
    const running = await look(cyd, id);
    expect(running.headers.get('retry-after')).toBe('1');
    expect(running.body).toMatchObject({
      status: 'running',
      verdict: null,
      passedTestCases: 1,
      failedTestCases: 1,
      errorTestCases: 0,
      totalDurationMs: 24,
      completedAt: null,
    });
    expect(running.body.testCases.map((one: { verdict: CaseVerdict }) => one.verdict)).toEqual([
      'accepted',
      'wrong_answer',
    ]);
    world.clock.pass(9);
    await world.worker.finishSubmission(job, done('wrong_answer'), judged(2, 'runtime_error'));
    const end = await look(bob, id);
    expect(end.headers.get('retry-after')).toBeNull();
    expect(end.body).toMatchObject({
      status: 'completed',
      verdict: 'wrong_answer',
      passedTestCases: 1,
      failedTestCases: 1,
      errorTestCases: 1,
      totalDurationMs: 36,
      maxMemoryUsageMb: 9.5,
      completedAt: at(world.clock.now()),
    });
    const { data } = (await world.get(bob, `/rooms/${roomId}/submissions`)).body;
    expect(data.find((one: { submissionId: string }) => one.submissionId === id)).toEqual(
      Object.fromEntries(Object.keys(data[0]).map((key) => [key, end.body[key]])),
    );
  });

  it('shows all of a visible case, and of a hidden one only how it went; admins see everything [S27]', async () => {
    const id = await ended(await coding(), 'wrong_answer', 'accepted', 'wrong_answer', 'time_limit_exceeded');
    const visible = {
      testCaseIndex: 0,
      isHidden: false,
      group: null,
      description: 'one',
      verdict: 'accepted',
      passed: true,
      input: '1\n',
      expectedOutput: '1\n',
      actualOutput: 'hello\n',
      stderr: '',
      exitCode: 0,
      signal: null,
      durationMs: 12,
      cpuTimeMs: 11,
      memoryUsageMb: 9.5,
      timedOut: false,
      outputTruncated: false,
      errorMessage: null,
    };
    for (const who of [bob, ada, cyd]) {
      const { testCases } = (await look(who, id)).body;
      expect(testCases[0]).toEqual(visible);
      expect(testCases[1]).toEqual({
        ...visible,
        testCaseIndex: 1,
        isHidden: true,
        description: null,
        verdict: 'wrong_answer',
        passed: false,
        input: null,
        expectedOutput: null,
        actualOutput: null,
        stderr: null,
        exitCode: null,
        signal: null,
        outputTruncated: null,
        errorMessage: 'Hidden test failed',
      });
      expect(testCases[2]).toMatchObject({ passed: null, errorMessage: 'case 2 failed' });
    }
    expect((await look(root, id)).body.testCases[1]).toMatchObject({
      isHidden: true,
      description: 'hidden words',
      input: 'hidden in',
      expectedOutput: 'hidden out',
      actualOutput: 'hello\n',
      errorMessage: 'case 1 failed',
    });
  });

  it('keeps the cases it was judged by when the problem changes', async () => {
    const changing = await world.problem({ cases: [{ ...aCase, input: 'old' }] });
    const id = await ended(await coding(changing), 'accepted', 'accepted');
    await world.revise(changing, { cases: [{ ...aCase, input: 'new' }, aCase] });
    expect((await look(bob, id)).body).toMatchObject({ totalTestCases: 1, testCases: [{ input: 'old' }] });
  });

  it('cuts long texts to 8 KiB', async () => {
    const long = 'ü'.repeat(5000);
    const wide = await world.problem({ cases: [{ ...aCase, input: long, expectedOutput: long }] });
    const [shown] = (await look(bob, await ended(await coding(wide), 'accepted', 'accepted'))).body.testCases;
    expect([shown.input, shown.expectedOutput]).toEqual(Array(2).fill('ü'.repeat(4096)));
  });

  it('counts a compile error for every case and runs none', async () => {
    const roomId = await coding();
    const id = await submitted(bob, roomId);
    const compile = { output: 'line 1: no', durationMs: 40 };
    const outcomes = [0, 1, 2].map((index) => ({
      index,
      verdict: 'compile_error' as const,
      program: null,
      errorMessage: 'The program does not compile',
    }));
    const end = { status: 'completed', verdict: 'compile_error', compile } as const;
    await world.worker.finishSubmission(await world.worker.take(id), end, ...outcomes);
    expect((await look(bob, id)).body).toMatchObject({
      verdict: 'compile_error',
      errorTestCases: 3,
      compileOutput: 'line 1: no',
      totalDurationMs: null,
      maxMemoryUsageMb: null,
      testCases: Array(3).fill(expect.objectContaining({ verdict: 'compile_error', actualOutput: null })),
    });
  });

  it('skips at the end what was not run', async () => {
    const verdicts: Verdict[] = ['accepted', 'time_limit_exceeded'];
    const id = await ended(await coding(), 'time_limit_exceeded', ...verdicts);
    const { body } = await look(bob, id);
    expect(body).toMatchObject({ verdict: 'time_limit_exceeded', passedTestCases: 1, errorTestCases: 2 });
    expect(body.testCases[2]).toMatchObject({
      testCaseIndex: 2,
      verdict: 'skipped',
      passed: null,
      durationMs: null,
      errorMessage: null,
    });
  });

  it('is failed with its reason where the platform has no verdict; cases judged before stay', async () => {
    const roomId = await coding();
    const id = await submitted(bob, roomId);
    const job = await world.worker.take(id);
    await world.worker.store(job, judged(0));
    const error = { code: 'INTERNAL_ERROR', message: 'The sandbox failed', retryable: true } as const;
    await world.worker.finishSubmission(job, { status: 'failed', verdict: 'internal_error', error });
    const { body } = await look(bob, id);
    expect(body).toMatchObject({ status: 'failed', verdict: 'internal_error', error, passedTestCases: 1 });
    const verdicts = body.testCases.map((one: { verdict: CaseVerdict }) => one.verdict);
    expect(verdicts).toEqual(['accepted', 'skipped', 'skipped']);
  });
});

describe('points', () => {
  it('are those of the groups all of whose cases are accepted, and unknown until the end', async () => {
    const groups = [
      { name: 'small', points: 40 },
      { name: 'big', points: 60 },
    ];
    const cases = ['small', 'small', 'big', null].map((group) => ({ ...aCase, group }));
    const roomId = await coding(await world.problem({ groups, cases }));
    const id = await submitted(bob, roomId);
    const shown = async () => {
      const { points, maxPoints, groups: all } = (await look(bob, id)).body;
      return [points, maxPoints, all];
    };
    const withPoints = (small: number | null, big: number | null) => [
      { name: 'small', points: small, maxPoints: 40 },
      { name: 'big', points: big, maxPoints: 60 },
    ];
    const job = await world.worker.take(id);
    await world.worker.store(job, judged(0), judged(1));
    expect(await shown()).toEqual([null, 100, withPoints(null, null)]);
    await world.worker.finishSubmission(job, done('wrong_answer'), judged(2, 'wrong_answer'), judged(3));
    expect(await shown()).toEqual([40, 100, withPoints(40, 0)]);
    expect((await look(bob, id)).body.testCases[2].group).toBe('big');
  });
});

describe('the end of a submission', () => {
  it('tells timeline and room, without test data [S27]', async () => {
    const roomId = await coding();
    const id = await ended(roomId, 'wrong_answer', 'accepted', 'wrong_answer', 'accepted');
    const facts = {
      submissionId: id,
      status: 'completed',
      verdict: 'wrong_answer',
      passedTestCases: 2,
      totalTestCases: 3,
    };
    expect(world.timeline(roomId).at(-1)).toEqual({
      type: 'submission_completed',
      userId: bob.userId,
      facts: { ...facts, problemId },
    });
    expect(world.pushes(roomId).at(-1)).toEqual({
      type: 'submission-completed',
      data: { ...facts, userId: bob.userId },
    });
    expect(JSON.stringify(world.pushes(roomId))).not.toContain('hidden');
  });

  it('counts in the problem’s figures when completed, not when failed or cancelled', async () => {
    const counted = await world.problem({ cases: [aCase] });
    const figures = async (who: Person) => {
      const { totalSubmissions, acceptanceRate, attemptStatus, userAttempts } = (
        await world.get(who, `/problems/${counted}`)
      ).body;
      return [totalSubmissions, acceptanceRate, attemptStatus, userAttempts];
    };
    const roomId = await coding(counted);
    expect(await figures(bob)).toEqual([0, null, null, 0]);
    await ended(roomId, 'wrong_answer', 'wrong_answer');
    expect(await figures(bob)).toEqual([1, 0, 'attempted', 1]);
    await ended(roomId, 'accepted', 'accepted');
    expect(await figures(bob)).toEqual([2, 50, 'solved', 2]);
    expect(await figures(dan)).toEqual([2, 50, null, 0]);
    const failing = await world.worker.take(await submitted(bob, roomId));
    const error = { code: 'INTERNAL_ERROR', message: 'x', retryable: true } as const;
    await world.worker.finishSubmission(failing, { status: 'failed', verdict: 'internal_error', error });
    await submitted(bob, roomId);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}`);
    expect((await figures(bob)).slice(0, 2)).toEqual([2, 50]);
  });

  it('is stored once, and by its worker only', async () => {
    const roomId = await coding();
    const id = await submitted(bob, roomId);
    const late = await world.worker.take(id);
    await world.worker.store(late, judged(0));
    await world.change("UPDATE jobs SET lease_owner = 'another' WHERE id = ?", id);
    await world.worker.desk.recover(false);
    expect((await look(bob, id)).body).toMatchObject({ status: 'queued', passedTestCases: 1 });
    expect(await world.worker.store(late, judged(1))).toBe(false);
    const job = await world.worker.take(id);
    expect(world.worker.results.loadSubmission(id)?.stored).toEqual([
      { index: 0, verdict: 'accepted', durationMs: 12 },
    ]);
    expect(await world.worker.finishSubmission(late, done('wrong_answer'))).toBe(false);
    // The case stored before stays as it is.
    await world.worker.finishSubmission(
      job,
      done('accepted'),
      judged(0, 'wrong_answer'),
      judged(1),
      judged(2),
    );
    expect((await look(bob, id)).body).toMatchObject({ verdict: 'accepted', passedTestCases: 3 });
    expect(world.timeline(roomId).filter(({ type }) => type === 'submission_completed')).toHaveLength(1);
    expect(world.worker.results.loadSubmission(id)).toBeNull();
  });
});

describe('who may see a submission [S20]', () => {
  it('who made it and everybody in the room who was not removed; SUBMISSION_NOT_FOUND for others', async () => {
    const roomId = await coding();
    const own = await submitted(bob, roomId);
    const others = await submitted(ada, roomId);
    expect((await look(cyd, own)).status).toBe(200);
    expect((await look(dan, own)).code).toBe('SUBMISSION_NOT_FOUND');
    expect((await look(bob, nobody)).code).toBe('SUBMISSION_NOT_FOUND');
    expect((await world.get(bob, `/execution/${own}`)).code).toBe('EXECUTION_JOB_NOT_FOUND');
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${bob.userId}`);
    expect((await look(bob, own)).status).toBe(200);
    expect((await look(bob, others)).code).toBe('SUBMISSION_NOT_FOUND');
  });

  it('admins, each look at others’ audited', async () => {
    const id = await submitted(bob, await coding());
    const before = audits().length;
    expect((await look(root, id)).status).toBe(200);
    expect(audits().slice(before)).toEqual([
      expect.objectContaining({
        actor_id: root.userId,
        target_type: 'session',
        metadata: JSON.stringify({ submissionId: id }),
      }),
    ]);
    expect((await look(root, nobody)).code).toBe('SUBMISSION_NOT_FOUND');
    await look(bob, id);
    expect(audits()).toHaveLength(before + 1);
  });
});

describe('a poll with waitMs', () => {
  let polls: ReturnType<typeof watchPolls>;
  afterEach(() => polls.stop());

  it('is answered at the end', async () => {
    polls = watchPolls(world);
    const id = await submitted(bob, await coding());
    const poll = look(bob, id, 20_000);
    await polls.parked(1);
    const job = await world.worker.take(id);
    await polls.parked(2);
    await world.worker.finishSubmission(job, done('accepted'), judged(0), judged(1), judged(2));
    expect((await poll).body).toMatchObject({ status: 'completed', passedTestCases: 3 });
  });

  it('is answered early for further cases, not at once but with those that came meanwhile', async () => {
    polls = watchPolls(world);
    const id = await submitted(bob, await coding());
    const job = await world.worker.take(id);
    await world.worker.store(job, judged(0));
    const order: string[] = [];
    const quiet = await submitted(ada, await coding());
    const late = look(bob, quiet, 15_000).finally(() => order.push('without news'));
    const poll = look(bob, id, 20_000).finally(() => order.push('with news'));
    await polls.parked(2);
    await world.worker.store(job, judged(1));
    await polls.parked(3);
    await world.worker.store(job, judged(2));
    expect((await poll).body).toMatchObject({ status: 'running', passedTestCases: 3 });
    expect(order).toEqual(['with news']);
    const end = { status: 'failed', verdict: null, error: cancelled } as const;
    await world.worker.finishSubmission(await world.worker.take(quiet), end);
    await late;
  });

  it('shows what there is when the time is over', async () => {
    polls = watchPolls(world);
    const id = await submitted(bob, await coding());
    const poll = look(bob, id, 30);
    await polls.parked(1);
    expect((await poll).body).toMatchObject({ status: 'queued', testCases: [] });
  });

  it('frees its place when the client goes away', async () => {
    polls = watchPolls(world);
    const id = await submitted(bob, await coding());
    const leaving = new AbortController();
    const asked = { signal: leaving.signal };
    const poll = world.get(bob, `/submissions/${id}?waitMs=20000`, asked).catch(() => 'gone');
    await polls.parked(1);
    leaving.abort();
    expect(await poll).toBe('gone');
    expect(await polls.lastOutcome()).toBe(false);
  });
});

describe('a submission is cancelled', () => {
  const states = async (...ids: string[]) => {
    const shown = await Promise.all(ids.map((id) => look(root, id)));
    return shown.map(({ body }) => body.error?.code ?? body.status);
  };

  it('with a destroyed room, running or not: without a verdict, the rest skipped', async () => {
    const roomId = await coding();
    const running = await submitted(bob, roomId);
    const waiting = await submitted(ada, roomId);
    await world.worker.store(await world.worker.take(running), judged(0), judged(1, 'wrong_answer'));
    await world.ask(ada, 'DELETE', `/rooms/${roomId}`);
    expect(await states(running, waiting)).toEqual(['JOB_CANCELLED', 'JOB_CANCELLED']);
    const { body } = await look(bob, running);
    expect(body).toMatchObject({
      status: 'failed',
      verdict: null,
      error: cancelled,
      passedTestCases: 1,
      failedTestCases: 1,
      errorTestCases: 1,
    });
    expect(body.testCases[2].verdict).toBe('skipped');
  });

  it('with the removal of who made it, not with the end of the room', async () => {
    const roomId = await coding();
    const [removed, running, waiting] = [
      await submitted(bob, roomId),
      await submitted(ada, roomId),
      await submitted(ada, roomId),
    ];
    await world.worker.take(running);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${bob.userId}`);
    await world.advance(ada, roomId, 'finished');
    expect(await states(removed, running, waiting)).toEqual(['JOB_CANCELLED', 'running', 'queued']);
    await world.worker.finishSubmission(
      await world.worker.take(waiting),
      done('accepted'),
      ...[0, 1, 2].map((index) => judged(index)),
    );
    expect((await look(cyd, waiting)).body.verdict).toBe('accepted');
  });
});

it('outputs are shown as they were stored: control characters and cuts included', async () => {
  const id = await submitted(bob, await coding());
  const program = { ...ran, stdout: 'a\u0007b', stderr: 'tail', outputTruncated: true, exitCode: 137 };
  const outcome = { index: 0, verdict: 'runtime_error', program, errorMessage: 'no' } as const;
  await world.worker.store(await world.worker.take(id), outcome);
  expect((await look(bob, id)).body.testCases).toEqual([
    expect.objectContaining({
      actualOutput: 'a\u0007b',
      stderr: 'tail',
      outputTruncated: true,
      exitCode: 137,
    }),
  ]);
});
