import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import type { DriverName } from '../../execution/sandbox/jail.ts';
import { checkSandbox, isSandboxSound, type SandboxCheck } from '../../server/sandbox-check.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { configOf, dataDirectoryOf, enterDataDirectory, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output.ts';

function parseDriver(text: string): DriverName {
  if (text === 'bubblewrap' || text === 'nsjail') return text;
  throw new InvalidArgumentError('It is bubblewrap or nsjail.');
}

function describe({ drivers, unusable, refusal }: SandboxCheck): string {
  const rows = drivers.flatMap(({ driver, limits }) =>
    limits.map(({ limit, ok, why }) => [driver, limit, ok ? 'holds' : 'DOES NOT HOLD', why ?? '']),
  );
  const notes = unusable.map(({ name, why, remedy }) => `${name} cannot be used: ${why}. ${remedy}`);
  if (refusal !== null) notes.push(`No jail can be made: ${refusal.why}. ${refusal.remedy}`);
  const results = rows.length > 0 ? [table(['DRIVER', 'LIMIT', 'RESULT', ''], rows)] : [];
  return [...results, ...notes].join('\n');
}

function testCommand(): Command {
  const command = createCommand('test', {
    about: 'Tries every limit of the sandbox on this machine, one hostile program each.',
    examples: ['syncode sandbox test', 'syncode sandbox test --driver bubblewrap --json'],
    exits: [exitCodes.failed, exitCodes.usage],
  });
  command.option('--driver <name>', 'only bubblewrap or nsjail', parseDriver);
  return command.action(async () => {
    const options = optionsOf<{ driver?: DriverName }>(command);
    const directory = existsSync(dataDirectoryOf(options)) ? enterDataDirectory(options) : null;
    const { config } = configOf(directory);
    const check = await checkSandbox({ config, driver: options.driver ?? null, languages: false });
    outputOf(options).result({ ...check }, () => describe(check));
    if (!isSandboxSound(check)) {
      throw new CliFailure(
        exitCodes.failed,
        'The sandbox does not hold on this machine, so no program would be run.',
        {
          remedy: 'See the rows above, then syncode doctor.',
        },
      );
    }
  });
}

export function sandboxCommand(): Command {
  return createGroup('sandbox', 'Tests the sandbox that programs run in.', [testCommand()]);
}
