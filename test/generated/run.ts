/**
 * `npm run generated -- --runs N --seed S`: the generated requests at length, so many random ones an operation. Without a
 * seed each run has a new one, which it prints.
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: { runs: { type: 'string', default: '2000' }, seed: { type: 'string' } },
});
const count = (text: string | undefined, name: string) => {
  if (text !== undefined && !/^\d{1,9}$/.test(text)) throw new Error(`--${name} is a whole number`);
  return text;
};
const runs = count(values.runs, 'runs');
const seed = count(values.seed, 'seed');
const { status } = spawnSync('vitest', ['run', '--project', 'main', 'test/generated', 'test/races'], {
  stdio: 'inherit',
  env: {
    ...process.env,
    SYNCODE_TEST_RUNS: runs,
    ...(seed === undefined ? {} : { SYNCODE_TEST_SEED: seed }),
  },
});
process.exitCode = status ?? 1;
