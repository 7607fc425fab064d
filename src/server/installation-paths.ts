import path from 'node:path';
import { DATABASE_FILE } from '../db/data-directory.ts';

/** Where everything of an installation lies below its data directory. */
export function installationPaths(directory: string) {
  return {
    directory,
    database: path.join(directory, DATABASE_FILE),
    keys: path.join(directory, 'keys'),
    backups: path.join(directory, 'backups'),
    temporary: path.join(directory, 'tmp'),
    config: path.join(directory, 'config.toml'),
  };
}
export type InstallationPaths = ReturnType<typeof installationPaths>;
