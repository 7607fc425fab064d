import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scheduler } from '../../../src/execution/scheduler.ts';
import { silentLog } from '../../../src/kernel/log.ts';
import type { Step, StepOutcome, StepRunner } from '../../../src/ports/steps.ts';
import { createFacts } from '../../execution/support/jobs.ts';
import { type Body, type Person, startWorld, type World } from '../runs/world.ts';

/**
 * From the request to the verdict: real rooms, queue, scheduler, judging and tables; only the jails are a stand-in. A
 * program is told by its text: `broken` does not compile, `hang` runs until it is killed, `nojail` finds no sandbox, and
 * any other prints its text.
 */
let world: World;
let ada: Person;
let bob: Person;
let scheduler: Scheduler;
const killed: string[] = [];

const bytes = (text: string) => new TextEncoder().encode(text);

function outcomeOf(step: Step, signal: AbortSignal): Promise<StepOutcome> | StepOutcome {
  const done = { status: 'done', rejected: null, cached: false } as const;
  if (step.kind === 'compile') {
    const code = step.sources[0]?.text ?? '';
    if (code !== 'broken') return { ...done, artefact: code, facts: createFacts() };
    const stderr = bytes('line 1: broken');
    return {
      ...done,
      artefact: null,
      facts: createFacts({ exitCode: 1, stderr, stderrBytes: stderr.length }),
    };
  }
  const { artefact, expect: expected } = step;
  if (artefact === 'nojail') return { status: 'jailFailed', message: 'no jail' };
  if (artefact === 'hang') {
    return new Promise((resolve) => {
      signal.addEventListener('abort', () => {
        killed.push(artefact);
        resolve({ status: 'cancelled' });
      });
    });
  }
  const stdout = bytes(artefact);
  const outputMatches = expected === undefined ? null : expected.output === artefact;
  const facts = createFacts({ stdout, stdoutBytes: stdout.length, outputMatches, wallMs: 30 });
  return { ...done, artefact: null, facts };
}

beforeAll(async () => {
  world = await startWorld();
  ada = await world.person('ada');
  bob = await world.person('bob');
  const { db, queue, config, clock } = world.server.control.core;
  const runner: StepRunner = {
    slots: 2,
    probe: () => Promise.reject(new Error('not here')),
    run: async (step, signal) => outcomeOf(step, signal),
  };
  scheduler = new Scheduler({
    store: { db, queue, results: world.server.control.results },
    runner,
    config,
    clock,
    log: silentLog,
    host: { memoryKb: 8 * 1024 * 1024, readiness: () => 'ready' },
  });
  await scheduler.open();
});
afterAll(async () => {
  await scheduler.stop(0);
  await world.close();
});

const cases = ['yes', 'no', 'yes'].map((expectedOutput, index) => ({
  input: `${index}`,
  expectedOutput,
  description: null,
  isHidden: index === 1,
  group: null,
  timeoutMs: null,
  memoryMb: null,
}));
const coding = async () => world.room('coding', ada, [bob], { problemId: await world.problem({ cases }) });
async function verdictOn(code: string): Promise<Body> {
  const roomId = await coding();
  const { body } = await world.post(bob, `/rooms/${roomId}/submit`, { language: 'python', code });
  return untilEnd(`/submissions/${body.submissionId}`);
}
async function untilEnd(path: string): Promise<Body> {
  for (;;) {
    const { body } = await world.get(bob, `${path}?waitMs=20000`);
    if (body.status !== 'queued' && body.status !== 'running') return body;
  }
}

describe('a submission', () => {
  it('is judged case by case', async () => {
    const body = await verdictOn('yes');
    expect(body).toMatchObject({
      status: 'completed',
      verdict: 'wrong_answer',
      passedTestCases: 2,
      failedTestCases: 1,
      errorTestCases: 0,
      totalDurationMs: 90,
      error: null,
    });
    expect(body.testCases.map((one: Body) => [one.verdict, one.actualOutput, one.errorMessage])).toEqual([
      ['accepted', 'yes', null],
      ['wrong_answer', null, 'Hidden test failed'],
      ['accepted', 'yes', null],
    ]);
  });

  it('that does not compile has compile_error in every case', async () => {
    const body = await verdictOn('broken');
    expect(body).toMatchObject({
      status: 'completed',
      verdict: 'compile_error',
      compileOutput: 'line 1: broken',
      passedTestCases: 0,
      errorTestCases: 3,
    });
    expect(body.testCases.map((one: Body) => one.verdict)).toEqual(Array(3).fill('compile_error'));
  });

  it('without a sandbox is failed, and counts nowhere [S26]', async () => {
    const body = await verdictOn('nojail');
    expect(body).toMatchObject({
      status: 'failed',
      verdict: 'internal_error',
      error: { code: 'INTERNAL_ERROR', retryable: true },
      errorTestCases: 3,
    });
    const [{ total_submissions }] = world.rows('SELECT * FROM problems WHERE id = ?', body.problemId);
    expect(total_submissions).toBe(0);
  });
});

describe('a run', () => {
  const run = async (code: string) => {
    const roomId = await coding();
    const { body } = await world.post(bob, `/rooms/${roomId}/run`, { language: 'python', code });
    return { roomId, path: `/execution/${body.jobId}` };
  };

  it('shows what the program printed, or why it does not compile', async () => {
    expect(await untilEnd((await run('hello')).path)).toMatchObject({
      status: 'completed',
      outcome: 'success',
      stdout: 'hello',
      durationMs: 30,
    });
    expect(await untilEnd((await run('broken')).path)).toMatchObject({
      status: 'completed',
      outcome: 'compile_error',
      exitCode: null,
      compileOutput: 'line 1: broken',
      error: 'The program does not compile',
    });
  });

  it('is killed when its room is destroyed', async () => {
    const { roomId, path } = await run('hang');
    await expect.poll(async () => (await world.get(bob, path)).body.status).toBe('running');
    const poll = world.get(bob, `${path}?waitMs=20000`);
    await world.ask(ada, 'DELETE', `/rooms/${roomId}`);
    expect((await poll).body).toMatchObject({ status: 'failed', error: { code: 'JOB_CANCELLED' } });
    await expect.poll(() => killed).toEqual(['hang']);
  });
});
