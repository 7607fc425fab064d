/**
 * Kills the server over and over while everybody types, runs and submits, and checks after each restart that all that
 * was acknowledged is there: `npm run chaos -- --rounds 200 --seed 7 [--minutes 60]`.
 */
import { parseArgs } from 'node:util';
import { playRounds } from '../test/chaos/rounds.ts';
import { waitUpTo } from '../test/interview/support/wait.ts';

const ROUNDS_PER_DIRECTORY = 8;
const PATIENCE_MS = 180_000;
/** Host users of the jails; others than those of tests, which may run beside it. */
const UID_BASE = 792_000;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '20' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    minutes: { type: 'string' },
  },
});
const whole = (name: string, text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} ${text} is not a whole number`);
  return value;
};
const say = (line: string) => void process.stdout.write(`${line}\n`);
const seed = whole('seed', values.seed);
waitUpTo(PATIENCE_MS);
say(`seed ${seed}`);
const { faults, ...total } = await playRounds({
  seed,
  rounds: whole('rounds', values.rounds),
  ...(values.minutes === undefined ? {} : { timeMs: whole('minutes', values.minutes) * 60_000 }),
  perDirectory: ROUNDS_PER_DIRECTORY,
  environment: { SYNCODE_SANDBOX_UID_BASE: `${UID_BASE}` },
  say,
});
for (const fault of faults.slice(0, 50)) say(fault);
say(
  `seed ${seed}: ${total.rounds} rounds, ${total.saved} acknowledged edits, ${total.accepted} calls, ${faults.length === 0 ? 'no faults' : 'FAILED'}`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
