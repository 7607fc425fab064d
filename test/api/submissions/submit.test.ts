import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aCase, type Person, type Phase, type Reply, startWorld, type World } from '../runs/world.ts';

const nobody = '01890000-0000-7000-8000-000000000000';

let world: World;
/** ada hosts and interviews, bob is the candidate, cyd observes, dan is a stranger. */
let ada: Person;
let bob: Person;
let cyd: Person;
let dan: Person;
/** One visible and one hidden case. */
let problemId: string;
beforeAll(async () => {
  const many = { 'execution.waitingJobsPerUser': 1000, 'execution.waitingSubmissionsPerUser': 1000 };
  world = await startWorld({ ...many, 'execution.waitingJobs': 1000 });
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
  dan = await world.person('dan');
  problemId = await world.problem({ timeLimitMs: 900, memoryLimitMb: 64 });
});
afterAll(() => world.close());

const roomIn = (phase: Phase, body: object = { problemId }) => world.room(phase, ada, [bob, cyd], body);
const program = { language: 'python', code: 'print(input())' };
function submit(
  who: Person,
  roomId: string,
  body: object = {},
  headers: Record<string, string> = {},
): Promise<Reply> {
  return world.post(who, `/rooms/${roomId}/submit`, { ...program, ...body }, headers);
}
const failuresOf = ({ details }: Reply) =>
  (details?.fields ?? []).map((one) => `${one.field} ${one.constraint}`);
const submissionsOf = (roomId: string) => world.rows('SELECT * FROM submissions WHERE room_id = ?', roomId);

describe('submitCode', () => {
  it('stores submission and job together, says where to look, and tells the room', async () => {
    const roomId = await roomIn('coding');
    const reply = await submit(bob, roomId);
    expect([reply.status, reply.body]).toEqual([202, { submissionId: expect.any(String) }]);
    const { submissionId } = reply.body;
    expect(reply.headers.get('location')).toBe(`/submissions/${submissionId}`);
    expect(reply.headers.get('retry-after')).toBe('1');
    expect(submissionsOf(roomId)).toEqual([
      expect.objectContaining({
        id: submissionId,
        user_id: bob.userId,
        problem_id: problemId,
        language: 'python',
        code: program.code,
        status: 'queued',
        verdict: null,
        total_cases: 2,
        submitted_at: world.clock.now(),
      }),
    ]);
    const kept = world.timeline(roomId).filter(({ facts }) => facts.trigger === 'submission');
    expect(kept.map(({ userId, facts }) => [userId, facts.trigger, facts.linesOfCode])).toEqual([
      [bob.userId, 'submission', program.code.split('\n').filter((line) => line.trim() !== '').length],
    ]);
    const waiting = world.worker.desk.list().filter((job) => job.roomId === roomId);
    expect(waiting).toEqual([
      expect.objectContaining({ jobId: submissionId, kind: 'submission', lane: 2, language: 'python' }),
    ]);
    expect(world.pushes(roomId).at(-1)).toEqual({
      type: 'submission-started',
      data: { submissionId, userId: bob.userId, language: 'python', totalTestCases: 2 },
    });
  });

  it('hands the problem as it was to the plane, whatever becomes of it', async () => {
    const own = { ...aCase, input: '3\n', expectedOutput: '6\n', timeoutMs: 500, memoryMb: 32 };
    const drivers = { python: 'import solution' };
    const changing = await world.problem({
      kind: 'function',
      drivers,
      timeLimitMs: 900,
      comparison: { mode: 'float', tolerance: 0.5 },
      cases: [aCase, own],
    });
    const roomId = await roomIn('coding', { problemId: changing });
    const { submissionId } = (await submit(bob, roomId)).body;
    await world.revise(changing, { cases: [aCase], drivers: null, kind: 'program' });
    expect(world.worker.results.loadSubmission(submissionId)).toEqual({
      kind: 'submission',
      jobId: submissionId,
      submissionId,
      problemId: changing,
      program: { ...program, driver: 'import solution' },
      comparison: { mode: 'float', tolerance: 0.5 },
      cases: [
        { index: 0, input: '1\n', expectedOutput: '1\n', wish: { timeoutMs: 900, memoryMb: null } },
        { index: 1, input: '3\n', expectedOutput: '6\n', wish: { timeoutMs: 500, memoryMb: 32 } },
      ],
      stored: [],
    });
    const next = (await submit(bob, roomId)).body.submissionId;
    expect(world.worker.results.loadSubmission(next)?.cases).toHaveLength(1);
  });

  it('takes a problem that was withdrawn after the room had chosen it, and a paused timer', async () => {
    const withdrawn = await world.problem();
    const roomId = await roomIn('coding', { problemId: withdrawn });
    await world.change('UPDATE problems SET is_published = 0 WHERE id = ?', withdrawn);
    await world.post(ada, `/rooms/${roomId}/control/pause-timer`, {});
    expect((await submit(bob, roomId)).status).toBe(202);
  });

  it('VALIDATION_FAILED: too large a source, and a language that the problem does not offer', async () => {
    const roomId = await roomIn('coding');
    expect(failuresOf(await submit(bob, roomId, { code: 'ü'.repeat(131_073) }))).toEqual(['code maxLength']);
    expect(failuresOf(await submit(bob, roomId, { stdin: '' }))).toEqual(['stdin unknownField']);
    const offered = await world.problem({ kind: 'function', drivers: { c: 'int main;' } });
    const other = await roomIn('coding', { problemId: offered });
    const refused = await submit(bob, other);
    expect([refused.code, failuresOf(refused)]).toEqual([
      'VALIDATION_FAILED',
      ['language languageNotOffered'],
    ]);
    expect([...submissionsOf(roomId), ...submissionsOf(other)]).toEqual([]);
    expect((await submit(bob, other, { language: 'c' })).status).toBe(202);
  });
});

