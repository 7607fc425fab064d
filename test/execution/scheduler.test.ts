import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { write } from '../../src/db/write.ts';
import { openTestDb } from '../support/database.ts';
import { createRunJob, createSubmissionJob } from './support/jobs.ts';
import { done, Simulation, type SimulationOptions, type StepPlan } from './support/simulation.ts';

const open: Simulation[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(({ test }) => test.close()));
});

async function start(options: SimulationOptions = {}): Promise<Simulation> {
  const simulation = new Simulation(options);
  if (options.after === undefined) open.push(simulation);
  await simulation.scheduler.open();
  return simulation;
}

const failure = { status: 'failed' } as const;
const isCompile = (step: { kind: string }) => step.kind === 'compile';
const right = { outputMatches: true };

describe('one job', () => {
  it('a run compiles, runs and ends once', async () => {
    const s = await start({ plan: (step) => done(isCompile(step) ? 5 : 20) });
    await s.add('ann', createRunJob('a'));
    await s.run();
    expect(s.endOf('a')).toMatchObject({
      status: 'completed',
      outcome: 'success',
      program: { durationMs: 20 },
    });
    expect(s.jobsLeft()).toBe(0);
    expect(s.taken).toHaveLength(1);
  });

  it('a run that does not compile is a completed one', async () => {
    const s = await start({ plan: () => done(5, { exitCode: 1, stderr: new TextEncoder().encode('bad') }) });
    await s.add('ann', createRunJob('a'));
    await s.run();
    expect(s.endOf('a')).toMatchObject({ outcome: 'compile_error', compile: { output: 'bad' } });
  });

  it('compiles again when the artefact has gone, but not for ever', async () => {
    const gone = { afterMs: 1, outcome: { status: 'missingArtefact' as const } };
    const s = await start({ plan: (step, tries) => (isCompile(step) || tries > 1 ? done(1, right) : gone) });
    await s.add('ann', createRunJob('run'));
    await s.add('bob', createSubmissionJob('submission', 3));
    await s.run();
    expect(s.endOf('run')).toMatchObject({ outcome: 'success' });
    expect(s.endOf('submission')).toMatchObject({ verdict: 'accepted' });
    const never = await start({ plan: (step) => (isCompile(step) ? done(1) : gone) });
    await never.add('ann', createRunJob('run'));
    await never.add('bob', createSubmissionJob('submission', 3));
    await never.run();
    expect(never.endOf('run')).toMatchObject({ ...failure, error: { code: 'INTERNAL_ERROR' } });
    expect(never.endOf('submission')).toMatchObject({ ...failure, error: { code: 'INTERNAL_ERROR' } });
  });

  it('a submission stores its cases in index order, each as soon as those before it are', async () => {
    const s = await start({
      slots: 4,
      plan: (step) =>
        isCompile(step)
          ? done(1)
          : done(String(step.kind === 'run' && step.stdin).endsWith(' 0') ? 100 : 10, right),
    });
    await s.add('ann', createSubmissionJob('a', 4));
    await s.run(s.nowMs + 50);
    expect(s.taken.filter(({ isSpare }) => isSpare)).toHaveLength(3);
    expect(s.results.cases.get('a')).toBeUndefined();
    await s.run();
    expect(s.results.cases.get('a')?.map(({ index }) => index)).toEqual([0, 1, 2, 3]);
    expect(s.endOf('a')).toMatchObject({ status: 'completed', verdict: 'accepted' });
  });

  it('the third time limit in index order ends it, and what had run beyond is not stored', async () => {
    const s = await start({
      slots: 8,
      plan: (step) => {
        if (isCompile(step) || step.kind !== 'run') return done(1);
        return Number(String(step.stdin).split(' ')[1]) < 3 ? done(50, { killedBy: 'cpu' }) : done(5, right);
      },
    });
    await s.add('ann', createSubmissionJob('a', 8));
    await s.run();
    expect(s.endOf('a')).toMatchObject({ status: 'completed', verdict: 'time_limit_exceeded' });
    expect(s.results.cases.get('a')).toHaveLength(3);
    expect(s.running.size).toBe(0);
  });

  it('every case of a program that does not compile is a compile error', async () => {
    const s = await start({ plan: () => done(5, { exitCode: 1 }) });
    await s.add('ann', createSubmissionJob('a', 3));
    await s.run();
    expect(s.endOf('a')).toMatchObject({ status: 'completed', verdict: 'compile_error' });
    expect(s.results.cases.get('a')?.map(({ verdict }) => verdict)).toEqual(Array(3).fill('compile_error'));
  });

  it('a checker decides, with the whole output and in words of its own', async () => {
    const comparison = {
      mode: 'checker' as const,
      checker: { language: 'c' as const, code: 'checker' },
    };
    const plan: StepPlan = (step) => {
      if (isCompile(step) || step.kind !== 'run') return done(1);
      if (step.language === 'python')
        return done(1, { stdout: new TextEncoder().encode(String(step.stdin)) });
      expect(step.args).toEqual(['/data/input', '/data/answer', '/data/feedback']);
      expect(step.files?.map(({ name }) => name)).toEqual(['input', 'answer']);
      const given = new TextDecoder().decode(step.stdin as Uint8Array);
      expect(given).toBe(step.files?.[0]?.text);
      return done(1, { exitCode: given.endsWith('1') ? 43 : 42, stdout: new TextEncoder().encode('no\n') });
    };
    const s = await start({ plan });
    await s.add('ann', createSubmissionJob('a', 3, { comparison }));
    await s.run();
    expect(s.endOf('a')).toMatchObject({ status: 'completed', verdict: 'wrong_answer' });
    expect(s.results.cases.get('a')?.map(({ verdict, errorMessage }) => [verdict, errorMessage])).toEqual([
      ['accepted', null],
      ['wrong_answer', 'no'],
      ['accepted', null],
    ]);
  });

  it('a broken checker fails the submission, not the program', async () => {
    const comparison = { mode: 'checker' as const, checker: { language: 'c' as const, code: 'checker' } };
    const s = await start({
      plan: (step) => done(1, { exitCode: step.kind === 'run' && step.language === 'c' ? 1 : 0 }),
    });
    await s.add('ann', createSubmissionJob('a', 3, { comparison }));
    await s.run();
    expect(s.endOf('a')).toMatchObject({
      ...failure,
      verdict: 'internal_error',
      error: { code: 'INTERNAL_ERROR' },
    });
    const bad = await start({
      plan: (step) => done(1, { exitCode: isCompile(step) && step.language === 'c' ? 1 : 0 }),
    });
    await bad.add('ann', createSubmissionJob('b', 3, { comparison }));
    await bad.run();
    expect(bad.endOf('b')).toMatchObject({ ...failure, error: { message: "The problem's checker failed" } });
  });
});

