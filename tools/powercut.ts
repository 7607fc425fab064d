/**
 * Records what the server does to its disk under load and cuts the power at thousands of moments of the recording:
 * `npm run powercut -- --images 5000 --seed 7 [--rounds 3]`. Each image must open and hold all that was promised. With
 * `--from <directory>` a recording that was kept is cut again.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { waitUpTo } from '../test/interview/support/wait.ts';
import { cutPower, withoutFlush } from '../test/powercut/images.ts';
import { readLoad, recordLoad } from '../test/powercut/record.ts';
import { buildDiskShim } from '../test/powercut/recording.ts';

const PATIENCE_MS = 300_000;
/** Host users of the jails; others than those of tests, which may run beside it. */
const UID_BASE = 793_000;
const CONTROL_IMAGES = 30;

const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '1000' },
    seed: { type: 'string', default: `${Date.now() % 1_000_000}` },
    rounds: { type: 'string', default: '2' },
    from: { type: 'string' },
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
const scratch = mkdtempSync(path.join(tmpdir(), 'syncode-powercut-'));
const { from } = values;
const recorded =
  from === undefined
    ? await recordLoad({
        seed,
        rounds: whole('rounds', values.rounds),
        shim: buildDiskShim(scratch),
        environment: { SYNCODE_SANDBOX_UID_BASE: `${UID_BASE}` },
      })
    : null;
const load = recorded ?? readLoad(path.resolve(from ?? ''));
const count = (type: string, name: string) =>
  load.records.filter((record) => record.type === type && record.name === name).length;
say(
  `recorded ${load.records.length} records, ${count('write', 'syncode.db-wal')} writes and ${count('syncEnd', 'syncode.db-wal')} syncs of the log, ${load.entries.length} entries in the ledger`,
);
const result = cutPower(load, { images: whole('images', values.images), seed, directory: scratch });
const control = cutPower(withoutFlush(load), {
  images: CONTROL_IMAGES,
  seed,
  directory: mkdtempSync(path.join(scratch, 'off-')),
});
for (const line of [...(recorded?.faults ?? []), ...result.losses].slice(0, 50)) say(line);
say(
  `seed ${seed}: ${result.images} images, ${result.failed} with losses; without the flush ${control.failed} of ${control.images}`,
);
const isSound = (recorded?.faults ?? []).length === 0 && result.failed === 0 && control.failed > 0;
await recorded?.arena.dispose(!isSound);
if (isSound) rmSync(scratch, { recursive: true });
else say(`kept in ${path.dirname(load.data)} and ${scratch}`);
process.exitCode = isSound ? 0 : 1;
