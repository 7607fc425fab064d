import { existsSync } from 'node:fs';
import { countAdmins } from '../control/admin/index.ts';
import { readApplied } from '../db/migrate.ts';
import { openReader } from '../db/reader.ts';
import { installationPaths } from './installation-paths.ts';

/** Whether an installation has somebody who may administer it; false for one that is not there yet. */
export function hasAdministrator(directory: string): boolean {
  const { database } = installationPaths(directory);
  if (!existsSync(database)) return false;
  const reader = openReader(database);
  try {
    return readApplied(reader.raw).length > 1 && countAdmins(reader) > 0;
  } finally {
    reader.close();
  }
}
