import path from 'node:path';
import { Arena, type Plan } from '../chaos/arena.ts';
import { readLedger } from '../chaos/ledger.ts';
import type { Environment } from '../interview/support/program.ts';
import { between, createRandom } from '../support/random.ts';
import type { RecordedLoad } from './images.ts';
import { readRecording } from './recording.ts';

export type RecordOptions = {
  readonly seed: number;
  /** Loads, each ended by a kill, after which the next start goes on. */
  readonly rounds: number;
  readonly shim: string;
  readonly environment?: Environment;
};

/**
 * Records the disk of the program under load, from the making of its data directory on. What it throws, or finds in
 * `faults`, has nothing to do with power.
 */
export async function recordLoad(
  options: RecordOptions,
): Promise<{ arena: Arena; faults: string[] } & RecordedLoad> {
  const { seed, rounds, shim, environment = {} } = options;
  const arena = await Arena.open({ shim, environment });
  const faults: string[] = [];
  try {
    const random = createRandom(seed);
    for (let round = 1; round <= rounds; round++) {
      const plan: Plan = {
        moment: 'busy',
        delayMs: between(random, 500, 1500),
        inVainMs: null,
        isPatient: true,
      };
      faults.push(...(await arena.play(`p${round}`, seed + round, plan)).faults);
    }
  } catch (error) {
    await arena.dispose(true);
    throw error;
  }
  await arena.halt();
  return { arena, faults, ...readLoad(arena.directory) };
}

/** What was recorded in the directory of an arena. */
export function readLoad(directory: string): RecordedLoad {
  return {
    records: readRecording(path.join(directory, 'recording')),
    entries: readLedger(path.join(directory, 'ledger')),
    data: path.join(directory, 'data'),
  };
}
