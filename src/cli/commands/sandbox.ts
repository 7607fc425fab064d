import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { DriverName } from '../../execution/sandbox/jail.ts';
import { checkSandbox, isSandboxSound, type SandboxCheck } from '../../server/sandbox-check.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { type CommonOptions, configOf, dataDirectoryOf, enterDataDirectory, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output.ts';
import { type AttackOptions, testSuites } from './sandbox-attacks.ts';
import { prepareCommand } from './sandbox-prepare.ts';

const MAX_TIMES = 1000;
const MAX_JOBS = 16;

type TestOptions = CommonOptions & Partial<AttackOptions> & { driver?: DriverName };

function parseDriver(text: string): DriverName {
  if (text === 'bubblewrap' || text === 'nsjail') return text;
  throw new InvalidArgumentError('It is bubblewrap or nsjail.');
}

const parseCount = (most: number) => (text: string) => {
  const count = Number(text);
  if (/^\d+$/.test(text) && count >= 1 && count <= most) return count;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${most}.`);
};

const collect = (text: string, before: readonly string[] = []) => [...before, text];

function describe({ drivers, unusable, refusal }: SandboxCheck): string {
  const rows = drivers.flatMap(({ driver, limits }) =>
    limits.map(({ limit, ok, why }) => [driver, limit, ok ? 'holds' : 'DOES NOT HOLD', why ?? '']),
  );
  const notes = unusable.map(({ name, why, remedy }) => `${name} cannot be used: ${why}. ${remedy}`);
  if (refusal !== null) notes.push(`No jail can be made: ${refusal.why}. ${refusal.remedy}`);
  const results = rows.length > 0 ? [table(['DRIVER', 'LIMIT', 'RESULT', ''], rows)] : [];
  return [...results, ...notes].join('\n');
}

async function testLimits(options: TestOptions): Promise<void> {
  const directory = existsSync(dataDirectoryOf(options)) ? enterDataDirectory(options) : null;
  const { config } = configOf(directory);
  const check = await checkSandbox({ config, driver: options.driver ?? null, languages: false });
  outputOf(options).result({ ...check }, () => describe(check));
  if (isSandboxSound(check)) return;
  throw new CliFailure(
    exitCodes.failed,
    'The sandbox does not hold on this machine, so no program would be run.',
    { remedy: 'See the rows above, then syncode doctor.' },
  );
}

function testCommand(): Command {
  const command = createCommand('test', {
    about: 'Tries every limit of the sandbox on this machine, or a suite of hostile programs.',
    examples: [
      'syncode sandbox test',
      'syncode sandbox test --suite attacks.json --driver bubblewrap --json',
    ],
    exits: [exitCodes.failed, exitCodes.usage],
  });
  command.option('--driver <name>', 'only bubblewrap or nsjail', parseDriver);
  command.option('--suite <file>', 'run the programs of this file instead; may be repeated', collect);
  command.option('--only <id>', 'of the suite, only this case; may be repeated', collect);
  command.option('--times <count>', 'run the suite so many times in a row', parseCount(MAX_TIMES));
  command.option('--jobs <count>', 'cases at a time, where they allow it (default: 1)', parseCount(MAX_JOBS));
  return command.action(async () => {
    const options: TestOptions = optionsOf<TestOptions>(command);
    const { suite, only, times, jobs } = options;
    if (suite !== undefined) return testSuites({ ...options, suite });
    if (only !== undefined || times !== undefined || jobs !== undefined)
      throw new CliFailure(exitCodes.usage, '--only, --times and --jobs are for a suite.', {
        remedy: 'Name it with --suite.',
      });
    return testLimits(options);
  });
}

/** Tests the sandbox, and prepares a host for a user who is not root. */
export function sandboxCommand(): Command {
  return createGroup('sandbox', 'Tests the sandbox that programs run in.', [testCommand(), prepareCommand()]);
}
