import type { Tx } from '../db/types.ts';
import type { JobError } from '../generated/api.ts';
import type { Log } from '../kernel/log.ts';
import type {
  CaseOutcome,
  CompileOutcome,
  JudgeCase,
  StoredCase,
  SubmissionEnd,
  SubmissionJob,
} from '../ports/execution.ts';
import type { CompileStep } from '../ports/steps.ts';
import { type Artefacts, caseMemoryKb, checkerCompileStep, runCase } from './case-runner.ts';
import { jobErrors } from './job-errors.ts';
import type { JobProgram, Unit, Work } from './job-program.ts';
import type { JobStore } from './job-store.ts';
import {
  countCase,
  judgeCompile,
  noProgress,
  type Progress,
  settleCase,
  submissionVerdict,
  uncompiledCase,
} from './judge.ts';
import { languages } from './languages/registry.ts';
import { compileLimits } from './limits.ts';
import { errorOf, MAX_COMPILES, type ProgramDeps } from './run-program.ts';

export type SubmissionDeps = ProgramDeps & { readonly log: Log };

type UnitEnd = 'more' | 'ended';

/** A submission: one compile, then case after case, each stored as soon as those before it are. */
export function createSubmissionProgram(
  deps: SubmissionDeps,
  store: JobStore,
  job: SubmissionJob,
): JobProgram {
  return new SubmissionProgram(deps, store, job);
}

class SubmissionProgram implements JobProgram {
  readonly #deps: SubmissionDeps;
  readonly #store: JobStore;
  readonly #job: SubmissionJob;
  readonly #compileStep: CompileStep;
  readonly #checkerStep: CompileStep | null;
  /** Cases still to be started, in index order. */
  readonly #open: JudgeCase[];
  /** Judged, but a case before it is not yet. */
  readonly #early = new Map<number, { outcome: CaseOutcome; error: JobError | null }>();
  readonly #settled: StoredCase[];
  #progress: Progress;
  #artefacts: Artefacts | null = null;
  #compile: CompileOutcome = { output: null, durationMs: null };
  /** Since a case was judged. */
  #compiles = 0;
  #isCompiling = false;
  #running = 0;
  #earlyMs = 0;
  #hasEnded = false;
  /** Stores one after another, in index order. */
  #storing: Promise<boolean> = Promise.resolve(true);

  constructor(deps: SubmissionDeps, store: JobStore, job: SubmissionJob) {
    this.#deps = deps;
    this.#store = store;
    this.#job = job;
    const { language } = job.program;
    const sources = languages[language].files(job.program);
    this.#compileStep = { kind: 'compile', language, sources, limits: compileLimits(deps.config) };
    this.#checkerStep = checkerCompileStep(deps.config, job);
    this.#settled = [...job.stored].sort((a, b) => a.index - b.index);
    this.#progress = this.#settled.reduce((sum, one) => countCase(sum, one, this.#budgetMs), noProgress);
    this.#open = job.cases.slice(this.#settled.length);
  }

  get usedMs(): number {
    return this.#progress.spentMs + this.#earlyMs;
  }

