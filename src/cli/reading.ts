import { existsSync } from 'node:fs';
import { pendingMigrations } from '../db/migrate.ts';
import { openReader } from '../db/reader.ts';
import type { Reader } from '../db/types.ts';
import type { InstallationPaths } from '../server/installation-paths.ts';
import { type CommonOptions, enterInstallation, pasteable } from './context.ts';
import { CliFailure, exitCodes } from './failure.ts';

/**
 * Reads from the database of an installation, beside a running server or without one. Refused where there is none, or
 * one that this program does not know.
 */
export function readDatabase<T>(
  options: CommonOptions,
  read: (reader: Reader, paths: InstallationPaths) => T,
): T {
  const paths = enterInstallation(options);
  if (!existsSync(paths.database))
    throw new CliFailure(exitCodes.notFound, `There is no database at ${paths.database} yet.`, {
      remedy: `Make it with "${pasteable(options, 'init')}".`,
    });
  const reader = openReader(paths.database);
  try {
    const [next] = pendingMigrations(reader.raw);
    if (next !== undefined)
      throw new CliFailure(exitCodes.refused, 'The database is older than this program.', {
        why: `The migration ${next.name} has not been applied.`,
        remedy: `Run "${pasteable(options, 'migrate')}", or start the server, which does it too.`,
      });
    return read(reader, paths);
  } finally {
    reader.close();
  }
}
