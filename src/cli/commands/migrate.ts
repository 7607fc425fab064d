import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { lockDataDirectory } from '../../db/data-directory.ts';
import { migrate, pendingMigrations, readApplied } from '../../db/migrate.ts';
import { openReader } from '../../db/reader.ts';
import { isoTime, systemClock } from '../../kernel/clock.ts';
import { createLog } from '../../kernel/log.ts';
import { createCommand, optionsOf } from '../command.ts';
import { enterInstallation, outputOf, pasteable } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { localTime, table } from '../output.ts';

function statusCommand(): Command {
  const command = createCommand('status', {
    about: 'Lists the migrations that were applied, and those that wait.',
    examples: ['syncode migrate status', 'syncode migrate status --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  return command.action(() => {
    const options = optionsOf(command);
    const { database } = enterInstallation(options);
    if (!existsSync(database))
      throw new CliFailure(exitCodes.notFound, `There is no database at ${database} yet.`, {
        remedy: `Make it with "${pasteable(options, 'init')}".`,
      });
    const reader = openReader(database);
    const { raw } = reader;
    try {
      const applied = readApplied(raw).map(({ name, appliedAtMs }) => ({
        name,
        appliedAt: isoTime(appliedAtMs),
      }));
      const pending = pendingMigrations(raw).map(({ name }) => name);
      const rows = [
        ...applied.map(({ name, appliedAt }) => [name, localTime(appliedAt)]),
        ...pending.map((name) => [name, 'waits']),
      ];
      outputOf(options).result({ applied, pending }, () => table(['MIGRATION', 'APPLIED'], rows));
    } finally {
      reader.close();
    }
  });
}

export function migrateCommand(): Command {
  const command = createCommand('migrate', {
    about: 'Applies pending migrations to the database, after a backup.',
    examples: ['syncode migrate', 'syncode migrate status'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command.action(() => {
    const options = optionsOf(command);
    const paths = enterInstallation(options);
    const lock = lockDataDirectory(paths.directory);
    try {
      const log = createLog('warn');
      const { applied, backup } = migrate({
        path: paths.database,
        backups: paths.backups,
        clock: systemClock,
        log,
      });
      outputOf(options).result({ applied, backup }, () => {
        if (applied.length === 0) return 'The database is up to date.';
        const saved = backup === null ? '' : `\nThe state before is kept in ${backup}.`;
        return `Applied ${applied.join(', ')}.${saved}`;
      });
    } finally {
      lock.release();
    }
  });
  return command.addCommand(statusCommand());
}