  canStart(spare: boolean): boolean {
    if (this.#hasEnded || this.#isCompiling) return false;
    if (this.#running > 0 && !spare) return false;
    if (this.#artefacts === null) return this.#running === 0;
    return this.#open.length > 0;
  }

  nextMemoryKb(): number {
    const one = this.#open[0];
    if (this.#artefacts === null || one === undefined) return this.#compileStep.limits.memoryKb;
    return caseMemoryKb(this.#deps.config, this.#job, one);
  }

  next(): Unit {
    if (this.#artefacts === null) {
      this.#isCompiling = true;
      return { run: (work) => this.#runCompile(work) };
    }
    const one = this.#open.shift();
    if (one === undefined) throw new Error('next() without canStart()');
    const artefacts = this.#artefacts;
    this.#running++;
    return {
      run: (work) => this.#runCase(one, artefacts, work).finally(() => this.#running--),
    };
  }

  get #budgetMs(): number {
    return this.#deps.config['execution.submissionMs'];
  }

  async #runCompile(work: Work): Promise<UnitEnd> {
    this.#compiles++;
    const compiled = await work.step(this.#compileStep);
    if (compiled.status !== 'done') return this.#fail(errorOf(compiled));
    const { compile, failed } = judgeCompile(compiled.facts, this.#compileStep.limits, compiled.rejected);
    this.#compile = compile;
    if (failed || compiled.artefact === null) return this.#endUncompiled();
    const checker = this.#checkerStep === null ? null : await this.#compileChecker(this.#checkerStep, work);
    if (checker !== null && typeof checker !== 'string') return this.#fail(checker.error);
    this.#artefacts = { program: compiled.artefact, checker };
    this.#isCompiling = false;
    // After a crash between the last case and the end.
    if (this.#open.length === 0 || this.#progress.ended) return this.#settle();
    const { results } = this.#deps;
    const isHeld = await this.#put((tx) => results.storeCompile(tx, this.#job.jobId, compile));
    return isHeld ? 'more' : 'ended';
  }

  /** The checker's artefact, or why there is none; null: nobody wants to know. */
  async #compileChecker(step: CompileStep, work: Work): Promise<string | { error: JobError | null }> {
    const compiled = await work.step(step);
    if (compiled.status !== 'done') return { error: errorOf(compiled) };
    const { compile, failed } = judgeCompile(compiled.facts, step.limits, compiled.rejected);
    if (!failed && compiled.artefact !== null) return compiled.artefact;
    const { problemId, submissionId } = this.#job;
    const fields = { problemId, submissionId, output: compile.output?.slice(0, 1000) };
    this.#deps.log.error(fields, 'the checker of a problem does not compile');
    return { error: jobErrors.checkerFailed };
  }

  async #runCase(one: JudgeCase, artefacts: Artefacts, work: Work): Promise<UnitEnd> {
    const end = await runCase(this.#deps, this.#job, one, artefacts, work);
    if (this.#hasEnded || end.status === 'cancelled') return 'ended';
    if (end.status === 'missingArtefact') return this.#compileAgain(one, artefacts);
    this.#compiles = 0;
    this.#early.set(one.index, end);
    this.#earlyMs += end.outcome.program?.durationMs ?? 0;
    return this.#settle();
  }

  #compileAgain(one: JudgeCase, artefacts: Artefacts): UnitEnd | Promise<UnitEnd> {
    if (this.#compiles >= MAX_COMPILES) return this.#fail(jobErrors.sandboxFailed);
    const at = this.#open.findIndex(({ index }) => index > one.index);
    this.#open.splice(at < 0 ? this.#open.length : at, 0, one);
    if (this.#artefacts === artefacts) this.#artefacts = null;
    return 'more';
  }

  /** Settles what can be settled in index order and stores it, together with the end when that is reached. */
  async #settle(): Promise<UnitEnd> {
    const fresh: CaseOutcome[] = [];
    let error: JobError | null = null;
    for (let next = this.#takeEarly(); next !== undefined; next = this.#takeEarly()) {
      const { outcome, progress } = settleCase(this.#progress, next.outcome, this.#budgetMs);
      this.#progress = progress;
      const { index, verdict, program } = outcome;
      this.#settled.push({ index, verdict, durationMs: program?.durationMs ?? null });
      fresh.push(outcome);
      error = next.error;
    }
    const isDone = this.#progress.ended || this.#settled.length === this.#job.cases.length;
    if (!isDone) {
      const isHeld = fresh.length === 0 || (await this.#put((tx) => this.#storeCases(tx, fresh)));
      return isHeld ? 'more' : 'ended';
    }
    return this.#finish(fresh, this.#endOf(error));
  }

  /** The next case in index order if it is judged and still counts. */
  #takeEarly() {
    if (this.#progress.ended) return undefined;
    const index = this.#settled.length;
    const early = this.#early.get(index);
    this.#early.delete(index);
    this.#earlyMs -= early?.outcome.program?.durationMs ?? 0;
    return early;
  }

  #endOf(error: JobError | null): SubmissionEnd {
    const verdict = submissionVerdict(this.#settled);
    return verdict === 'internal_error'
      ? { status: 'failed', verdict, error: error ?? jobErrors.sandboxFailed }
      : { status: 'completed', verdict, compile: this.#compile };
  }

  #endUncompiled(): Promise<UnitEnd> {
    const outcomes = this.#job.cases.slice(this.#settled.length).map(({ index }) => uncompiledCase(index));
    return this.#finish(outcomes, { status: 'completed', verdict: 'compile_error', compile: this.#compile });
  }

  /** Ends without an outcome; without an error nobody wants to know. */
  async #fail(error: JobError | null): Promise<UnitEnd> {
    if (error === null) return 'ended';
    return this.#finish([], { status: 'failed', verdict: 'internal_error', error });
  }

  async #finish(outcomes: readonly CaseOutcome[], end: SubmissionEnd): Promise<UnitEnd> {
    this.#hasEnded = true;
    const { results, clock } = this.#deps;
    await this.#inOrder(() =>
      this.#store.finish((tx) => {
        results.storeCompile(tx, this.#job.jobId, this.#compile);
        this.#storeCases(tx, outcomes);
        results.finishSubmission(tx, this.#job.jobId, end, clock.now());
      }),
    );
    return 'ended';
  }

  #storeCases(tx: Tx, outcomes: readonly CaseOutcome[]): void {
    for (const outcome of outcomes) this.#deps.results.storeCase(tx, this.#job.jobId, outcome);
  }

  #put(change: (tx: Tx) => void): Promise<boolean> {
    return this.#inOrder(() => this.#store.put(change));
  }

  #inOrder(store: () => Promise<boolean>): Promise<boolean> {
    this.#storing = this.#storing.then(store);
    return this.#storing;
  }
}
