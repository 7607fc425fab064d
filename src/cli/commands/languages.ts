import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { checkSandbox } from '../../server/sandbox-check.ts';
import { createCommand, optionsOf } from '../command.ts';
import { configOf, dataDirectoryOf, enterDataDirectory, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output.ts';

export function languagesCommand(): Command {
  const command = createCommand('languages', {
    about: 'Tries every language in a jail of this machine and shows the versions of their toolchains.',
    examples: ['syncode languages', 'syncode languages --json'],
    exits: [exitCodes.failed],
  });
  return command.action(async () => {
    const options = optionsOf(command);
    const directory = existsSync(dataDirectoryOf(options)) ? enterDataDirectory(options) : null;
    const { config } = configOf(directory);
    const { languages, refusal } = await checkSandbox({ config, driver: null, languages: true });
    if (languages.length === 0) {
      throw new CliFailure(exitCodes.failed, 'No program can be run on this machine.', {
        why: refusal?.why ?? 'The jails do not keep every limit: syncode sandbox test.',
        remedy: refusal?.remedy ?? 'Run syncode doctor.',
      });
    }
    const rows = languages.map(({ language, available, version, reason }) => [
      language,
      available ? (version ?? 'yes') : 'not available',
      reason ?? '',
    ]);
    outputOf(options).result({ languages }, () => table(['LANGUAGE', 'TOOLCHAIN', ''], rows));
  });
}
