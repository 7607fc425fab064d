import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ranTo } from './execution.ts';
import { aCase, type Person, type Phase, type Reply, startWorld, type World } from './world.ts';

const nobody = '01890000-0000-7000-8000-000000000000';
const MIB = 1024 * 1024;

let world: World;
/** ada hosts and interviews, bob is the candidate, cyd observes, dan is a stranger. */
let ada: Person;
let bob: Person;
let cyd: Person;
let dan: Person;
beforeAll(async () => {
  world = await startWorld({ 'execution.waitingJobsPerUser': 1000, 'execution.waitingJobs': 1000 });
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
  dan = await world.person('dan');
});
afterAll(() => world.close());

const roomIn = (phase: Phase, body: object = {}) => world.room(phase, ada, [bob, cyd], body);
const program = { language: 'python', code: 'print(input())' };
function run(
  who: Person,
  roomId: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  return world.post(who, `/rooms/${roomId}/run`, { ...program, ...body }, headers);
}
const failuresOf = ({ details }: Reply) =>
  (details?.fields ?? []).map((one) => `${one.field} ${one.constraint}`);
const runsOf = (roomId: string) => world.rows('SELECT * FROM runs WHERE room_id = ? ORDER BY id', roomId);
const jobsOf = (roomId: string) => world.rows('SELECT * FROM jobs WHERE room_id = ?', roomId);

describe('runCode', () => {
  it('stores run and job together, says where to look, and tells the room', async () => {
    const roomId = await roomIn('warmup');
    const reply = await run(bob, roomId, { stdin: 'ü\n' });
    expect([reply.status, reply.body]).toEqual([202, { jobId: expect.any(String) }]);
    const { jobId } = reply.body;
    expect(reply.headers.get('location')).toBe(`/execution/${jobId}`);
    expect(reply.headers.get('retry-after')).toBe('1');
    const [session] = world.rows('SELECT id FROM sessions WHERE room_id = ?', roomId);
    expect(runsOf(roomId)).toEqual([
      expect.objectContaining({
        id: jobId,
        session_id: session.id,
        user_id: bob.userId,
        language: 'python',
        code: program.code,
        driver: null,
        stdin: 'ü\n',
        timeout_ms: 5000,
        memory_mb: 256,
        status: 'queued',
        created_at: world.clock.now(),
        completed_at: null,
      }),
    ]);
    expect(jobsOf(roomId)).toEqual([
      expect.objectContaining({ id: jobId, kind: 'run', lane: 1, user_id: bob.userId, state: 'queued' }),
    ]);
    expect(world.pushes(roomId).at(-1)).toEqual({
      type: 'run-started',
      data: { jobId, userId: bob.userId, language: 'python' },
    });
  });

  it('names the language in the job: the plane begins none whose toolchain is still being probed', async () => {
    const roomId = await roomIn('warmup');
    await run(bob, roomId, { language: 'go' });
    const waiting = world.worker.desk.list().filter((job) => job.roomId === roomId);
    expect(waiting.map(({ language }) => language)).toEqual(['go']);
  });

  it('hands program, input and limits to the plane', async () => {
    const roomId = await roomIn('coding');
    const { body } = await run(ada, roomId, { stdin: 'in', timeoutMs: 700, memoryMb: 64 });
    expect(world.worker.results.loadRun(body.jobId)).toEqual({
      kind: 'run',
      jobId: body.jobId,
      program: { ...program, driver: null },
      stdin: 'in',
      limits: { timeoutMs: 700, memoryMb: 64 },
    });
    const other = await run(ada, roomId, { timeoutMs: 30_000, memoryMb: 1024 });
    expect(world.worker.results.loadRun(other.body.jobId)?.limits).toEqual({
      timeoutMs: 10_000,
      memoryMb: 1024,
    });
    const java = await run(ada, roomId, { language: 'java', timeoutMs: 100, memoryMb: 32 });
    expect(world.worker.results.loadRun(java.body.jobId)?.limits).toEqual({ timeoutMs: 600, memoryMb: 128 });
  });

  it('is open in warmup, coding and wrapup while the editor is unlocked', async () => {
    for (const phase of ['warmup', 'coding'] as const) {
      expect((await run(bob, await roomIn(phase))).status).toBe(202);
    }
    const roomId = await roomIn('wrapup');
    expect((await run(ada, roomId)).code).toBe('ROOM_EDITOR_LOCKED');
    await world.post(ada, `/rooms/${roomId}/control/unlock-editor`, {});
    expect((await run(ada, roomId)).status).toBe(202);
  });

  it('takes the driver of a function problem as it is now, and refuses languages without one', async () => {
    const problemId = await world.problem({ kind: 'function', drivers: { python: 'import solution' } });
    const roomId = await roomIn('coding', { problemId });
    const { body } = await run(bob, roomId);
    await world.revise(problemId, { kind: 'function', drivers: { c: 'x' } });
    expect(world.worker.results.loadRun(body.jobId)?.program.driver).toBe('import solution');
    const refused = await run(bob, roomId);
    expect([refused.code, failuresOf(refused)]).toEqual([
      'VALIDATION_FAILED',
      ['language languageNotOffered'],
    ]);
    expect(runsOf(roomId)).toHaveLength(1);
  });

  it('VALIDATION_FAILED: what is missing or too large, in characters and in bytes', async () => {
    const roomId = await roomIn('coding');
    const failures = async (body: object) => failuresOf(await run(bob, roomId, body));
    expect(await failures({ code: '' })).toEqual(['code minLength']);
    expect(await failures({ code: 'a'.repeat(262_145) })).toEqual(['code maxLength']);
    expect(await failures({ code: 'ü'.repeat(131_073) })).toEqual(['code maxLength']);
    expect(await failures({ stdin: 'a'.repeat(MIB + 1) })).toEqual(['stdin maxLength']);
    expect(await failures({ stdin: 'ü'.repeat(MIB / 2 + 1) })).toEqual(['stdin maxLength']);
    expect(await failures({ language: 'cobol', timeoutMs: 99, memoryMb: 31, more: 1 })).toEqual([
      'more unknownField',
      'language isIn',
      'timeoutMs min',
      'memoryMb min',
    ]);
    expect(runsOf(roomId)).toEqual([]);
    const whole = { code: 'ü'.repeat(131_072), stdin: 'ü'.repeat(MIB / 2) };
    expect((await run(bob, roomId, whole)).status).toBe(202);
  });
});