describe('trouble', () => {
  const broken = { afterMs: 1, outcome: { status: 'jailFailed' as const, message: 'no jail' } };

  it('a jail that fails once is tried again, twice is an internal error', async () => {
    const once = await start({ plan: (_, tries) => (tries === 1 ? broken : done(1, right)) });
    await once.add('ann', createRunJob('a'));
    await once.add('bob', createSubmissionJob('b', 2));
    await once.run();
    expect(once.endOf('a')).toMatchObject({ outcome: 'success' });
    expect(once.endOf('b')).toMatchObject({ verdict: 'accepted' });
    const twice = await start({ plan: (step) => (isCompile(step) ? done(1) : broken) });
    await twice.add('ann', createRunJob('a'));
    await twice.add('bob', createSubmissionJob('b', 2));
    await twice.run();
    for (const jobId of ['a', 'b']) {
      expect(twice.endOf(jobId)).toMatchObject({
        ...failure,
        error: { code: 'INTERNAL_ERROR', retryable: true },
      });
    }
    expect(twice.results.cases.get('b')).toMatchObject([{ index: 0, verdict: 'internal_error' }]);
  });

  it('a toolchain that vanished is no fault of the program', async () => {
    const gone = { afterMs: 1, outcome: { status: 'unavailable' as const, message: 'python3 is missing' } };
    const s = await start({ plan: () => gone });
    await s.add('ann', createRunJob('a'));
    await s.run();
    expect(s.endOf('a')).toMatchObject({
      ...failure,
      error: { code: 'EXECUTION_SERVICE_UNAVAILABLE', message: 'python3 is missing' },
    });
  });

  it('a step that passes its hard ceiling is killed and tried once more', async () => {
    const s = await start({ plan: (step, tries) => (isCompile(step) || tries > 1 ? done(1) : 'hang') });
    await s.add('ann', createRunJob('a'));
    await s.pass(24_000);
    expect(s.endOf('a')).toMatchObject({ outcome: 'success' });
    const twice = await start({ plan: (step) => (isCompile(step) ? done(1) : 'hang') });
    await twice.add('ann', createRunJob('a'));
    await twice.pass(20_000);
    expect(twice.endOf('a')).toBeNull();
    await twice.pass(24_000);
    expect(twice.endOf('a')).toMatchObject({ ...failure, error: { code: 'EXECUTION_SERVICE_TIMEOUT' } });
    expect(twice.running.size).toBe(0);
  });

  it('a job that waits too long for its first step fails; the time before serving does not count', async () => {
    const s = await start({
      slots: 1,
      plan: (step) => (isCompile(step) ? done(1) : 'hang'),
      settings: { 'execution.stepMarginMs': 100_000 },
    });
    await s.add('ann', createRunJob('a'));
    await s.add('bob', createRunJob('b'));
    await s.pass(60_000);
    expect(s.endOf('b')).toBeNull();
    await s.pass(2000);
    expect(s.endOf('b')).toMatchObject({ ...failure, error: { code: 'EXECUTION_SERVICE_TIMEOUT' } });
    expect(s.jobsLeft()).toBe(1);
  });

  it('an error of ours is tried once more', async () => {
    const s = await start();
    let loads = 0;
    const { loadRun } = s.results;
    Object.assign(s.results, {
      loadRun: (jobId: string) => {
        loads++;
        if (jobId === 'b' || loads === 1) throw new Error('a bug');
        return loadRun(jobId);
      },
    });
    await s.add('ann', createRunJob('a'));
    await s.run();
    expect(s.endOf('a')).toBeNull();
    expect(s.results.states.get('a')).toBe('queued');
    await s.pass(2000);
    expect(s.endOf('a')).toMatchObject({ outcome: 'success' });
    await s.add('ann', createRunJob('b'));
    await s.pass(3000);
    expect(s.endOf('b')).toMatchObject({ ...failure, error: { code: 'INTERNAL_ERROR' } });
  });

  it('a job whose owner knows nothing of it is forgotten', async () => {
    const s = await start();
    Object.assign(s.results, { loadRun: () => null });
    await s.add('ann', createRunJob('a'));
    await s.run();
    expect(s.jobsLeft()).toBe(0);
    expect(s.results.finished).toEqual([]);
  });
});

