import type { Config } from '../config/schema.ts';
import type { Db } from '../db/types.ts';
import type { SupportedLanguage } from '../generated/api.ts';
import type { ClaimedJob, WaitingJob } from '../jobs/job.ts';
import { persist } from '../jobs/persistence.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ExecutionResults } from '../ports/execution.ts';
import type { Step, StepRunner } from '../ports/steps.ts';
import { attemptStep } from './attempts.ts';
import { candidatesOf, type Readiness } from './candidates.ts';
import { createDeadlines, type Deadlines } from './deadlines.ts';
import { type Candidate, Fairness } from './fairness.ts';
import { createJobDesk, type JobDesk } from './job-desk.ts';
import { jobErrors } from './job-errors.ts';
import type { JobProgram } from './job-program.ts';
import { createJobStore } from './job-store.ts';
import { createRunProgram } from './run-program.ts';
import { createSubmissionProgram } from './submission-program.ts';

export type SchedulerDeps = {
  readonly store: { readonly db: Db; readonly queue: JobQueue; readonly results: ExecutionResults };
  readonly runner: StepRunner;
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly host: {
    /** Memory that all steps under way may claim together. */
    readonly memoryKb: number;
    readonly readiness: (language: SupportedLanguage) => Readiness;
  };
};

/** What occupies one worker. */
type Slot = { readonly userId: string; readonly isSpare: boolean; memoryKb: number };

export type ActiveJob = {
  readonly job: WaitingJob;
  readonly abort: AbortController;
  readonly beganAt: number;
  claimed: ClaimedJob | null;
  program: JobProgram | null;
  slots: number;
  hasEnded: boolean;
};

const KIB_PER_MIB = 1024;
const INTERNAL_RETRY_MS = 1000;
/** Weight of the newest job in the mean time that a job takes. */
const MEAN_WEIGHT = 0.1;