describe('submitCode refuses, and stores nothing', () => {
  const refused = async (who: Person, roomId: string, code: string, details: object = {}) => {
    const count = () => world.rows('SELECT count(*) AS n FROM submissions')[0].n;
    const before = count();
    const reply = await submit(who, roomId);
    expect([reply.code, reply.details ?? {}]).toEqual([code, details]);
    expect(count()).toBe(before);
  };

  it('ROOM_NOT_FOUND, ROOM_ACCESS_DENIED, ROOM_PERMISSION_DENIED', async () => {
    await refused(ada, nobody, 'ROOM_NOT_FOUND');
    const roomId = await roomIn('coding');
    await refused(dan, roomId, 'ROOM_ACCESS_DENIED');
    await refused(cyd, roomId, 'ROOM_PERMISSION_DENIED', { capability: 'code:submit' });
    await world.post(bob, `/rooms/${roomId}/leave`, undefined);
    await refused(bob, roomId, 'ROOM_ACCESS_DENIED');
  });

  it('ROOM_INVALID_STATE outside of coding, ROOM_FINISHED at the end', async () => {
    for (const currentStatus of ['waiting', 'warmup', 'wrapup'] as const) {
      const roomId = await roomIn(currentStatus);
      await refused(bob, roomId, 'ROOM_INVALID_STATE', { currentStatus, allowed: ['coding'] });
    }
    await refused(bob, await roomIn('finished'), 'ROOM_FINISHED');
  });

  it('ROOM_EDITOR_LOCKED for everybody', async () => {
    const roomId = await roomIn('coding');
    await world.post(ada, `/rooms/${roomId}/control/lock-editor`, {});
    await refused(ada, roomId, 'ROOM_EDITOR_LOCKED');
    await refused(bob, roomId, 'ROOM_EDITOR_LOCKED');
  });

  it('PROBLEM_NOT_FOUND without a problem', async () => {
    await refused(bob, await roomIn('coding', {}), 'PROBLEM_NOT_FOUND');
  });

  it('PROBLEM_NO_TEST_CASES', async () => {
    const empty = await world.problem({ cases: [] });
    const roomId = await roomIn('coding', { problemId: empty });
    await refused(bob, roomId, 'PROBLEM_NO_TEST_CASES');
    expect((await submit(bob, roomId)).status).toBe(422);
  });

  it('EXECUTION_SERVICE_UNAVAILABLE while the plane cannot run the language [S26]', async () => {
    const roomId = await roomIn('coding');
    world.execution.refusals.set('python', 'Python is not installed.');
    await refused(bob, roomId, 'EXECUTION_SERVICE_UNAVAILABLE', { language: 'python' });
    expect((await submit(bob, roomId)).headers.get('retry-after')).toBe('7');
    world.execution.refusals.clear();
  });

  it('in the order of checks: room, problem, then capacity', async () => {
    world.execution.refusals.set('python', 'not now');
    const locked = await roomIn('coding', {});
    await refused(bob, locked, 'PROBLEM_NOT_FOUND');
    await world.post(ada, `/rooms/${locked}/control/lock-editor`, {});
    await refused(bob, locked, 'ROOM_EDITOR_LOCKED');
    world.execution.refusals.clear();
  });
});

