import { setTimeout as sleep } from 'node:timers/promises';
import type { Config } from '../config/schema.ts';
import type { Db } from '../db/types.ts';
import type { SupportedLanguage } from '../generated/api.ts';
import type { JobQueue } from '../jobs/queue.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { ExecutionPlane, ExecutionResults, SandboxState } from '../ports/execution.ts';
import type { LanguageState, StepRunner } from '../ports/steps.ts';
import type { Readiness } from './candidates.ts';
import { type JailHost, openJailHost, stepMemoryKb, workerCount } from './jail-host.ts';
import { languageNames } from './languages/registry.ts';
import { appliedLimits } from './limits.ts';
import { Scheduler } from './scheduler.ts';

export type ExecutionPlaneDeps = {
  /** Asked for at the start: queue and results belong to the control plane, which is made after this one. */
  readonly store: () => { readonly db: Db; readonly queue: JobQueue; readonly results: ExecutionResults };
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly places: { readonly dataDirectory: string; readonly cacheDir: string };
};

/** The plane that runs programs, as the server starts and stops it. */
export type RunningExecution = ExecutionPlane & {
  readonly name: 'execution';
  /** Returns at once; sandbox and languages are tried behind, and jobs wait until then. */
  start(): Promise<void>;
  /** Accepts nothing new from now on; what was accepted goes on. */
  drain(): void;
  /** Lets jobs under way end for so long, gives the rest back to the queue, and ends all jails. */
  stop(deadlineMs: number): Promise<void>;
  /** Resolves when every language was tried, or when it is known that nothing can be run; with what the operator should know. */
  ready(): Promise<readonly string[]>;
};

const TICK_MS = 1000;
const STOP_GRACE_MS = 2000;
/** How often it is looked whether languages came or went, and whether a sandbox that does not work is due again. */
const LOOK_MS = 5000;
/** A sandbox or a language that does not work is tried again after so long, doubled each time. */
const FIRST_RETRY_MS = 5000;
const LAST_RETRY_MS = 60_000;
const UPKEEP_MS = 10 * 60_000;
/** Jails that fail in a row until the sandbox is put to the test again: a step that failed twice is enough. */
const SUSPICIOUS_FAILURES = 2;

/** Makes the plane; nothing is started. */
export function createExecutionPlane(deps: ExecutionPlaneDeps): RunningExecution {
  const plane = new Plane(deps);
  return {
    name: 'execution',
    start: () => plane.start(),
    drain: () => plane.drain(),
    stop: (deadlineMs) => plane.stop(deadlineMs),
    ready: () => plane.ready(),
    refusal: (language) => plane.refusal(language),
    languages: () => languageNames.map((language) => plane.stateOf(language)),
    health: () => (plane.isOk() ? 'ok' : 'fail'),
    sandbox: () => plane.sandboxState(),
    appliedLimits: (language, kind, wish) => appliedLimits(deps.config, language, kind, wish),
    retryAfterSeconds: () => plane.retryAfterSeconds(),
  };
}

class Plane {
  readonly #deps: ExecutionPlaneDeps;
  readonly #languages = new Map<SupportedLanguage, LanguageState>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #readiness = Promise.withResolvers<void>();
  #sandbox: SandboxState = { state: 'starting' };
  #host: Extract<JailHost, { ok: true }> | null = null;
  #scheduler: Scheduler | null = null;
  #preparing: Promise<void> = Promise.resolve();
  #isPreparing = false;
  #isOpen = false;
  #isDraining = false;
  #isStopping = false;
  #failuresInARow = 0;
  #retryMs = FIRST_RETRY_MS;
  #retryAtMs = 0;
  /** Languages whose programs were missing at the last look. */
  readonly #missing = new Set<SupportedLanguage>();

  constructor(deps: ExecutionPlaneDeps) {
    this.#deps = deps;
  }

