import type { Command, CommanderError } from 'commander';
import { fullName, unknownCommand } from './commands/help.ts';
import { CliFailure, exitCodes } from './failure.ts';

const quoted = (text: string) => /'([^']*)'/.exec(text)?.[1] ?? '';
const suggestion = (text: string) => /\(Did you mean (?:one of )?(.*)\?\)/s.exec(text)?.[1];

/** A mistake in the way a command was called, in the words of all other errors. */
export function explainUsage(command: Command, error: CommanderError): CliFailure {
  const path = fullName(command);
  const remedy = `See "${path.replace('syncode', 'syncode help')}".`;
  const wrong = (what: string, better = remedy) => new CliFailure(exitCodes.usage, what, { remedy: better });
  const name = quoted(error.message);
  const meant = suggestion(error.message);
  switch (error.code) {
    case 'commander.unknownCommand':
      return unknownCommand(command, name);
    case 'commander.unknownOption':
      return wrong(
        `"${path}" has no option ${name}.`,
        meant === undefined ? remedy : `Did you mean ${meant}?`,
      );
    case 'commander.missingArgument':
      return wrong(`"${path}" needs <${name}>.`);
    case 'commander.optionMissingArgument':
      return wrong(`The option ${name} needs a value.`);
    case 'commander.excessArguments':
      return command.commands.length > 0 && command.args[0] !== undefined
        ? unknownCommand(command, command.args[0])
        : wrong(`"${path}" takes fewer words than were given.`);
    case 'commander.conflictingOption':
      return wrong(`${error.message.replace(/^error: option /, 'The option ').replaceAll("'", '')}.`);
    default:
      return wrong(`${error.message.replace(/^error: /, '').replace(/\.$/, '')}.`);
  }
}
