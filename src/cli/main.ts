import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config/load.ts';
import { StorageError } from '../db/errors.ts';
import { DomainError } from '../kernel/errors.ts';
import { ControlSocketError } from '../server/control-socket.ts';
import { commands } from './commands/all.ts';
import { CliFailure, exitCodes } from './failure.ts';

/** Every known kind of error as exit code and lines for people; anything else is a fault of the program. */
function explain(error: unknown): { exitCode: number; lines: string[] } {
  if (error instanceof CliFailure) {
    const lines = [error.message, error.why, error.remedy].filter((line) => line !== undefined);
    return { exitCode: error.exitCode, lines };
  }
  if (error instanceof StorageError) {
    return {
      exitCode: storageExit(error.code),
      lines: [`${error.message}.`, `${error.why}.`, `${error.remedy}.`],
    };
  }
  if (error instanceof ConfigError) return { exitCode: exitCodes.usage, lines: error.message.split('\n') };
  if (error instanceof ControlSocketError) return { exitCode: exitCodes.failed, lines: [error.message] };
  if (error instanceof DomainError)
    return { exitCode: domainExit(error.status), lines: [explainDomain(error)] };
  const text = error instanceof Error ? error.message : String(error);
  return {
    exitCode: exitCodes.failed,
    lines: [`Something unexpected went wrong: ${text}`, 'Run the command again with --debug to see where.'],
  };
}

function storageExit(code: string): number {
  if (code === 'DATA_DIRECTORY_IN_USE') return exitCodes.refused;
  return code === 'DATA_DIRECTORY_MISSING' ? exitCodes.notFound : exitCodes.failed;
}

function domainExit(status: number): number {
  if (status === 400) return exitCodes.usage;
  if (status === 404) return exitCodes.notFound;
  return status >= 500 ? exitCodes.failed : exitCodes.refused;
}

function explainDomain(error: DomainError): string {
  const fields = error.details?.fields;
  if (!Array.isArray(fields)) return `${error.message}.`;
  const shown = (fields as { field: string; constraint: string }[]).map(
    ({ field, constraint }) => `${field}: ${constraint}`,
  );
  return `${error.message} (${shown.join(', ')}).`;
}

async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('syncode')
    .description('Rooms for practising coding interviews together, on your own machine.')
    .showSuggestionAfterError(true)
    .addHelpText('after', '\nStart with: syncode init, then syncode serve. Or only look: syncode demo');
  for (const command of commands()) program.addCommand(command);
  const all = [program, ...program.commands, ...program.commands.flatMap((group) => group.commands)];
  for (const command of all) command.exitOverride();
  try {
    await program.parseAsync(argv, { from: 'user' });
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
    const { exitCode, lines } = explain(error);
    process.stderr.write(`syncode: ${lines.join('\n  ')}\n`);
    if (argv.includes('--debug') && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return exitCode;
  }
}

process.exitCode = await run(process.argv.slice(2));