  async start(): Promise<void> {
    const { config, clock, log, store } = this.#deps;
    const host = {
      memoryKb: stepMemoryKb(config),
      readiness: (language: SupportedLanguage) => this.#readinessOf(language),
    };
    this.#scheduler = new Scheduler({
      store: store(),
      runner: this.#switchableRunner(),
      config,
      clock,
      log,
      host,
    });
    this.#every(TICK_MS, () => this.#scheduler?.tick());
    this.#every(LOOK_MS, () => this.#repair());
    this.#every(UPKEEP_MS, () => this.#host?.runner.cache.sweep());
    this.#prepare();
  }

  drain(): void {
    this.#isDraining = true;
  }

  async stop(deadlineMs: number): Promise<void> {
    this.#isDraining = true;
    this.#isStopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    // Leases outlive the stop only if it takes longer than their life, which the deadline rules out.
    await this.#scheduler?.stop(Math.min(deadlineMs, this.#deps.config['execution.stopMs']));
    await this.#host?.close();
    this.#readiness.resolve();
    // What is still being opened is closed as soon as it is there.
    await Promise.race([this.#preparing, sleep(STOP_GRACE_MS, undefined, { ref: false })]);
  }

  async ready(): Promise<readonly string[]> {
    await this.#readiness.promise;
    if (this.#sandbox.state === 'broken') return [`Programs cannot be run. ${this.#sandbox.why}`];
    return languageNames.flatMap((language) => {
      const { available, reason } = this.stateOf(language);
      return available || reason === null ? [] : [`${language} is not available: ${reason}`];
    });
  }

  sandboxState(): SandboxState {
    return this.#sandbox;
  }

  isOk(): boolean {
    return this.#sandbox.state === 'ok' && !this.#isStopping;
  }

  refusal(language: SupportedLanguage): string | null {
    if (this.#isDraining) return 'The server is shutting down';
    const readiness = this.#readinessOf(language);
    return typeof readiness === 'object' ? readiness.refusal : null;
  }

  stateOf(language: SupportedLanguage): LanguageState {
    const state = this.#languages.get(language);
    if (state !== undefined) return state;
    const reason = this.#sandbox.state === 'broken' ? this.#sandbox.why : 'It is still being tried';
    return { language, available: false, version: null, reason };
  }

  retryAfterSeconds(): number {
    return this.#sandbox.state === 'broken' ? 30 : (this.#scheduler?.retryAfterSeconds() ?? 1);
  }

  #readinessOf(language: SupportedLanguage): Readiness {
    // People are told that it does not work; why is for the operator.
    if (this.#sandbox.state === 'broken')
      return { refusal: 'Programs cannot be run on this server at the moment' };
    const state = this.#languages.get(language);
    if (this.#sandbox.state === 'starting' || state === undefined) return 'pending';
    return state.available ? 'ready' : { refusal: `${language} is not available on this server` };
  }

  #every(ms: number, run: () => Promise<void> | undefined): void {
    const timer = setInterval(() => {
      void run()?.catch((error: unknown) =>
        this.#deps.log.error({ err: error }, 'upkeep of the execution failed'),
      );
    }, ms);
    this.#timers.push(timer.unref());
  }

  /** One preparation after another. */
  #prepare(): void {
    this.#isPreparing = true;
    this.#preparing = this.#preparing
      .then(() => this.#openSandbox())
      .catch((error: unknown) => this.#setBroken(error instanceof Error ? error.message : String(error)))
      .then(() => this.#openScheduler())
      .then(() => this.#probeAll())
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'the execution plane is not ready'))
      .then(() => {
        this.#isPreparing = false;
        this.#readiness.resolve();
      });
  }

  async #openSandbox(): Promise<void> {
    if (this.#isStopping || this.#host !== null) return;
    const { config, clock, log, places } = this.#deps;
    const host = await openJailHost({ config, clock, log, ...places });
    if (!host.ok) return this.#setBroken(`${host.why}. ${host.remedy}`);
    if (this.#isStopping) return host.close();
    this.#host = host;
    this.#sandbox = { state: 'ok', driver: host.driver, why: host.chosen };
    this.#failuresInARow = 0;
    log.info({ driver: host.driver, workers: host.runner.slots }, 'the sandbox holds');
  }

  #setBroken(why: string): void {
    const isNews = this.#sandbox.state !== 'broken' || this.#sandbox.why !== why;
    this.#sandbox = { state: 'broken', why };
    this.#languages.clear();
    if (isNews) this.#deps.log.error({ why, remedy: 'syncode doctor' }, 'programs cannot be run');
  }

  async #openScheduler(): Promise<void> {
    if (this.#isStopping) return;
    if (!this.#isOpen) await this.#scheduler?.open();
    this.#isOpen = true;
    this.#scheduler?.nudge();
  }

  async #probeAll(): Promise<void> {
    for (const language of languageNames) {
      if (this.#isStopping || this.#host === null) return;
      if (this.#languages.get(language)?.available) continue;
      const state = await this.#host.runner.probe(language);
      if (this.#isStopping) return;
      this.#note(state);
    }
  }

  #note(state: LanguageState): void {
    const { language, version, reason } = state;
    const before = this.#languages.get(language);
    this.#languages.set(language, state);
    this.#scheduler?.nudge();
    if (state.available) this.#deps.log.info({ language, version }, 'a language is available');
    else if (before?.reason !== reason)
      this.#deps.log.warn({ language, reason }, 'a language is not available');
  }

  /** Looks at the programs of languages, and tries again what did not work. */
  async #repair(): Promise<void> {
    if (this.#isPreparing || this.#isStopping) return;
    const hasReturned = this.#lookAtToolchains();
    const isWhole =
      this.#sandbox.state !== 'broken' && languageNames.every((one) => this.#languages.get(one)?.available);
    if (isWhole) this.#retryMs = FIRST_RETRY_MS;
    else if (hasReturned || performance.now() >= this.#retryAtMs) {
      this.#retryAtMs = performance.now() + this.#retryMs;
      this.#retryMs = Math.min(LAST_RETRY_MS, 2 * this.#retryMs);
      this.#prepare();
    }
    await this.#preparing;
  }

  /** A language goes with its programs, at once; true when some have come back and must be tried. */
  #lookAtToolchains(): boolean {
    const runner = this.#host?.runner;
    let hasReturned = false;
    for (const [language, { available }] of runner ? this.#languages : []) {
      const reason = runner?.missingProgram(language) ?? null;
      if (reason === null) hasReturned = this.#missing.delete(language) || hasReturned;
      else {
        this.#missing.add(language);
        if (available) this.#note({ language, available: false, version: null, reason });
      }
    }
    return hasReturned;
  }

  /** The runner that the scheduler sees, whichever stands behind it. */
  #switchableRunner(): StepRunner {
    const plane = this;
    const fallback = workerCount(this.#deps.config);
    return {
      get slots() {
        return plane.#host?.runner.slots ?? fallback;
      },
      run: async (step, signal) => {
        const runner = plane.#host?.runner;
        if (runner === undefined)
          return { status: 'unavailable', message: 'Programs cannot be run at the moment' };
        const outcome = await runner.run(step, signal);
        plane.#watch(outcome.status === 'jailFailed');
        if (outcome.status === 'unavailable') plane.#lookAtToolchains();
        return outcome;
      },
      probe: async (language) => plane.stateOf(language),
    };
  }

  /** A sandbox whose jails fail again and again is put to the test, and taken out of service if it does not hold. */
  #watch(hasFailed: boolean): void {
    this.#failuresInARow = hasFailed ? this.#failuresInARow + 1 : 0;
    if (this.#failuresInARow !== SUSPICIOUS_FAILURES) return;
    this.#preparing = this.#preparing
      .then(() => this.#retest())
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'the sandbox could not be tested'));
  }

  async #retest(): Promise<void> {
    const host = this.#host;
    if (host === null || this.#isStopping) return;
    const broken = (await host.runner.selfTest()).filter(({ ok }) => !ok);
    if (broken.length === 0) {
      this.#failuresInARow = 0;
      return;
    }
    this.#setBroken(broken.map(({ limit, why }) => `${limit}: ${why}`).join('; '));
    this.#host = null;
    await host.close();
    // What broke may be made anew, as groups that somebody removed.
    this.#prepare();
  }
}
