import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { banUser } from '../../../src/control/admin/index.ts';
import { write } from '../../../src/db/write.ts';
import type { RunEnd } from '../../../src/ports/execution.ts';
import { ran, ranTo } from './execution.ts';
import { DAY, type Person, type Phase, type Reply, startWorld, type World, watchPolls } from './world.ts';

const nobody = '01890000-0000-7000-8000-000000000000';

let world: World;
/** ada hosts and interviews, bob is the candidate, cyd observes, dan is a stranger, root an admin. */
let ada: Person;
let bob: Person;
let cyd: Person;
let dan: Person;
let root: Person;
beforeAll(async () => {
  world = await startWorld({ 'execution.waitingJobsPerUser': 1000, 'execution.waitingJobs': 1000 });
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
  dan = await world.person('dan');
  root = await world.person('root', 'admin');
});
afterAll(() => world.close());

const roomIn = (phase: Phase) => world.room(phase, ada, [bob, cyd]);
async function startRun(who: Person, roomId: string): Promise<string> {
  const reply = await world.post(who, `/rooms/${roomId}/run`, { language: 'python', code: 'x', stdin: 'in' });
  if (reply.status !== 202) throw new Error(reply.code);
  return reply.body.jobId;
}
const look = (who: Person, jobId: string, waitMs = 0) =>
  world.get(who, `/execution/${jobId}?waitMs=${waitMs}`);
const at = (ms: number) => new Date(ms).toISOString();
async function endedRun(roomId: string, end: RunEnd): Promise<Reply> {
  const jobId = await startRun(bob, roomId);
  await world.worker.finishRun(await world.worker.take(jobId), end);
  return look(bob, jobId);
}
const audits = () => world.rows("SELECT * FROM audit_log WHERE action = 'admin.session.view' ORDER BY id");

