import { readFileSync } from 'node:fs';
import type { DriverName } from '../../execution/sandbox/jail.ts';
import { type Attack, type CaseResult, parseSuite, SuiteFormatError } from '../../execution/suite/index.ts';
import { runAttackSuite } from '../../server/attack-suite.ts';
import { type CommonOptions, configOf, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

/** What the suite is and how it is run. */
export type AttackOptions = {
  readonly suite: readonly string[];
  readonly only?: readonly string[];
  readonly times?: number;
  readonly jobs?: number;
  readonly driver?: DriverName;
};

function readSuite(file: string): readonly Attack[] {
  try {
    return parseSuite(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const what =
      error instanceof SuiteFormatError ? `${file} is no suite.` : `The suite ${file} cannot be read.`;
    throw new CliFailure(exitCodes.usage, what, { why: why.replaceAll('\n', '; ') });
  }
}

/** Cases of all files, or those that were named. */
function chooseAttacks(files: readonly string[], only: readonly string[] | undefined): readonly Attack[] {
  const all = files.flatMap(readSuite);
  const ids = all.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice !== undefined)
    throw new CliFailure(exitCodes.usage, `Two of the suites have a case ${twice}.`, {
      remedy: 'Run them one by one.',
    });
  if (only === undefined) return all;
  const unknown = only.filter((id) => !ids.includes(id));
  if (unknown.length > 0)
    throw new CliFailure(exitCodes.usage, `The suite has no case ${unknown.join(', ')}.`, {
      why: `Its cases are ${ids.slice(0, 10).join(', ')}${ids.length > 10 ? ' and so on' : ''}.`,
    });
  return all.filter(({ id }) => only.includes(id));
}

const padded = (cells: readonly (readonly [string, number])[]) =>
  cells.map(([text, width]) => text.padEnd(width)).join('  ');
const figure = (value: number | null, unit: string) =>
  value === null ? '-' : `${Math.round(value)} ${unit}`;

const ID_WIDTH = 32;

function row(result: CaseResult): string {
  const { id, holds, missedPreferred, verdicts, wallMs, cpuMs, peakMemoryMb, problems } = result;
  const remark = missedPreferred ? 'not the preferred verdict' : problems.join('; ');
  return padded([
    [id, ID_WIDTH],
    [holds ? 'holds' : 'DOES NOT HOLD', 13],
    [verdicts.join(' '), 8],
    [figure(wallMs, 'ms'), 9],
    [figure(cpuMs, 'ms CPU'), 12],
    [figure(peakMemoryMb, 'MB'), 7],
    [remark, 0],
  ]).trimEnd();
}

/** Runs suites and prints a row a case as it ends; throws when one does not hold. */
export async function testSuites(options: CommonOptions & AttackOptions): Promise<void> {
  const { suite, only, times = 1, jobs = 1, driver = null } = options;
  const attacks = chooseAttacks(suite, only);
  const { config } = configOf(null);
  const output = outputOf(options);
  const onCase = (result: CaseResult) => {
    if (!output.json) process.stdout.write(`${row(result)}\n`);
  };
  const outcome = await runAttackSuite({ config, driver, attacks, times, jobs, onCase });
  if (!outcome.ok)
    throw new CliFailure(exitCodes.failed, 'No program can be run on this machine.', {
      why: outcome.why,
      remedy: outcome.remedy,
    });
  const { cases } = outcome;
  const failed = cases.filter(({ holds }) => !holds);
  const missed = cases.filter(({ missedPreferred }) => missedPreferred);
  const totals = { cases: cases.length, held: cases.length - failed.length, missedPreferred: missed.length };
  const identity = process.geteuid?.() === 0 ? 'root' : 'user';
  output.result(
    { driver: outcome.driver, identity, times, totals, cases },
    () =>
      `${totals.held} of ${totals.cases} hold with ${outcome.driver} as ${identity}; ${totals.missedPreferred} missed the preferred verdict`,
  );
  if (failed.length > 0)
    throw new CliFailure(exitCodes.failed, `${failed.length} of ${cases.length} cases do not hold.`, {
      why: failed
        .slice(0, 10)
        .map(({ id }) => id)
        .join(', '),
    });
}
