import type { Command } from 'commander';
import { z } from 'zod';
import { createCommand, optionsOf } from '../command.ts';
import { outputOf } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { operate } from '../operator.ts';
import { table } from '../output.ts';

const outcomeSchema = z.object({
  problems: z.array(z.object({ slug: z.string(), title: z.string(), outcome: z.string() })),
});

const meanings: Record<string, string> = {
  created: 'added',
  updated: 'brought up to date',
  unchanged: 'there already',
  kept: 'kept as edited here',
  titleTaken: 'left out: another problem has its title',
};

export function seedCommand(): Command {
  const command = createCommand('seed', {
    about: 'Loads the built-in problems; problems that were edited here are kept.',
    examples: ['syncode seed', 'syncode seed --force'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused, exitCodes.partly],
  });
  command.option('--force', 'bring edited and deleted built-in problems back to what the program ships');
  return command.action(async () => {
    const options = optionsOf<{ force?: boolean }>(command);
    const { problems } = outcomeSchema.parse(
      await operate(options, 'seed', { force: options.force === true }),
    );
    const rows = problems.map(({ slug, title, outcome }) => [title, slug, meanings[outcome] ?? outcome]);
    outputOf(options).result({ problems }, () => table(['PROBLEM', 'PACKAGE', 'RESULT'], rows));
    if (problems.some(({ outcome }) => outcome === 'titleTaken')) process.exitCode = exitCodes.partly;
  });
}
