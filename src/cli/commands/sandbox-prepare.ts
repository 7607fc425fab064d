import { type Command, InvalidArgumentError } from 'commander';
import { prepareHost, releaseHost, resolveUser } from '../../server/sandbox-prepare.ts';
import { createCommand, optionsOf } from '../command.ts';
import { outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

type PrepareOptions = { user?: string; pid?: number; remove?: boolean };

function parsePid(text: string): number {
  if (/^[1-9]\d{0,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It is the number of a process.');
}

/** What a service that is not root needs of the host, made by root beforehand. */
export function prepareCommand(): Command {
  const command = createCommand('prepare', {
    about:
      'As root: makes the control groups that a user who is not root needs for jails, and hands them over.',
    examples: [
      'syncode sandbox prepare --user syncode',
      'syncode sandbox prepare --user "$USER" --pid $$ && exec setpriv --reuid "$USER" --regid "$USER" --init-groups syncode serve',
    ],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command.requiredOption('--user <name>', 'the user who runs the service; a name or a number');
  command.option(
    '--pid <number>',
    'also move this process into the groups (needed with version 2)',
    parsePid,
  );
  command.option('--remove', 'take the groups away again');
  return command.action(() => {
    const options = optionsOf<PrepareOptions>(command);
    if (process.geteuid?.() !== 0)
      throw new CliFailure(exitCodes.refused, 'Only root can hand over control groups.', {
        remedy: `sudo syncode sandbox prepare --user ${options.user}`,
      });
    const user = resolveUser(options.user ?? '');
    if (user === null)
      throw new CliFailure(exitCodes.notFound, `There is no user ${options.user}.`, {
        remedy: 'Make it first, or give its number.',
      });
    const outcome = options.remove ? releaseHost(user) : prepareHost(user, options.pid ?? null);
    if (!outcome.ok)
      throw new CliFailure(
        exitCodes.failed,
        `Control groups for ${options.user} could not be ${options.remove ? 'removed' : 'made'}.`,
        {
          why: outcome.why,
          remedy: outcome.remedy,
        },
      );
    const { version, directories } = outcome;
    const did = options.remove ? 'Removed' : 'Handed over';
    outputOf(options).result({ version, user: user.uid, directories }, () =>
      [`${did} (control groups, version ${version}):`, ...directories.map((one) => `  ${one}`)].join('\n'),
    );
  });
}