describe('cancellation and stop', () => {
  it('kills the running steps of cancelled jobs and stores nothing', async () => {
    const s = await start({ slots: 4, plan: (step) => done(isCompile(step) ? 1 : 1000, right) });
    await s.add('ann', createSubmissionJob('a', 5));
    await s.add('bob', createRunJob('b'));
    await s.run(s.nowMs + 10);
    expect(s.running.size).toBe(4);
    const kinds = ['run', 'submission'];
    await write(s.test.db, (tx) => s.queue.cancel(tx, { jobIds: ['a'], kinds }).length);
    await s.settle();
    expect(s.running.size).toBe(1);
    await s.run();
    expect(s.results.finished.map(({ jobId }) => jobId)).toEqual(['b']);
  });

  it('a stop lets jobs end, begins none, and gives back what is left with its attempt unchanged', async () => {
    const s = await start({
      plan: (step) =>
        isCompile(step) ? done(1) : step.kind === 'run' && step.stdin === 'x' ? 'hang' : done(30, right),
    });
    await s.add('ann', createSubmissionJob('ends', 2));
    await s.add('bob', createRunJob('hangs', { stdin: 'x' }));
    await s.run(s.nowMs + 5);
    await s.add('eve', createRunJob('waits'));
    const stopped = s.scheduler.stop(200);
    await s.run();
    await stopped;
    await s.settle();
    expect(s.endOf('ends')).toMatchObject({ verdict: 'accepted' });
    expect(s.endOf('hangs')).toBeNull();
    expect(s.results.states.get('hangs')).toBe('queued');
    expect(s.running.size).toBe(0);
    const again = await start({ after: s });
    await again.run();
    expect(again.endOf('hangs')).toMatchObject({ outcome: 'success' });
    expect(again.endOf('waits')).toMatchObject({ outcome: 'success' });
    expect(again.jobsLeft()).toBe(0);
  });

  it('after a crash cases are not run again, and the third start is refused', async () => {
    const hang: StepPlan = (step) => {
      if (isCompile(step) || step.kind !== 'run') return done(1);
      return String(step.stdin).endsWith(' 2') ? 'hang' : done(1, right);
    };
    const first = await start({ plan: hang, slots: 1 });
    await first.add('ann', createSubmissionJob('a', 4));
    await first.run();
    expect(first.results.cases.get('a')).toHaveLength(2);
    const second = await start({ after: first, plan: hang, slots: 1 });
    await second.run();
    expect(second.results.cases.get('a')).toHaveLength(2);
    expect(second.endOf('a')).toBeNull();
    const third = await start({ after: second });
    await third.run();
    expect(third.endOf('a')).toMatchObject({ ...failure, error: { code: 'JOB_INTERRUPTED' } });
  });

  it('a late writer changes nothing once another start has the job', async () => {
    const slow = await start({ plan: (step) => done(isCompile(step) ? 1 : 100, right) });
    await slow.add('ann', createRunJob('a'));
    await slow.run(slow.nowMs + 10);
    const other = await start({ after: slow });
    await other.run();
    expect(other.endOf('a')).toMatchObject({ program: { durationMs: 10 } });
    await slow.run();
    expect(slow.endOf('a')).toMatchObject({ program: { durationMs: 10 } });
  });
});