/** Owns the order: takes jobs from the queue and hands their steps to the runner. What depends on time happens in `tick`. */
export class Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #desk: JobDesk;
  readonly #fairness: Fairness;
  readonly #deadlines: Deadlines;
  readonly #slots = new Set<Slot>();
  readonly #active = new Map<string, ActiveJob>();
  /** Steps under way by user, spare ones aside. */
  readonly #stepsOfUser = new Map<string, number>();
  readonly #whenIdle: (() => void)[] = [];
  #waiting: readonly WaitingJob[] = [];
  #openedAt: number | null = null;
  #renewedAt = 0;
  #isClosing = false;
  #isStale = true;
  #isPumpDue = false;
  #isTicking = false;
  #meanJobMs = 1000;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
    const { store, clock, log, config } = deps;
    this.#desk = createJobDesk({ ...store, clock, log });
    this.#fairness = new Fairness({ shortMs: config['execution.shortSubmissionMs'] });
    this.#deadlines = createDeadlines(clock);
    store.queue.listen({ queued: () => this.nudge(), cancelled: (jobIds) => this.#cancel(jobIds) });
  }

  /** Takes over what an earlier start left and begins to serve. */
  async open(): Promise<void> {
    await this.#desk.recover(false);
    this.#openedAt = this.#deps.clock.now();
    this.#renewedAt = this.#openedAt;
    this.nudge();
  }

  /** The queue, or what can be served, may have changed. */
  nudge(): void {
    this.#isStale = true;
    this.#pumpSoon();
  }

  /** To be called about once a second: ceilings, leases, waiting for too long. */
  async tick(): Promise<void> {
    this.#deadlines.check();
    if (this.#openedAt === null || this.#isTicking) return;
    this.#isTicking = true;
    try {
      await this.#keepLeases();
      if (!this.#isClosing) await this.#failLateJobs();
    } catch (error) {
      this.#deps.log.error({ err: error }, 'the scheduler could not look after its jobs');
    } finally {
      this.#isTicking = false;
      this.nudge();
    }
  }

  /** Begins no more jobs, lets those begun end, and gives back what has not after `deadlineMs`. */
  async stop(deadlineMs: number): Promise<void> {
    this.#isClosing = true;
    if (this.#active.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#whenIdle.push(resolve);
      const timer = setTimeout(resolve, deadlineMs);
      await promise;
      clearTimeout(timer);
    }
    const left = [...this.#active.values()].filter(({ hasEnded }) => !hasEnded);
    const claimed = left.flatMap((active) => active.claimed ?? []);
    for (const active of left) this.#end(active);
    if (claimed.length > 0) await this.#desk.giveBack(claimed);
  }

  /** Seconds until a job queued now is served, 1 to 30. */
  retryAfterSeconds(): number {
    const jobs = this.#waiting.length + 1;
    const seconds = Math.ceil((this.#meanJobMs * jobs) / Math.max(1, this.#deps.runner.slots) / 1000);
    return Math.min(30, Math.max(1, seconds));
  }

  #pumpSoon(): void {
    if (this.#isPumpDue) return;
    this.#isPumpDue = true;
    queueMicrotask(() => {
      this.#isPumpDue = false;
      try {
        this.#pump();
      } catch (error) {
        this.#deps.log.error({ err: error }, 'the scheduler could not take a step');
      }
    });
  }

  #pump(): void {
    if (this.#openedAt === null) return;
    if (this.#isStale) {
      this.#waiting = this.#desk.list();
      this.#isStale = false;
    }
    while (this.#slots.size < this.#deps.runner.slots) {
      const choice = this.#choose();
      if (choice === null || !this.#take(choice.candidate, choice.isSpare)) return;
    }
  }

  #choose(): { candidate: Candidate; isSpare: boolean } | null {
    const { config, runner, clock, host } = this.#deps;
    const state = {
      active: this.#active,
      waiting: this.#isClosing ? [] : this.#waiting,
      stepsOfUser: this.#stepsOfUser,
      maxStepsOfUser: Math.min(config['execution.stepsPerUser'], Math.max(1, runner.slots - 1)),
      readiness: host.readiness,
      now: clock.now(),
    };
    for (const isSpare of [false, true]) {
      const candidate = this.#fairness.choose(candidatesOf(state, isSpare), this.#stepsOfUser);
      if (candidate !== null) return { candidate, isSpare };
    }
    return null;
  }

  /** Starts a step; false when it has to wait for memory. Nobody overtakes it then, else a big step might never come. */
  #take(candidate: Candidate, isSpare: boolean): boolean {
    const { jobId, userId, lane } = candidate;
    const active = this.#active.get(jobId);
    const memoryKb = active?.program?.nextMemoryKb() ?? this.#firstMemoryKb();
    const claimed = [...this.#slots].reduce((sum, other) => sum + other.memoryKb, 0);
    if (this.#slots.size > 0 && claimed + memoryKb > this.#deps.host.memoryKb) return false;
    this.#fairness.note(candidate);
    const slot: Slot = { userId, isSpare, memoryKb };
    this.#deps.log.debug({ jobId, userId, lane, isSpare, memoryKb }, 'step taken');
    if (active !== undefined) this.#occupy(active, slot, () => this.#runUnit(active, slot));
    else this.#begin(jobId, slot);
    return true;
  }

  /** Before a job is loaded nobody knows what its first step needs. */
  #firstMemoryKb(): number {
    const { config } = this.#deps;
    return Math.max(config['execution.compileMemoryMb'], config['execution.maxMemoryMb']) * KIB_PER_MIB;
  }

  #begin(jobId: string, slot: Slot): void {
    const job = this.#waiting.find((one) => one.jobId === jobId);
    if (job === undefined) throw new Error('A job that does not wait was chosen');
    this.#waiting = this.#waiting.filter((one) => one !== job);
    const active: ActiveJob = {
      job,
      abort: new AbortController(),
      beganAt: this.#deps.clock.now(),
      claimed: null,
      program: null,
      slots: 0,
      hasEnded: false,
    };
    this.#active.set(jobId, active);
    this.#occupy(active, slot, async () => {
      const program = await this.#load(active);
      if (program === null) return 'ended';
      active.program = program;
      return this.#runUnit(active, slot);
    });
  }

  /** Claims a job and makes its program; null when nothing is left to run. */
  async #load(active: ActiveJob): Promise<JobProgram | null> {
    const { config, clock, log, host, store } = this.#deps;
    const claimed = await this.#desk.claim(active.job.jobId);
    active.claimed = claimed;
    if (claimed === null) return null;
    if (active.hasEnded) {
      await this.#desk.giveBack([claimed]);
      return null;
    }
    const job = this.#desk.load(claimed);
    if (job === null) {
      await this.#desk.drop(claimed);
      return null;
    }
    const readiness = host.readiness(job.program.language);
    if (typeof readiness === 'object') {
      await this.#desk.fail(claimed, jobErrors.unavailable(readiness.refusal));
      return null;
    }
    // A step must not show what a power cut could still undo.
    await store.db.durable.settled({ holdMs: Number.POSITIVE_INFINITY });
    const jobStore = createJobStore({ ...store, log }, claimed.lease, active.abort.signal);
    const deps = { results: store.results, config, clock, log };
    return job.kind === 'run'
      ? createRunProgram(deps, jobStore, job)
      : createSubmissionProgram(deps, jobStore, job);
  }

  async #runUnit(active: ActiveJob, slot: Slot): Promise<'more' | 'ended'> {
    if (active.hasEnded || active.program === null) return 'ended';
    const { runner, clock, log, config } = this.#deps;
    slot.memoryKb = Math.min(slot.memoryKb, active.program.nextMemoryKb());
    const unit = active.program.next();
    const marginMs = config['execution.stepMarginMs'];
    const attempts = { runner, clock, deadlines: this.#deadlines, log, marginMs };
    return unit.run({
      step: (step: Step) => attemptStep(attempts, step, active.abort.signal),
      shrinkMemory: (memoryKb) => {
        slot.memoryKb = Math.min(slot.memoryKb, memoryKb);
        this.#pumpSoon();
      },
    });
  }

  #occupy(active: ActiveJob, slot: Slot, run: () => Promise<'more' | 'ended'>): void {
    const count = (by: number) => {
      active.slots += by;
      if (slot.isSpare) return;
      const steps = (this.#stepsOfUser.get(slot.userId) ?? 0) + by;
      if (steps === 0) this.#stepsOfUser.delete(slot.userId);
      else this.#stepsOfUser.set(slot.userId, steps);
    };
    this.#slots.add(slot);
    count(1);
    void run()
      .catch((error: unknown) => this.#recoverFrom(active, error))
      .then((end) => {
        this.#slots.delete(slot);
        count(-1);
        if (end === 'ended') this.#end(active);
        this.#forgetEnded(active);
        this.#pumpSoon();
      });
  }

  /** An error of ours: the job is tried once more, then it fails. */
  async #recoverFrom(active: ActiveJob, error: unknown): Promise<'ended'> {
    const { log, clock } = this.#deps;
    const { claimed, job, abort } = active;
    log.error({ err: error, jobId: job.jobId, kind: job.kind }, 'a job broke off');
    if (claimed === null || active.hasEnded) return 'ended';
    const store = async () => {
      if (claimed.failures === 0) await this.#desk.retry(claimed, clock.now() + INTERNAL_RETRY_MS);
      else await this.#desk.fail(claimed, jobErrors.internal);
    };
    await persist(store, { signal: abort.signal, log });
    return 'ended';
  }

  #end(active: ActiveJob): void {
    active.hasEnded = true;
    active.abort.abort();
    this.#forgetEnded(active);
  }

  #forgetEnded(active: ActiveJob): void {
    if (!active.hasEnded || active.slots > 0 || !this.#active.delete(active.job.jobId)) return;
    const tookMs = this.#deps.clock.now() - active.beganAt;
    this.#meanJobMs += MEAN_WEIGHT * (tookMs - this.#meanJobMs);
    this.#isStale = true;
    if (this.#active.size === 0) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #cancel(jobIds: readonly string[]): void {
    for (const jobId of jobIds) {
      const active = this.#active.get(jobId);
      if (active !== undefined) this.#end(active);
    }
    this.nudge();
  }

  async #keepLeases(): Promise<void> {
    const { clock, config } = this.#deps;
    if (clock.now() - this.#renewedAt < config['execution.leaseRenewalMs']) return;
    this.#renewedAt = clock.now();
    await this.#desk.renew();
    await this.#desk.recover(true);
  }

  /** Until its first step a job waits so long and no longer; time in which nobody served does not count. */
  async #failLateJobs(): Promise<void> {
    const { config, clock } = this.#deps;
    for (const job of this.#waiting) {
      const waitedMs = clock.now() - Math.max(job.queuedAt, this.#openedAt ?? 0);
      const limitMs = config[job.kind === 'run' ? 'execution.runWaitMs' : 'execution.submissionWaitMs'];
      if (waitedMs > limitMs && !this.#active.has(job.jobId))
        await this.#desk.fail(job, jobErrors.waitedTooLong);
    }
  }
}
