import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { detectDrivers } from '../../src/execution/sandbox/drivers.ts';
import { attackFiles } from '../../tools/attacks/files.ts';
import { buildJail, runSyncode } from '../../tools/attacks/identities.ts';

const isRoot = process.geteuid?.() === 0;
const root = resolve(import.meta.dirname, '../..');
// nsjail need not be there; bubblewrap must, and the test is to fail without it.
const drivers = (await detectDrivers(null))
  .filter(({ name, usable }) => usable || name === 'bubblewrap')
  .map(({ name }) => name);
const limits = { wallMs: 60_000, cpuMs: 20_000, memoryMb: 256, pids: 64, outputBytes: 1_048_576 };

type Document = {
  readonly totals: object;
  readonly cases: readonly {
    readonly id: string;
    readonly holds: boolean;
    readonly problems: readonly string[];
  }[];
};

describe('running a suite of attacks', () => {
  let directory = '';
  beforeAll(() => {
    buildJail();
    directory = mkdtempSync(join(tmpdir(), 'syncode-attacks-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  const mine = (prefix: string) => readdirSync(tmpdir()).filter((name) => name.startsWith(prefix));

  it('says what does not hold, ends with 1 and leaves nothing', async () => {
    const source = 'process.stdout.write("ESCAPED"); process.exitCode = 4;';
    const least = { category: 'x', language: 'javascript', limits, source };
    const suite = [
      { ...least, id: 'well', expect: { verdicts: ['RE'], exitCode: 4 } },
      { ...least, id: 'verdict', expect: { verdicts: ['OK'] } },
      { ...least, id: 'text', expect: { verdicts: ['RE'], mustNotContain: ['ESCAPED'] } },
      { ...least, id: 'figure', expect: { verdicts: ['RE'], minWallMs: 59_000, maxPeakMemoryMb: 1 } },
      { ...least, id: 'preferred', expect: { verdicts: ['RE', 'SV'], preferred: 'SV' } },
    ];
    const file = join(directory, 'suite.json');
    writeFileSync(file, JSON.stringify(suite));
    const before = mine('syncode-suite-');
    const words = ['sandbox', 'test', '--suite', file, '--driver', 'bubblewrap', '--json', '--times', '2'];
    const { status, stdout, stderr } = await runSyncode('root', words);
    const { totals, cases } = JSON.parse(stdout) as Document;
    expect({ status, totals }).toEqual({ status: 1, totals: { cases: 10, held: 4, missedPreferred: 2 } });
    const problems = Object.fromEntries(cases.map((one) => [one.id, one.problems]));
    expect(problems).toEqual({
      well: [],
      verdict: ['the verdict is RE, not OK'],
      text: ['stdout has "ESCAPED"'],
      figure: [
        expect.stringMatching(/^wall time .* less than 59000$/),
        expect.stringMatching(/^peak memory/),
      ],
      preferred: [],
    });
    expect(stderr).toContain('6 of 10 cases do not hold');
    expect(mine('syncode-suite-').filter((name) => !before.includes(name))).toEqual([]);
  });

  it.skipIf(!isRoot)('groups that are handed over are taken back (not tested unless root)', async () => {
    const words = ['src/cli/main.ts', 'sandbox', 'prepare', '--user', '791301', '--json'];
    const call = (...more: string[]) =>
      JSON.parse(execFileSync(process.execPath, [...words, ...more], { cwd: root, encoding: 'utf8' }));
    const made = call();
    expect(made).toMatchObject({ v: 1, user: 791_301 });
    expect(call()).toEqual(made);
    expect(call('--remove').directories).toEqual(made.directories);
    expect(call('--remove').directories).toEqual([]);
  });

  // A jail shows /usr with all that is mounted below it.
  it.skipIf(!isRoot).each(drivers)(
    '%s: what the host has mounted below /usr is read-only inside (not tested unless root)',
    (driver) => {
      const script = 'mount -t tmpfs -o mode=1777 none /usr/local/share && exec "$@"';
      const node = [process.execPath, 'src/cli/main.ts', 'sandbox', 'test', '--driver', driver];
      const only = ['--only', 'fs-write-everywhere', '--only', 'proc-shows-only-itself'];
      const suites = attackFiles.flatMap((file) => ['--suite', file]);
      const words = ['--mount', 'sh', '-c', script, 'sh', ...node, ...suites, ...only];
      const said = execFileSync('unshare', words, { cwd: root, encoding: 'utf8' });
      expect(said).toContain(`2 of 2 hold with ${driver} as root`);
    },
  );
});
