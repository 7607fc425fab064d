import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { attackFiles } from '../../tools/attacks/files.ts';
import { buildJail, identitiesHere, runSyncode } from '../../tools/attacks/identities.ts';

/** Programs run for seconds each; on a busy machine all of them take long. */
const SUITE_MS = 1_800_000;

type Document = {
  readonly v: number;
  readonly driver: string;
  readonly identity: string;
  readonly totals: { readonly cases: number; readonly held: number };
  readonly cases: readonly {
    readonly id: string;
    readonly holds: boolean;
    readonly problems: readonly string[];
  }[];
};

const suites = attackFiles.flatMap((file) => ['--suite', file]);
const cases = attackFiles.reduce((sum, file) => sum + JSON.parse(readFileSync(file, 'utf8')).length, 0);

describe('the suites of attacks, through queue, worker and jail [S24] [S25]', () => {
  beforeAll(buildJail);

  const here = identitiesHere();
  it.skipIf(here.includes('root'))('as root (not tested: this process is not root)', () => {});

  it.each(here)(
    'hold with bubblewrap as %s',
    async (identity) => {
      const words = ['sandbox', 'test', ...suites, '--driver', 'bubblewrap', '--jobs', '2', '--json'];
      const { status, stdout, stderr } = await runSyncode(identity, words);
      const document = JSON.parse(stdout || '{}') as Document;
      const failed = (document.cases ?? []).filter(({ holds }) => !holds);
      expect({ failed: failed.map(({ id, problems }) => ({ id, problems })), stderr }).toEqual({
        failed: [],
        stderr: '',
      });
      expect(document).toMatchObject({ v: 1, driver: 'bubblewrap', identity });
      expect(document.totals).toMatchObject({ cases, held: cases });
      expect(status).toBe(0);
    },
    SUITE_MS,
  );
});