describe('runCode refuses, and stores nothing', () => {
  const refused = async (who: Person, roomId: string, code: string, details: object = {}) => {
    const before = world.rows('SELECT count(*) AS runs FROM runs')[0].runs;
    const reply = await run(who, roomId);
    expect([reply.code, reply.details ?? {}]).toEqual([code, details]);
    expect(world.rows('SELECT count(*) AS runs FROM runs')[0].runs).toBe(before);
  };

  it('ROOM_NOT_FOUND, also of a destroyed room', async () => {
    await refused(ada, nobody, 'ROOM_NOT_FOUND');
    const roomId = await roomIn('coding');
    expect((await world.ask(ada, 'DELETE', `/rooms/${roomId}`)).status).toBe(200);
    await refused(ada, roomId, 'ROOM_NOT_FOUND');
  });

  it('ROOM_ACCESS_DENIED: strangers, admins too; who has left or was removed [S20]', async () => {
    const root = await world.person('root', 'admin');
    const roomId = await roomIn('coding');
    await refused(dan, roomId, 'ROOM_ACCESS_DENIED');
    await refused(root, roomId, 'ROOM_ACCESS_DENIED');
    await world.post(bob, `/rooms/${roomId}/leave`, undefined);
    await refused(bob, roomId, 'ROOM_ACCESS_DENIED');
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${cyd.userId}`);
    await refused(cyd, roomId, 'ROOM_ACCESS_DENIED');
  });

  it('ROOM_PERMISSION_DENIED: observers, a host who observes included', async () => {
    const roomId = await roomIn('coding');
    await refused(cyd, roomId, 'ROOM_PERMISSION_DENIED', { capability: 'code:run' });
    const config = { maxParticipants: 4 };
    const { body } = await world.post(ada, '/rooms', { mode: 'peer', config, hostRole: 'observer' });
    await world.post(bob, `/rooms/${body.roomId}/join`, { roomCode: body.roomCode });
    await refused(ada, body.roomId, 'ROOM_PERMISSION_DENIED', { capability: 'code:run' });
  });

  it('ROOM_INVALID_STATE in waiting, ROOM_FINISHED at the end', async () => {
    const state = { currentStatus: 'waiting', allowed: ['warmup', 'coding', 'wrapup'] };
    await refused(bob, await roomIn('waiting'), 'ROOM_INVALID_STATE', state);
    await refused(bob, await roomIn('finished'), 'ROOM_FINISHED');
  });

  it('ROOM_EDITOR_LOCKED for everybody, the host included', async () => {
    const roomId = await roomIn('coding');
    await world.post(ada, `/rooms/${roomId}/control/lock-editor`, {});
    await refused(ada, roomId, 'ROOM_EDITOR_LOCKED');
    await refused(bob, roomId, 'ROOM_EDITOR_LOCKED');
  });

  it('EXECUTION_SERVICE_UNAVAILABLE while the plane cannot run the language; others are accepted [S26]', async () => {
    const roomId = await roomIn('coding');
    world.execution.refusals.set('python', 'Python is not installed.');
    try {
      await refused(bob, roomId, 'EXECUTION_SERVICE_UNAVAILABLE', { language: 'python' });
      const reply = await run(bob, roomId);
      expect([reply.status, reply.body.message]).toEqual([503, 'Python is not installed.']);
      expect(reply.headers.get('retry-after')).toBe('7');
      expect((await run(bob, roomId, { language: 'c' })).status).toBe(202);
    } finally {
      world.execution.refusals.clear();
    }
  });

  it('in the order of the room: right before state, finished before lock', async () => {
    const waiting = await roomIn('waiting');
    await refused(cyd, waiting, 'ROOM_PERMISSION_DENIED', { capability: 'code:run' });
    const locked = await roomIn('coding');
    await world.post(ada, `/rooms/${locked}/control/lock-editor`, {});
    await world.advance(ada, locked, 'finished');
    await refused(bob, locked, 'ROOM_FINISHED');
  });
});

describe('runCode under an Idempotency-Key', () => {
  const key = () => ({ 'Idempotency-Key': world.server.control.core.ids.next() });

  it('replays the first answer, headers included, whatever became of the room since', async () => {
    const roomId = await roomIn('coding');
    const headers = key();
    const first = await run(bob, roomId, {}, headers);
    await world.advance(ada, roomId, 'finished');
    const again = await run(bob, roomId, {}, headers);
    expect([again.status, again.body]).toEqual([202, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(first.headers.get('idempotency-replayed')).toBeNull();
    expect(runsOf(roomId)).toHaveLength(1);
  });

  it('IDEMPOTENCY_CONFLICT with another body; the key of somebody else is free', async () => {
    const roomId = await roomIn('coding');
    const headers = key();
    await run(bob, roomId, {}, headers);
    const other = await run(bob, roomId, { code: 'print(2)' }, headers);
    expect([other.status, other.code, other.details]).toEqual([
      409,
      'IDEMPOTENCY_CONFLICT',
      { reason: 'bodyMismatch' },
    ]);
    expect((await run(ada, roomId, { code: 'print(2)' }, headers)).status).toBe(202);
    expect(runsOf(roomId)).toHaveLength(2);
  });

  it('is free again after a refusal', async () => {
    const roomId = await roomIn('coding');
    const headers = key();
    world.execution.refusals.set('python', 'not now');
    expect((await run(bob, roomId, {}, headers)).status).toBe(503);
    world.execution.refusals.clear();
    expect((await run(bob, roomId, {}, headers)).status).toBe(202);
  });
});

describe('listRoomRuns', () => {
  const list = (who: Person, roomId: string, query = '') => world.get(who, `/rooms/${roomId}/runs${query}`);

  it('lists everybody’s runs by creation time, pending ones included, without their texts', async () => {
    const roomId = await roomIn('coding');
    const first = (await run(bob, roomId)).body.jobId;
    world.clock.pass(5);
    const second = (await run(ada, roomId, { language: 'c' })).body.jobId;
    await world.worker.finishRun(await world.worker.take(first), ranTo('runtime_error', { exitCode: 3 }));
    const { body } = await list(cyd, roomId);
    expect(body).toEqual({
      data: [
        expect.objectContaining({
          jobId: second,
          userId: ada.userId,
          language: 'c',
          status: 'queued',
          outcome: null,
          exitCode: null,
          resultAvailable: true,
          completedAt: null,
        }),
        {
          jobId: first,
          roomId,
          sessionId: expect.any(String),
          userId: bob.userId,
          language: 'python',
          status: 'completed',
          outcome: 'runtime_error',
          exitCode: 3,
          durationMs: 12,
          memoryUsageMb: 9.5,
          timedOut: false,
          resultAvailable: true,
          createdAt: new Date(world.clock.now() - 5).toISOString(),
          completedAt: new Date(world.clock.now()).toISOString(),
        },
      ],
      pagination: { nextCursor: null, hasMore: false },
    });
  });

  it('pages both ways, each run once, those of one millisecond too; filters by user', async () => {
    const roomId = await roomIn('coding');
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      if (index !== 2) world.clock.pass(1);
      ids.push((await run(index === 4 ? ada : bob, roomId)).body.jobId);
    }
    const all = async (query: string) => {
      const found: string[] = [];
      let cursor = '';
      do {
        const { body } = await list(bob, roomId, `?limit=2&${query}${cursor}`);
        found.push(...body.data.map(({ jobId }: { jobId: string }) => jobId));
        cursor = body.pagination.nextCursor === null ? '' : `&cursor=${body.pagination.nextCursor}`;
      } while (cursor !== '');
      return found;
    };
    expect(await all('sortOrder=asc')).toEqual(ids);
    expect(await all('')).toEqual(ids.toReversed());
    expect(await all(`userId=${bob.userId}&sortOrder=asc`)).toEqual(ids.slice(0, 4));
    expect(await all(`userId=${dan.userId}`)).toEqual([]);
    const { nextCursor } = (await list(bob, roomId, '?limit=2')).body.pagination;
    const foreign = await list(bob, roomId, `?limit=2&userId=${bob.userId}&cursor=${nextCursor}`);
    expect([foreign.code, failuresOf(foreign)]).toEqual(['VALIDATION_FAILED', ['query.cursor cursor']]);
  });

  it('is open to who left and in finished rooms; ROOM_ACCESS_DENIED, ROOM_NOT_FOUND for others', async () => {
    const roomId = await roomIn('coding');
    await run(bob, roomId);
    await world.post(bob, `/rooms/${roomId}/leave`, undefined);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${cyd.userId}`);
    expect((await list(bob, roomId)).body.data).toHaveLength(1);
    await world.advance(ada, roomId, 'finished');
    expect((await list(bob, roomId)).body.data).toHaveLength(1);
    expect((await list(cyd, roomId)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await list(dan, roomId)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await list(ada, nobody)).code).toBe('ROOM_NOT_FOUND');
  });
});

it('the instance’s default limits hold where a run names none', async () => {
  const other = await startWorld({ 'execution.runTimeoutMs': 1500, 'execution.memoryMb': 100 });
  try {
    const eve = await other.person('eve');
    const fay = await other.person('fay');
    const roomId = await other.room('warmup', eve, [fay], {
      problemId: await other.problem({ cases: [aCase] }),
    });
    const { body } = await other.post(eve, `/rooms/${roomId}/run`, program);
    expect(other.worker.results.loadRun(body.jobId)?.limits).toEqual({ timeoutMs: 1500, memoryMb: 100 });
  } finally {
    await other.close();
  }
});
