import { inspect } from 'node:util';
import { type Command, CommanderError } from 'commander';
import { productVersion } from '../config/product.ts';
import { createProgram } from './command.ts';
import { loadCommands } from './commands/loading.ts';
import { explain } from './explain.ts';
import { exitCodes } from './failure.ts';
import { explainUsage } from './usage.ts';

const isDebugging = process.argv.includes('--debug');

function tell(error: unknown): number {
  const { exitCode, lines } = explain(error);
  process.stderr.write(`syncode: ${lines.join('\n  ')}\n`);
  if (isDebugging) process.stderr.write(`${inspect(error)}\n`);
  return exitCode;
}

/** Mistakes in the call come out as our own errors; help and version end the program quietly. */
function prepare(command: Command): void {
  command.configureOutput({ outputError: () => {} }).exitOverride((error) => {
    const isHelp = error.exitCode === 0 || error.code === 'commander.help';
    throw isHelp ? error : explainUsage(command, error);
  });
  for (const inner of command.commands) prepare(inner);
}

/** Runs one command line to its end; resolves with the exit code. */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const program = createProgram(await loadCommands(argv))
    .helpCommand(false)
    .version(productVersion, '-V, --version', 'print the version')
    .addHelpText('after', '\nStart with: syncode init, then syncode serve. Or only look: syncode demo');
  prepare(program);
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? exitCodes.done);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.done : exitCodes.usage;
    return tell(error);
  }
}

/** Whoever reads the output may stop before its end, as `head` does. */
function endQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
}

/** What happens outside of any command ends in words too. */
export function catchTheRest(): void {
  process.stdout.on('error', endQuietly);
  process.stderr.on('error', endQuietly);
  process.on('uncaughtException', (error) => process.exit(tell(error)));
}