describe('submitCode under an Idempotency-Key', () => {
  it('replays the first answer; IDEMPOTENCY_CONFLICT with another body', async () => {
    const roomId = await roomIn('coding');
    const headers = { 'Idempotency-Key': world.server.control.core.ids.next() };
    const first = await submit(bob, roomId, {}, headers);
    const again = await submit(bob, roomId, {}, headers);
    expect([again.status, again.body, again.headers.get('location')]).toEqual([
      202,
      first.body,
      first.headers.get('location'),
    ]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await submit(bob, roomId, { code: 'print(2)' }, headers);
    expect([other.status, other.code, other.details]).toEqual([
      409,
      'IDEMPOTENCY_CONFLICT',
      { reason: 'bodyMismatch' },
    ]);
    expect(submissionsOf(roomId)).toHaveLength(1);
  });
});

describe('listRoomSubmissions', () => {
  const list = (who: Person, roomId: string, query = '') =>
    world.get(who, `/rooms/${roomId}/submissions${query}`);

  it('pages both ways, across problems, each once; filters by user and problem', async () => {
    const roomId = await roomIn('coding');
    const other = await world.problem();
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1) {
      if (index === 3) await world.ask(ada, 'PUT', `/rooms/${roomId}/control/problem`, { problemId: other });
      if (index !== 2) world.clock.pass(1);
      ids.push((await submit(index === 4 ? ada : bob, roomId)).body.submissionId);
    }
    const all = async (query: string) => {
      const found: string[] = [];
      let cursor = '';
      do {
        const { body } = await list(cyd, roomId, `?limit=2&${query}${cursor}`);
        found.push(...body.data.map((one: { submissionId: string }) => one.submissionId));
        cursor = body.pagination.nextCursor === null ? '' : `&cursor=${body.pagination.nextCursor}`;
      } while (cursor !== '');
      return found;
    };
    expect(await all('sortOrder=asc')).toEqual(ids);
    expect(await all('')).toEqual(ids.toReversed());
    expect(await all(`userId=${ada.userId}`)).toEqual(ids.slice(4));
    expect(await all(`problemId=${other}&sortOrder=asc`)).toEqual(ids.slice(3));
    expect(await all(`problemId=${problemId}&userId=${bob.userId}&sortOrder=asc`)).toEqual(ids.slice(0, 3));
    const { nextCursor } = (await list(cyd, roomId, '?limit=2')).body.pagination;
    const foreign = await list(cyd, roomId, `?limit=2&problemId=${other}&cursor=${nextCursor}`);
    expect(failuresOf(foreign)).toEqual(['query.cursor cursor']);
  });

  it('is open to who left and in finished rooms; ROOM_ACCESS_DENIED, ROOM_NOT_FOUND for others', async () => {
    const roomId = await roomIn('coding');
    await submit(bob, roomId);
    await world.post(bob, `/rooms/${roomId}/leave`, undefined);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}/participants/${cyd.userId}`);
    await world.advance(ada, roomId, 'finished');
    expect((await list(bob, roomId)).body.data).toHaveLength(1);
    expect((await list(cyd, roomId)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await list(dan, roomId)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await list(ada, nobody)).code).toBe('ROOM_NOT_FOUND');
  });
});
