import { Command, type OptionValues } from 'commander';
import type { CommonOptions } from './context.ts';
import { exitCodes } from './failure.ts';

const meanings: Record<number, string> = {
  0: 'done',
  1: 'failed',
  2: 'wrong usage or configuration',
  3: 'not found',
  4: 'refused (state, confirmation, lock)',
  5: 'partly done',
  10: 'only warnings',
};

export type CommandText = {
  /** One sentence on what the command does. */
  readonly about: string;
  readonly examples: readonly [string, string];
  /** Exit codes that the command may end with, beside 0. */
  readonly exits: readonly number[];
};

function helpTail({ examples, exits }: CommandText): string {
  const shownExits = [exitCodes.done, ...exits].map(
    (code) => `  ${String(code).padEnd(3)} ${meanings[code]}`,
  );
  return ['', 'Examples:', ...examples.map((line) => `  ${line}`), '', 'Exit codes:', ...shownExits].join(
    '\n',
  );
}

/** A command with the options that all share, its examples and exit codes. */
export function createCommand(name: string, text: CommandText): Command {
  return new Command(name)
    .description(text.about)
    .option('--data-dir <path>', 'data directory (default: SYNCODE_DATA_DIR, /var/lib/syncode, ./data)')
    .option('--json', 'print one JSON document')
    .option('--debug', 'show the stack of an error')
    .allowExcessArguments(false)
    .showSuggestionAfterError(true)
    .addHelpText('after', helpTail(text));
}

/** A command that only groups others. */
export function createGroup(name: string, about: string, commands: readonly Command[]): Command {
  const group = new Command(name).description(about).showSuggestionAfterError(true);
  for (const command of commands) group.addCommand(command);
  return group;
}

/** The command's options, typed by the caller, with the shared ones. */
export function optionsOf<Own extends OptionValues>(command: Command): Own & CommonOptions {
  return command.opts<Own & CommonOptions>();
}
