import type { Command } from 'commander';
import { nearest } from '../../config/nearest.ts';
import { createCommand } from '../command.ts';
import { CliFailure, exitCodes } from '../failure.ts';

/** The command that a path of names leads to from the program. */
function findCommand(program: Command, names: readonly string[]): Command {
  let at = program;
  for (const name of names) {
    const found = at.commands.find((command) => command.name() === name);
    if (found === undefined) throw unknownCommand(at, name);
    at = found;
  }
  return at;
}

/** The name of a command with those of its groups, such as `syncode admin ban`. */
export function fullName(command: Command): string {
  const { parent } = command;
  return parent === null ? command.name() : `${fullName(parent)} ${command.name()}`;
}

export function unknownCommand(group: Command, name: string): CliFailure {
  const names = group.commands.map((command) => command.name());
  const meant = nearest(name, names);
  const path = fullName(group);
  return new CliFailure(exitCodes.usage, `There is no command "${path} ${name}".`, {
    remedy:
      meant === null
        ? `See "syncode help${path.slice('syncode'.length)}".`
        : `Did you mean "${path} ${meant}"?`,
  });
}

export function helpCommand(): Command {
  const command = createCommand('help', {
    about: 'Explains the program or one of its commands.',
    examples: ['syncode help serve', 'syncode help admin create'],
    exits: [exitCodes.usage],
  });
  return command.argument('[command...]', 'names of the command').action((names: string[]) => {
    const program = command.parent;
    if (program !== null) findCommand(program, names).outputHelp();
  });
}
