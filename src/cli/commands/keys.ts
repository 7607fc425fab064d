import { type Command, Option } from 'commander';
import { z } from 'zod';
import { type KeyPurpose, keyPurposes } from '../../config/keys.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { type CommonOptions, enterInstallation, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { operate } from '../operator.ts';
import { localTime, table } from '../output.ts';
import { askYes, isInteractive } from '../prompt.ts';

const rotatedSchema = z.object({
  keys: z.array(z.object({ purpose: z.string(), kid: z.string(), previousAcceptedUntil: z.string() })),
});

/** What a key of each purpose is for, as the operator sees it. */
const uses: Readonly<Record<KeyPurpose, string>> = {
  access: 'access tokens',
  refresh: 'sign-ins',
  collab: 'connections to rooms',
  files: 'links to files',
  identifiers: 'counting failed sign-ins',
};
/** Those whose change nobody notices; that of identifiers forgets who is locked out. */
const usual: readonly KeyPurpose[] = ['access', 'refresh', 'collab', 'files'];

type RotateOptions = CommonOptions & { purpose?: KeyPurpose; yes?: boolean };

/** Rotates; a second time only when somebody has said that they mean it. */
async function rotate(options: RotateOptions, purposes: readonly KeyPurpose[], force: boolean) {
  try {
    return rotatedSchema.parse(await operate(options, 'keys.rotate', { purposes, force }));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'KEYS_ROTATED_LATELY') throw error;
    const why =
      'The keys were changed lately, and whoever signed in before that would have to sign in again.';
    if (isInteractive()) {
      process.stderr.write(`${why}\n`);
      if (await askYes('Change them again?', 'no')) return rotate(options, purposes, true);
    }
    throw new CliFailure(exitCodes.refused, 'The keys were not changed.', {
      why,
      remedy: 'Wait until the life of those sign-ins is over (7 days), or add --yes.',
      cause: error,
    });
  }
}

function rotateCommand(): Command {
  const command = createCommand('rotate', {
    about: 'Makes new signing keys, which a running server uses at once; nobody is signed out.',
    examples: ['syncode keys rotate', 'syncode keys rotate --purpose access --yes'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command
    .addOption(
      new Option('--purpose <name>', 'only the key for this (default: all but identifiers)').choices(
        keyPurposes,
      ),
    )
    .option('--yes', 'also when keys changed lately are still in use: then people must sign in again');
  return command.action(async () => {
    const options = optionsOf<RotateOptions>(command);
    enterInstallation(options);
    const purposes = options.purpose === undefined ? usual : [options.purpose];
    const { keys } = await rotate(options, purposes, options.yes === true);
    outputOf(options).result({ keys }, () => {
      const rows = keys.map(({ purpose, kid, previousAcceptedUntil }) => [
        purpose,
        uses[purpose as KeyPurpose] ?? '',
        kid,
        localTime(previousAcceptedUntil),
      ]);
      return table(['KEY', 'FOR', 'NEW ID', 'OLD ONE ACCEPTED UNTIL'], rows);
    });
  });
}

export function keysCommand(): Command {
  return createGroup('keys', 'The keys that sign tokens and links.', [rotateCommand()]);
}
