import type { Step, StepOutcome } from '../ports/steps.ts';

/** A step's end as jobs see it: failures of the jail have been retried, and a step may have passed its hard ceiling twice. */
export type WorkOutcome = StepOutcome | { readonly status: 'overran' };

/** What a unit of work may do on its worker. */
export type Work = {
  /** Runs one step; `cancelled` means that nobody wants a result any more. */
  step(step: Step): Promise<WorkOutcome>;
  /** From now on the unit needs no more than this. */
  shrinkMemory(memoryKb: number): void;
};

/** What occupies one worker: a run with its compile, a submission's compile, one case with its checker. */
export type Unit = {
  /** Resolves with `ended` when nothing more is to be done for the job, its end stored or its lease lost. */
  run(work: Work): Promise<'more' | 'ended'>;
};

/** A begun job: hands out units of work. */
export type JobProgram = {
  /** Whether a unit can be started now; `spare`: beside those of this job that run. */
  canStart(spare: boolean): boolean;
  /** Most memory that a step of the next unit may use. */
  nextMemoryKb(): number;
  /** The next unit, after canStart said yes. */
  next(): Unit;
  /** Run time used so far. */
  readonly usedMs: number;
};