describe('fairness [S28]', () => {
  it('a run waits for a step of somebody else, never for a whole submission', async () => {
    const s = await start({ slots: 2, plan: () => done(100, right) });
    for (const user of ['a', 'b', 'c', 'd']) await s.add(user, createSubmissionJob(user, 10));
    await s.run(s.nowMs + 500);
    const postedAt = s.nowMs;
    await s.add('eve', createRunJob('run'));
    await s.run(postedAt + 301);
    expect(s.endOf('run')).toMatchObject({ outcome: 'success' });
  });

  it('a submission comes forward among endless runs', async () => {
    const s = await start({ slots: 2, plan: () => done(50, right) });
    for (let run = 0; run < 100; run++) await s.add(`user-${run}`, createRunJob(`run-${run}`));
    await s.add('ann', createSubmissionJob('a', 5));
    await s.run(s.nowMs + 1800);
    expect(s.endOf('a')).toMatchObject({ verdict: 'accepted' });
    expect(s.results.finished.length).toBeLessThan(40);
  });

  it('a user begins one submission at a time and never has all workers', async () => {
    const s = await start({ slots: 3, plan: () => done(50, right) });
    for (let job = 0; job < 3; job++) await s.add('ann', createSubmissionJob(`submission-${job}`, 3));
    for (let job = 0; job < 5; job++) await s.add('ann', createRunJob(`run-${job}`));
    await s.settle();
    expect(s.running.size).toBe(2);
    await s.add('bob', createRunJob('other'));
    await s.settle();
    expect(s.running.size).toBe(3);
    await s.run();
    expect(s.jobsLeft()).toBe(0);
  });

  it('idle workers take further cases, but not while something else waits', async () => {
    const s = await start({ slots: 4, plan: (step) => done(isCompile(step) ? 1 : 50, right) });
    await s.add('ann', createSubmissionJob('a', 20));
    await s.run(s.nowMs + 10);
    expect(s.running.size).toBe(4);
    for (const user of ['b', 'c', 'd', 'e']) await s.add(user, createSubmissionJob(user, 5));
    const before = s.taken.length;
    await s.run(s.nowMs + 200);
    expect(s.taken.slice(before).filter(({ isSpare }) => isSpare)).toEqual([]);
    await s.run();
    expect(s.results.finished).toHaveLength(5);
  });

  it('steps wait for memory, and the first one in turn is not overtaken', async () => {
    const gib = 1024 * 1024;
    const s = await start({ slots: 4, memoryKb: 1.5 * gib, plan: (step) => done(isCompile(step) ? 10 : 50) });
    for (const user of ['a', 'b', 'c', 'd']) await s.add(user, createRunJob(user));
    await s.settle();
    expect(s.running.size).toBe(1);
    await s.run();
    expect(s.results.finished).toHaveLength(4);
    // A compile of 1 GiB fits beside a run of 256 MiB, not beside another compile.
    expect(s.mostRunning).toBe(3);
    const small = await start({ slots: 4, memoryKb: 1000, plan: () => done(10) });
    for (const user of ['a', 'b']) await small.add(user, createRunJob(user));
    await small.run();
    expect(small.mostRunning).toBe(1);
    expect(small.results.finished).toHaveLength(2);
  });
});

