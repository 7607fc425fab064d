import { Command, Option, type OptionValues } from 'commander';
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

/** The options that all commands share; they may also stand before the command's name. */
function addCommonOptions(command: Command, isShown: boolean): Command {
  const options = [
    new Option('--data-dir <path>', 'data directory (default: SYNCODE_DATA_DIR, /var/lib/syncode, ./data)'),
    new Option('--json', 'print one JSON document'),
    new Option('--debug', 'show the stack of an error'),
  ];
  for (const option of options) command.addOption(option.hideHelp(!isShown));
  return command.enablePositionalOptions();
}

/** A command with the options that all share, its examples and exit codes. */
export function createCommand(name: string, text: CommandText): Command {
  const command = new Command(name)
    .description(text.about)
    .allowExcessArguments(false)
    .addHelpText('after', helpTail(text));
  return addCommonOptions(command, true);
}

/** A command that only groups others. */
export function createGroup(name: string, about: string, commands: readonly Command[]): Command {
  const group = addCommonOptions(new Command(name).description(about), false);
  for (const command of commands) group.addCommand(command);
  const first = commands[0]?.name() ?? '';
  return group.addHelpText('after', `\nExamples and exit codes of each: syncode help ${name} ${first}`);
}

/** The program itself, above all commands. */
export function createProgram(commands: readonly Command[]): Command {
  const program = new Command('syncode').description(
    'Rooms for practising coding interviews together, on your own machine.',
  );
  for (const command of commands) program.addCommand(command);
  return addCommonOptions(program, false);
}

/** The command's options, typed by the caller, with the shared ones; what stands nearest to the command's name counts. */
export function optionsOf<Own extends OptionValues>(command: Command): Own & CommonOptions {
  const options: OptionValues = {};
  for (let at: Command | null = command; at !== null; at = at.parent)
    for (const [key, value] of Object.entries(at.opts())) options[key] ??= value;
  return options as Own & CommonOptions;
}
