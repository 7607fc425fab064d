import { loadConfig } from '../../../src/config/load.ts';
import type { Config, SettingKey } from '../../../src/config/schema.ts';
import { write } from '../../../src/db/write.ts';
import { Scheduler } from '../../../src/execution/scheduler.ts';
import { createJobQueue, type JobQueue } from '../../../src/jobs/queue.ts';
import { createLog } from '../../../src/kernel/log.ts';
import type { RunJob, SubmissionJob } from '../../../src/ports/execution.ts';
import type { Step, StepOutcome, StepRunner } from '../../../src/ports/steps.ts';
import { openTestDb, type TestDb } from '../../support/database.ts';
import { createFakeResults, type FakeResults } from './fake-results.ts';
import { createFacts } from './jobs.ts';

export type StepEnd = { readonly afterMs: number; readonly outcome: StepOutcome };
/** How long a step takes and how it ends; `hang` ends only when it is cancelled. */
export type StepPlan = (step: Step, tries: number) => StepEnd | 'hang';
export type TakenStep = { jobId: string; userId: string; lane: number; isSpare: boolean; memoryKb: number };

export const done = (afterMs: number, facts: Parameters<typeof createFacts>[0] = {}): StepEnd => ({
  afterMs,
  outcome: {
    status: 'done',
    facts: createFacts({ wallMs: afterMs, cpuMs: afterMs, ...facts }),
    artefact: 'artefact',
    rejected: null,
    cached: false,
  },
});

type Event = { readonly atMs: number; readonly fire: () => void };

export type SimulationOptions = {
  readonly slots?: number;
  readonly plan?: StepPlan;
  readonly memoryKb?: number;
  readonly settings?: Partial<Record<SettingKey, unknown>>;
  /** An open database to use; it stays open. */
  readonly test?: TestDb;
  /** Continues with the tables of an earlier one, as another start. */
  readonly after?: Simulation;
};

/** The scheduler on real SQLite, with steps that take virtual time. */
export class Simulation {
  readonly results: FakeResults;
  readonly test: TestDb;
  readonly config: Config;
  readonly queue: JobQueue;
  readonly scheduler: Scheduler;
  readonly taken: TakenStep[] = [];
  readonly running = new Set<Step>();
  mostRunning = 0;
  nowMs: number;
  #events: Event[] = [];
  #tries = new Map<string, number>();

  constructor(options: SimulationOptions = {}) {
    const { slots = 2, plan = () => done(10), memoryKb = 8 * 1024 * 1024 } = options;
    this.nowMs = options.after?.nowMs ?? 1_000_000;
    this.results = options.after?.results ?? createFakeResults();
    // Without a flush there is no real time between a claim and its first step.
    this.test = options.after?.test ?? options.test ?? openTestDb({ mode: 'command' });
    this.config = loadConfig({ flags: options.settings ?? {} }).config;
    const clock = { now: () => this.nowMs };
    const log = createLog('silent');
    const owner = `start-${Math.random()}`;
    this.queue = createJobQueue({ owner, clock, log, leaseMs: 30_000 });
    const runner: StepRunner = {
      slots,
      probe: () => Promise.reject(new Error('not here')),
      run: (step, signal) => this.#run(step, signal, plan),
    };
    const hearing = { ...log, debug: (fields: unknown) => this.taken.push(fields as TakenStep) };
    this.scheduler = new Scheduler({
      store: { db: this.test.db, queue: this.queue, results: this.results },
      runner,
      config: this.config,
      clock,
      log: hearing as unknown as typeof log,
      host: { memoryKb, readiness: () => 'ready' },
    });
  }

  #run(step: Step, signal: AbortSignal, plan: StepPlan): Promise<StepOutcome> {
    const name = JSON.stringify([step.kind, step.kind === 'run' ? step.stdin : step.sources]);
    const tries = (this.#tries.get(name) ?? 0) + 1;
    this.#tries.set(name, tries);
    this.running.add(step);
    this.mostRunning = Math.max(this.mostRunning, this.running.size);
    const { promise, resolve } = Promise.withResolvers<StepOutcome>();
    const end = plan(step, tries);
    signal.addEventListener('abort', () => resolve({ status: 'cancelled' }));
    if (signal.aborted) resolve({ status: 'cancelled' });
    if (end !== 'hang') this.at(this.nowMs + end.afterMs, () => resolve(end.outcome));
    return promise.finally(() => this.running.delete(step));
  }

  at(atMs: number, fire: () => void): void {
    this.#events.push({ atMs, fire });
  }

  /** Queues a job of a user now. */
  async add(userId: string, job: RunJob | SubmissionJob): Promise<void> {
    this.results.jobs.set(job.jobId, job);
    const lane = job.kind === 'run' ? 1 : 2;
    const payload = { language: job.program.language };
    const { jobId, kind } = job;
    await write(this.test.db, (tx) =>
      this.queue.enqueue(tx, { jobId, kind, lane, userId, roomId: 'room', payload }),
    );
  }

  /** Lets everything happen that needs no time. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) await new Promise((resolve) => setImmediate(resolve));
  }

  /** Goes on until nothing is to happen any more, or until a time. */
  async run(untilMs = Number.POSITIVE_INFINITY): Promise<void> {
    await this.settle();
    for (;;) {
      const next = this.#events.reduce<Event | null>(
        (first, event) => (first === null || event.atMs < first.atMs ? event : first),
        null,
      );
      if (next === null || next.atMs > untilMs) break;
      this.#events = this.#events.filter((event) => event !== next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.fire();
      await this.settle();
    }
    if (untilMs !== Number.POSITIVE_INFINITY) this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** Moves the clock, second by second, with the ticks of these seconds. */
  async pass(ms: number): Promise<void> {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      await this.run(Math.min(untilMs, this.nowMs + 1000));
      await this.scheduler.tick();
      await this.settle();
    }
  }

  endOf(jobId: string) {
    const ends = this.results.finished.filter((one) => one.jobId === jobId);
    if (ends.length > 1) throw new Error(`${jobId} ended ${ends.length} times`);
    return ends[0]?.end ?? null;
  }

  jobsLeft(): unknown {
    return this.test.db.raw.prepare('SELECT count(*) FROM jobs').pluck().get();
  }
}
