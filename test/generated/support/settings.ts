/**
 * What a run of generated requests depends on. `SYNCODE_TEST_SEED` repeats a run, `SYNCODE_TEST_RUNS` lengthens it: so
 * many random requests an operation. Both are printed, so that what failed can be asked again.
 */
export const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);
export const runs = Number(process.env.SYNCODE_TEST_RUNS ?? 12);

/** Prints a line that names the run; a failing one is repeated from it. */
export function announce(what: string, figures: string): void {
  process.stdout.write(`${what}: ${figures}, SYNCODE_TEST_SEED=${seed} SYNCODE_TEST_RUNS=${runs}\n`);
}

/** Time for a test that makes thousands of requests, on the slowest machine. */
export const LONG_MS = 20 * 60_000;