type PlannedJob = {
  readonly user: number;
  /** Null: a run. */
  readonly cases: number | null;
  readonly arrivesMs: number;
  readonly stepMs: number;
  readonly trouble: 'none' | 'time' | 'jail' | 'gone' | 'compile';
};

const jobPlan: fc.Arbitrary<PlannedJob> = fc.record({
  user: fc.nat(4),
  cases: fc.option(fc.integer({ min: 1, max: 5 })),
  arrivesMs: fc.nat(500),
  stepMs: fc.integer({ min: 1, max: 120 }),
  trouble: fc.oneof(
    { weight: 5, arbitrary: fc.constant('none' as const) },
    fc.constantFrom('time', 'jail', 'gone', 'compile'),
  ),
});

/** What each step of these jobs does; trouble of the platform happens at the first try only. */
function planOf(jobs: readonly PlannedJob[]): StepPlan {
  return (step, tries) => {
    const text = step.kind === 'run' ? String(step.stdin) : (step.sources[0]?.text ?? '');
    const { stepMs: afterMs, trouble } = jobs[Number(/\d+/.exec(text)?.[0])] ?? {
      stepMs: 1,
      trouble: 'none',
    };
    const isFirst = tries === 1;
    if (trouble === 'compile' && isCompile(step)) return done(afterMs, { exitCode: 1 });
    if (trouble === 'time' && !isCompile(step)) return done(afterMs, { killedBy: 'wall' });
    if (trouble === 'jail' && isFirst) return { afterMs, outcome: { status: 'jailFailed', message: 'x' } };
    if (trouble === 'gone' && isFirst && !isCompile(step))
      return { afterMs, outcome: { status: 'missingArtefact' } };
    return done(afterMs, right);
  };
}

describe('any load', () => {
  it('ends every job exactly once, in bounds, whatever arrives when', async () => {
    const test = openTestDb({ mode: 'command' });
    const loads = fc.array(jobPlan, { minLength: 1, maxLength: 14 });
    const check = async (jobs: readonly PlannedJob[], slots: number) => {
      const s = new Simulation({ slots, plan: planOf(jobs), test });
      await s.scheduler.open();
      for (const [index, { user, cases, arrivesMs }] of jobs.entries()) {
        const jobId = `job-${index}`;
        const job =
          cases === null ? createRunJob(jobId, { stdin: jobId }) : createSubmissionJob(jobId, cases);
        s.at(s.nowMs + arrivesMs, () => void s.add(`user-${user}`, job));
      }
      await s.run();
      await s.scheduler.stop(0);
      expect(s.jobsLeft()).toBe(0);
      expect(s.running.size).toBe(0);
      expect(s.mostRunning).toBeLessThanOrEqual(slots);
      const ended = s.results.finished.map(({ jobId }) => jobId).sort();
      expect(ended).toEqual(jobs.map((_, index) => `job-${index}`).sort());
      for (const [index, { cases, trouble }] of jobs.entries()) {
        expect(s.endOf(`job-${index}`)?.status).toBe('completed');
        const stored = s.results.cases.get(`job-${index}`) ?? [];
        expect(stored.map((one) => one.index)).toEqual(stored.map((_, at) => at));
        if (cases !== null) expect(stored).toHaveLength(trouble === 'time' ? Math.min(3, cases) : cases);
      }
    };
    try {
      await fc.assert(fc.asyncProperty(loads, fc.integer({ min: 1, max: 4 }), check), { numRuns: 30 });
    } finally {
      await test.close();
    }
  }, 120_000);
});