describe('getExecutionResult', () => {
  it('shows a waiting run with its place, then a running one, each with Retry-After', async () => {
    const roomId = await roomIn('coding');
    await startRun(bob, roomId);
    const jobId = await startRun(bob, roomId);
    const queued = await look(bob, jobId);
    expect(queued.headers.get('retry-after')).toBe('1');
    expect(queued.body).toEqual({
      jobId,
      status: 'queued',
      queuePosition: 2,
      createdAt: at(world.clock.now()),
      startedAt: null,
    });
    world.clock.pass(10);
    await world.worker.take(jobId);
    const running = await look(bob, jobId);
    expect(running.headers.get('retry-after')).toBe('1');
    expect(running.body).toMatchObject({
      status: 'running',
      queuePosition: null,
      startedAt: at(world.clock.now()),
    });
  });

  it('shows all of a run that did well, for a day from its end', async () => {
    const roomId = await roomIn('coding');
    const jobId = await startRun(bob, roomId);
    const createdAt = world.clock.now();
    world.clock.pass(10);
    const job = await world.worker.take(jobId);
    world.clock.pass(20);
    const compile = { output: 'a warning', durationMs: 31 };
    await world.worker.finishRun(job, { status: 'completed', outcome: 'success', program: ran, compile });
    const { body, headers } = await look(bob, jobId);
    expect(headers.get('retry-after')).toBeNull();
    expect(body).toEqual({
      jobId,
      status: 'completed',
      outcome: 'success',
      language: 'python',
      stdout: 'hello\n',
      stderr: '',
      exitCode: 0,
      signal: null,
      durationMs: 12,
      cpuTimeMs: 11,
      memoryUsageMb: 9.5,
      timedOut: false,
      outputTruncated: false,
      compileOutput: 'a warning',
      compileDurationMs: 31,
      error: null,
      limits: { timeoutMs: 5000, memoryMb: 256 },
      createdAt: at(createdAt),
      startedAt: at(createdAt + 10),
      completedAt: at(createdAt + 30),
      expiresAt: at(createdAt + 30 + DAY),
    });
  });

  it.each<[string, RunEnd, object]>([
    [
      'a compile error',
      {
        status: 'completed',
        outcome: 'compile_error',
        program: {
          ...ran,
          exitCode: null,
          durationMs: null,
          cpuTimeMs: null,
          memoryUsageMb: null,
          stdout: '',
          error: null,
        },
        compile: { output: 'line 1: no', durationMs: 40 },
      },
      {
        outcome: 'compile_error',
        exitCode: null,
        durationMs: 0,
        cpuTimeMs: null,
        compileOutput: 'line 1: no',
      },
    ],
    [
      'a crash',
      ranTo('runtime_error', { exitCode: 139, signal: 'SIGSEGV', error: 'Killed by signal SIGSEGV' }),
      { outcome: 'runtime_error', exitCode: 139, signal: 'SIGSEGV', error: 'Killed by signal SIGSEGV' },
    ],
    [
      'a limit of time',
      ranTo('time_limit_exceeded', { timedOut: true, exitCode: null }),
      { outcome: 'time_limit_exceeded', timedOut: true },
    ],
    ['a limit of memory', ranTo('memory_limit_exceeded'), { outcome: 'memory_limit_exceeded' }],
    [
      'a limit of output',
      ranTo('output_limit_exceeded', { outputTruncated: true }),
      { outcome: 'output_limit_exceeded', outputTruncated: true },
    ],
  ])('is completed after %s: the sandbox did its work', async (_what, end, shown) => {
    const { body } = await endedRun(await roomIn('warmup'), end);
    expect(body).toMatchObject({ status: 'completed', ...shown });
  });

  it('is failed where the platform has no outcome, with the reason and nothing else', async () => {
    const error = { code: 'EXECUTION_SERVICE_TIMEOUT', message: 'Too late', retryable: true } as const;
    const { status, body } = await endedRun(await roomIn('warmup'), { status: 'failed', error });
    expect([status, body]).toEqual([
      200,
      {
        jobId: expect.any(String),
        status: 'failed',
        error,
        createdAt: expect.any(String),
        completedAt: expect.any(String),
      },
    ]);
  });

  it('tells timeline and room of every end, without output', async () => {
    const roomId = await roomIn('coding');
    const { body } = await endedRun(roomId, ranTo('runtime_error'));
    const facts = { jobId: body.jobId, status: 'completed', outcome: 'runtime_error', durationMs: 12 };
    expect(world.timeline(roomId).at(-1)).toEqual({
      type: 'run_completed',
      userId: bob.userId,
      facts: { ...facts, language: 'python' },
    });
    expect(world.pushes(roomId).at(-1)).toEqual({
      type: 'run-completed',
      data: { ...facts, userId: bob.userId },
    });
    const error = { code: 'INTERNAL_ERROR', message: 'x', retryable: true } as const;
    const failed = await endedRun(roomId, { status: 'failed', error });
    const noFacts = { jobId: failed.body.jobId, status: 'failed', outcome: null, durationMs: null };
    expect(world.timeline(roomId).at(-1)?.facts).toEqual({ ...noFacts, language: 'python' });
    expect(world.pushes(roomId).at(-1)?.data).toEqual({ ...noFacts, userId: bob.userId });
  });

  it('stores nothing from a worker that lost the job, and no second end', async () => {
    const roomId = await roomIn('coding');
    const jobId = await startRun(bob, roomId);
    const job = await world.worker.take(jobId);
    await world.change("UPDATE jobs SET lease_owner = 'another' WHERE id = ?", jobId);
    expect(await world.worker.finishRun(job, ranTo())).toBe(false);
    expect((await look(bob, jobId)).body.status).toBe('running');
    await world.worker.desk.recover(false);
    expect(await world.worker.finishRun(await world.worker.take(jobId), ranTo('runtime_error'))).toBe(true);
    expect(world.worker.results.loadRun(jobId)).toBeNull();
    await write(world.server.control.core.db, (tx) =>
      world.worker.results.finishRun(tx, jobId, ranTo('success'), world.clock.now()),
    );
    expect((await look(bob, jobId)).body.outcome).toBe('runtime_error');
    const ends = world.timeline(roomId).filter(({ type }) => type === 'run_completed');
    expect(ends.map(({ facts }) => facts.outcome)).toEqual(['runtime_error']);
  });
});

