import type { Environment } from '../interview/support/program.ts';
import { createRandom } from '../support/random.ts';
import { Arena, drawPlan, type Plan } from './arena.ts';

export type RoundsOptions = {
  readonly seed: number;
  readonly rounds: number;
  /** No round begins after so many milliseconds. */
  readonly timeMs?: number;
  /** Rounds over one data directory before a fresh one. */
  readonly perDirectory: number;
  readonly environment?: Environment;
  readonly say: (line: string) => void;
};

export type RoundsResult = {
  readonly rounds: number;
  readonly saved: number;
  readonly accepted: number;
  readonly faults: string[];
};

/** Plays rounds until one fails; then the data directory is kept, and its name is among the faults. */
export async function playRounds(options: RoundsOptions): Promise<RoundsResult> {
  const { seed, rounds, perDirectory, say, timeMs = Number.POSITIVE_INFINITY } = options;
  const end = performance.now() + timeMs;
  const total = { rounds: 0, saved: 0, accepted: 0 };
  while (total.rounds < rounds && performance.now() < end) {
    const arena = await Arena.open(
      options.environment === undefined ? {} : { environment: options.environment },
    );
    const faults: string[] = [];
    try {
      for (let at = 0; at < perDirectory && total.rounds < rounds && performance.now() < end; at++) {
        total.rounds++;
        const report = await playRound(arena, seed, total.rounds, say);
        total.saved += report.saved;
        total.accepted += report.accepted;
        faults.push(...report.faults);
        if (faults.length > 0) break;
      }
      if (faults.length === 0) faults.push(...(await arena.close()));
    } catch (error) {
      faults.push(error instanceof Error ? `${error.stack}` : String(error));
    }
    await arena.dispose(faults.length > 0);
    if (faults.length > 0)
      return {
        ...total,
        faults: [`seed ${seed}, round ${total.rounds}, kept in ${arena.directory}`, ...faults],
      };
  }
  return { ...total, faults: [] };
}

/** A round's numbers depend on seed and number alone, not on the rounds before. */
async function playRound(arena: Arena, seed: number, round: number, say: (line: string) => void) {
  const roundSeed = seed * 100_003 + round;
  const plan = drawPlan(createRandom(roundSeed));
  const beganAt = performance.now();
  const report = await arena.play(`r${round}`, roundSeed, plan);
  const seconds = ((performance.now() - beganAt) / 1000).toFixed(1);
  const { saved, accepted, faults } = report;
  const outcome = faults.length === 0 ? 'ok' : `${faults.length} FAULTS`;
  say(`round ${round}: ${describe(plan)}; ${saved} edits, ${accepted} calls; ${seconds} s; ${outcome}`);
  return report;
}

function describe({ moment, delayMs, inVainMs, isPatient }: Plan): string {
  const again = inVainMs === null ? '' : `, the next start killed after ${inVainMs} ms`;
  return `killed ${moment} + ${delayMs} ms${again}${isPatient ? '' : ', not waiting for jobs'}`;
}
