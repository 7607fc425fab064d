/**
 * `npm run attacks -- [--times N] [--driver bubblewrap|nsjail|all] [--identity root|user|all] [--suite FILE]... [--only ID]...`
 * Runs the suites of test/attacks, or others, with each driver as each identity; ends with a line for each of them.
 */
import { parseArgs } from 'node:util';
import { attackFiles } from './attacks/files.ts';
import { buildJail, identitiesHere, type RunIdentity, runSyncode } from './attacks/identities.ts';

const { values } = parseArgs({
  options: {
    times: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
    driver: { type: 'string', default: 'all' },
    identity: { type: 'string', default: 'all' },
    suite: { type: 'string', multiple: true, default: [...attackFiles] },
    only: { type: 'string', multiple: true, default: [] },
  },
});

function choose<Name extends string>(what: string, wanted: string, all: readonly Name[]): readonly Name[] {
  if (wanted === 'all') return all;
  const found = all.filter((name) => name === wanted);
  if (found.length === 0) throw new Error(`--${what} is one of ${all.join(', ')} and all`);
  return found;
}

const drivers = choose('driver', values.driver, ['bubblewrap', 'nsjail']);
const identities = choose<RunIdentity>('identity', values.identity, identitiesHere());
const words = [
  ...['--times', values.times, '--jobs', values.jobs],
  ...values.suite.flatMap((file) => ['--suite', file]),
  ...values.only.flatMap((id) => ['--only', id]),
];

buildJail();
const summary: string[] = [];
for (const driver of drivers) {
  for (const identity of identities) {
    process.stdout.write(`\n==> ${driver} as ${identity}\n`);
    const began = performance.now();
    const show = (text: string) => void process.stdout.write(text);
    const ended = await runSyncode(identity, ['sandbox', 'test', '--driver', driver, ...words], show);
    process.stdout.write(ended.stderr);
    const seconds = Math.round((performance.now() - began) / 1000);
    const last = ended.stdout.trimEnd().split('\n').at(-1) ?? '';
    summary.push(
      `${driver} as ${identity}: ${ended.status === 0 ? 'ok' : 'FAILED'} in ${seconds} s: ${last}`,
    );
    if (ended.status !== 0) process.exitCode = 1;
  }
}
process.stdout.write(`\n${summary.join('\n')}\n`);
