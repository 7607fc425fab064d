/**
 * Ends the server under rooms in which people type, starts it anew, and tells how long it takes until everybody is live
 * again: `npm run restart-soak -- [--rooms 50] [--rounds 1] [--end kill | stop]`. Fails when a text differs anywhere.
 */
import { parseArgs } from 'node:util';
import { playRestart } from '../test/collab/support/restart.ts';
import { waitUpTo } from '../test/interview/support/wait.ts';

const PATIENCE_MS = 180_000;

const { values } = parseArgs({
  options: {
    rooms: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '1' },
    end: { type: 'string' },
  },
});
const whole = (name: string, text: string) => {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`--${name} ${text} is not a whole number`);
  return value;
};
const ends = (['kill', 'stop'] as const).filter((end) => values.end === undefined || values.end === end);
if (ends.length === 0) throw new Error(`--end ${values.end} is neither kill nor stop`);
const say = (line: string) => void process.stdout.write(`${line}\n`);
const seconds = (ms: number | undefined) => `${((ms ?? Number.NaN) / 1000).toFixed(1)} s`;

waitUpTo(PATIENCE_MS);
let faultCount = 0;
for (let round = 0; round < whole('rounds', values.rounds); round++)
  for (const end of ends) {
    const { answersMs, liveMs, letters, faults } = await playRestart({
      rooms: whole('rooms', values.rooms),
      end,
      say,
    });
    const at = (share: number) => seconds(liveMs[Math.floor((liveMs.length - 1) * share)]);
    for (const fault of faults.slice(0, 20)) say(fault);
    say(
      `${end}: answers after ${seconds(answersMs)}; clients live after ${at(0)} (first), ${at(0.5)} (half), ${at(1)} (all); ${letters} letters, ${faults.length === 0 ? 'texts equal everywhere' : 'FAILED'}`,
    );
    faultCount += faults.length;
  }
process.exitCode = faultCount === 0 ? 0 : 1;
