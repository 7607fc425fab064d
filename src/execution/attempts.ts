import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Step, StepRunner } from '../ports/steps.ts';
import type { Deadlines } from './deadlines.ts';
import type { WorkOutcome } from './job-program.ts';

export type AttemptDeps = {
  readonly runner: StepRunner;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly log: Log;
  /** Time over its wall limit after which a step is killed from outside. */
  readonly marginMs: number;
};

const MAX_TRIES = 2;

/** Runs a step under its hard ceiling; when the jail fails or the ceiling is passed, once more. */
export async function attemptStep(deps: AttemptDeps, step: Step, signal: AbortSignal): Promise<WorkOutcome> {
  let last: WorkOutcome = { status: 'cancelled' };
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    if (signal.aborted) return { status: 'cancelled' };
    last = await tryStep(deps, step, signal);
    if (last.status !== 'jailFailed' && last.status !== 'overran') return last;
    const message = last.status === 'jailFailed' ? last.message : 'the hard ceiling was passed';
    deps.log.warn(
      { step: step.kind, language: step.language, message, tries: tries + 1 },
      'a sandbox failed',
    );
  }
  return last;
}

async function tryStep(deps: AttemptDeps, step: Step, signal: AbortSignal): Promise<WorkOutcome> {
  const { runner, clock, deadlines, marginMs } = deps;
  const ceiling = new AbortController();
  const callOff = deadlines.add(clock.now() + step.limits.wallMs + marginMs, () => ceiling.abort());
  try {
    const outcome = await runner.run(step, AbortSignal.any([signal, ceiling.signal]));
    const isLate = outcome.status === 'cancelled' && ceiling.signal.aborted && !signal.aborted;
    return isLate ? { status: 'overran' } : outcome;
  } catch (error) {
    // A runner should not reject; if it does, that is its failure and not the program's.
    return { status: 'jailFailed', message: error instanceof Error ? error.message : String(error) };
  } finally {
    callOff();
  }
}