describe('who may see a run [S20]', () => {
  it('requester and everybody in the room who was not removed; others are told that there is none', async () => {
    const roomId = await roomIn('coding');
    const jobId = await startRun(bob, roomId);
    await world.post(ada, `/rooms/${roomId}/leave`, undefined);
    for (const who of [ada, bob, cyd]) expect((await look(who, jobId)).status).toBe(200);
    expect((await look(dan, jobId)).code).toBe('EXECUTION_JOB_NOT_FOUND');
    expect((await look(bob, nobody)).code).toBe('EXECUTION_JOB_NOT_FOUND');
  });

  it('the removed see their own and no others', async () => {
    const roomId = await roomIn('coding');
    const own = await startRun(bob, roomId);
    const others = await startRun(ada, roomId);
    await world.worker.finishRun(await world.worker.take(own), ranTo());
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${bob.userId}`);
    expect((await look(bob, own)).body.status).toBe('completed');
    expect((await look(bob, others)).code).toBe('EXECUTION_JOB_NOT_FOUND');
  });

  it('admins see every run, and each look at others’ is audited', async () => {
    const roomId = await roomIn('coding');
    const jobId = await startRun(bob, roomId);
    const before = audits().length;
    expect((await look(root, jobId)).status).toBe(200);
    const [session] = world.rows('SELECT id FROM sessions WHERE room_id = ?', roomId);
    expect(audits().slice(before)).toEqual([
      expect.objectContaining({
        actor_id: root.userId,
        target_type: 'session',
        target_id: session.id,
        metadata: JSON.stringify({ jobId }),
      }),
    ]);
    expect((await look(root, nobody)).code).toBe('EXECUTION_JOB_NOT_FOUND');
    const own = await world.room('warmup', ada, [bob, root]);
    await look(root, await startRun(bob, own));
    expect(audits()).toHaveLength(before + 1);
  });

  it('stays so after the room was destroyed', async () => {
    const roomId = await roomIn('coding');
    const { body } = await endedRun(roomId, ranTo());
    await world.ask(ada, 'DELETE', `/rooms/${roomId}`);
    expect((await look(cyd, body.jobId)).body.stdout).toBe('hello\n');
    expect((await look(dan, body.jobId)).code).toBe('EXECUTION_JOB_NOT_FOUND');
  });
});

describe('a day after its end', () => {
  it('a run is not found by anybody, then its texts are erased; code and summary stay', async () => {
    const roomId = await roomIn('coding');
    const { body } = await endedRun(roomId, ranTo('success', { stderr: 'err' }));
    const pending = await startRun(bob, roomId);
    const again = async (who: Person) => {
      await world.signIn(who);
      return look(who, body.jobId);
    };
    world.clock.pass(DAY - 1);
    expect((await again(bob)).status).toBe(200);
    world.clock.pass(1);
    const before = audits().length;
    for (const who of [ada, bob, root]) expect((await again(who)).code).toBe('EXECUTION_JOB_NOT_FOUND');
    expect(audits()).toHaveLength(before);
    const texts = () =>
      world.rows('SELECT code, stdin, stdout, stderr FROM runs WHERE id = ?', body.jobId)[0];
    await world.server.control.cleanUp();
    expect(texts()).toMatchObject({ stdout: 'hello\n' });
    world.clock.pass(1);
    await world.server.control.cleanUp();
    expect(texts()).toEqual({ code: 'x', stdin: null, stdout: null, stderr: null });
    const list = (await world.get(bob, `/rooms/${roomId}/runs`)).body.data;
    expect(list).toEqual([
      expect.objectContaining({ jobId: pending, resultAvailable: true }),
      expect.objectContaining({ jobId: body.jobId, outcome: 'success', resultAvailable: false }),
    ]);
    expect((await look(bob, pending)).body.status).toBe('queued');
    for (const who of [cyd, dan]) await world.signIn(who);
  });
});

describe('a poll with waitMs', () => {
  let polls: ReturnType<typeof watchPolls>;
  afterEach(() => polls.stop());

  it('is answered at the end, and not before: a start is no end', async () => {
    polls = watchPolls(world);
    const jobId = await startRun(bob, await roomIn('coding'));
    const order: string[] = [];
    const poll = look(bob, jobId, 20_000).finally(() => order.push('answered'));
    await polls.parked(1);
    const job = await world.worker.take(jobId);
    await polls.parked(2);
    order.push('ended');
    await world.worker.finishRun(job, ranTo());
    expect((await poll).body.status).toBe('completed');
    expect(order).toEqual(['ended', 'answered']);
  });

  it('of several all are answered, also by a cancellation', async () => {
    polls = watchPolls(world);
    const roomId = await roomIn('coding');
    const jobId = await startRun(bob, roomId);
    const waiting = [ada, bob, cyd].map((who) => look(who, jobId, 20_000));
    await polls.parked(3);
    await world.advance(ada, roomId, 'finished');
    const answers = await Promise.all(waiting);
    expect(answers.map(({ body }) => body.error.code)).toEqual(Array(3).fill('JOB_CANCELLED'));
  });

  it('shows the state as it is when the time is over', async () => {
    polls = watchPolls(world);
    const jobId = await startRun(bob, await roomIn('coding'));
    const poll = look(bob, jobId, 50);
    await polls.parked(1);
    await world.worker.take(jobId);
    expect((await poll).body).toMatchObject({ status: 'running' });
  });

  it('frees its place when the client goes away', async () => {
    polls = watchPolls(world);
    const jobId = await startRun(bob, await roomIn('coding'));
    const { signal, gone } = (() => {
      const controller = new AbortController();
      return { signal: controller.signal, gone: () => controller.abort() };
    })();
    const poll = world.get(bob, `/execution/${jobId}?waitMs=20000`, { signal }).catch(() => 'gone');
    await polls.parked(1);
    gone();
    expect(await poll).toBe('gone');
    expect(await polls.lastOutcome()).toBe(false);
  });

  it('VALIDATION_FAILED above 20 s', async () => {
    polls = watchPolls(world);
    const reply = await look(bob, nobody, 20_001);
    expect([reply.code, reply.details?.fields]).toEqual([
      'VALIDATION_FAILED',
      [{ field: 'query.waitMs', constraint: 'max', value: '20001' }],
    ]);
  });
});

describe('runs are cancelled', () => {
  const cancelled = { code: 'JOB_CANCELLED', message: 'The job was cancelled', retryable: false };
  /** One run of each of these people, the first one's running. */
  async function runsOf(roomId: string, ...people: Person[]): Promise<string[]> {
    const ids: string[] = [];
    for (const who of people) ids.push(await startRun(who, roomId));
    await world.worker.take(ids[0] as string);
    return ids;
  }
  const states = async (ids: string[]) => {
    const shown = await Promise.all(ids.map((id) => look(root, id)));
    return shown.map(({ body }) => body.error?.code ?? body.status);
  };

  it('those that wait when the room finishes; who runs ends normally. The room and the timeline are told', async () => {
    const roomId = await roomIn('coding');
    const ids = await runsOf(roomId, bob, ada);
    await world.advance(ada, roomId, 'finished');
    expect(await states(ids)).toEqual(['running', 'JOB_CANCELLED']);
    expect((await look(bob, ids[1] as string)).body.error).toEqual(cancelled);
    const data = { jobId: ids[1], userId: ada.userId, status: 'failed', outcome: null, durationMs: null };
    expect(world.pushes(roomId)).toContainEqual({ type: 'run-completed', data });
    const told = world.timeline(roomId).filter(({ type }) => type === 'run_completed');
    expect(told).toMatchObject([{ facts: { jobId: ids[1] } }]);
    expect(world.rows('SELECT id FROM jobs WHERE room_id = ? AND lane IS NOT NULL', roomId)).toEqual([
      { id: ids[0] },
    ]);
  });

  it('all of a destroyed room, running ones too', async () => {
    const told: string[] = [];
    world.server.control.core.queue.listen({ cancelled: (ids) => told.push(...ids) });
    const roomId = await roomIn('coding');
    const ids = await runsOf(roomId, bob, ada);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}`);
    expect(await states(ids)).toEqual(['JOB_CANCELLED', 'JOB_CANCELLED']);
    expect(told.sort()).toEqual([...ids].sort());
  });

  it('those of a removed participant in this room only, running ones too', async () => {
    const elsewhere = await world.room('coding', dan, [bob]);
    const [other] = await runsOf(elsewhere, bob);
    const roomId = await roomIn('coding');
    const ids = await runsOf(roomId, bob, ada, bob);
    const removal = await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${bob.userId}?ban=false`);
    expect(removal.status).toBe(204);
    expect(await states([...ids, other as string])).toEqual([
      'JOB_CANCELLED',
      'queued',
      'JOB_CANCELLED',
      'running',
    ]);
  });

  it('those of a banned account in every room', async () => {
    const eve = await world.person('eve');
    const rooms = [await world.room('coding', ada, [eve]), await world.room('coding', dan, [eve])];
    const ids: string[] = [];
    for (const roomId of rooms) ids.push(...(await runsOf(roomId, eve, eve)));
    const others = await runsOf(rooms[0] as string, ada);
    const ban = { userId: eve.userId, actorId: null, origin: { ip: null, requestId: null } };
    await banUser(world.server.control.admin, ban, null);
    expect(await states(ids)).toEqual(Array(4).fill('JOB_CANCELLED'));
    expect(await states(others)).toEqual(['running']);
  });

  it('none of who leaves, or by a lock', async () => {
    const roomId = await roomIn('coding');
    const ids = await runsOf(roomId, ada, bob);
    await world.post(ada, `/rooms/${roomId}/control/lock-editor`, {});
    await world.post(bob, `/rooms/${roomId}/leave`, undefined);
    expect(await states(ids)).toEqual(['running', 'queued']);
  });
});

describe('a server that goes down', () => {
  it('leaves waiting runs waiting, and begins the others anew', async () => {
    const jobId = await startRun(bob, await roomIn('coding'));
    const job = await world.worker.take(jobId);
    await world.worker.desk.giveBack([job]);
    expect((await look(bob, jobId)).body).toMatchObject({ status: 'queued', startedAt: null });
    const crash = async () => {
      await world.worker.take(jobId);
      await world.change("UPDATE jobs SET lease_owner = 'dead' WHERE id = ?", jobId);
      await world.worker.desk.recover(false);
    };
    await crash();
    expect((await look(bob, jobId)).body.status).toBe('queued');
    await crash();
    expect((await look(bob, jobId)).body).toMatchObject({
      status: 'failed',
      error: { code: 'JOB_INTERRUPTED', retryable: true },
    });
  });
});
