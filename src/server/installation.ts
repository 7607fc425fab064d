import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleToml } from '../config/edit.ts';
import { createKeys, type KeyRing, loadKeys } from '../config/keys.ts';
import { checkDataDirectory, lockDataDirectory } from '../db/data-directory.ts';
import { StorageError } from '../db/errors.ts';
import { type MigrateResult, migrate, pendingMigrations } from '../db/migrate.ts';
import { openDb } from '../db/open.ts';
import type { Db } from '../db/types.ts';
import { systemClock } from '../kernel/clock.ts';
import { syncPath } from '../kernel/files.ts';
import type { Log } from '../kernel/log.ts';
import { systemRandom } from '../kernel/random.ts';
import { type InstallationPaths, installationPaths } from './installation-paths.ts';

/** What `createInstallation` found missing and made; all false when the installation was complete. */
export type Created = {
  readonly directory: boolean;
  readonly config: boolean;
  readonly keys: readonly string[];
};

/** As mkdir -p; Node's own recursive mkdir never returns where a file system refuses, as /proc does. */
function makeDirectory(directory: string, mode: number): void {
  const parent = path.dirname(directory);
  if (parent !== directory && !existsSync(parent)) makeDirectory(parent, 0o755);
  mkdirSync(directory, { mode });
  try {
    syncPath(parent);
  } catch {
    // Whoever may write there but not read cannot sync it.
  }
}

/** Makes what is missing of data directory, config.toml and keys; what is there stays as it is. */
export function createInstallation(directory: string): Created {
  const paths = installationPaths(directory);
  const isNew = !existsSync(directory);
  if (isNew) makeDirectory(directory, 0o700);
  checkDataDirectory(directory);
  for (const folder of [paths.keys, paths.backups, paths.temporary])
    if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
  const hasConfig = existsSync(paths.config);
  if (!hasConfig) {
    writeFileSync(paths.config, sampleToml(), { mode: 0o600, flag: 'wx' });
    syncPath(paths.config);
  }
  const keys = createKeys(paths.keys, systemRandom, systemClock.now());
  // What is signed with the keys from now on must outlive a power cut, and so must they.
  syncPath(directory);
  return { directory: isNew, config: !hasConfig, keys };
}

/** An installation whose lock this process holds. */
export type Installation = {
  readonly paths: InstallationPaths;
  readonly keys: KeyRing;
  readonly migrated: MigrateResult;
  readonly db: Db;
  /** Waits for the flush, closes the database, frees the lock. */
  close(): Promise<void>;
};

export type OpenInstallationOptions = {
  readonly log: Log;
  /** server: commits wait in a shared flush; command: each is durable by itself. */
  readonly mode: 'server' | 'command';
  /** False refuses a database that lacks migrations instead of bringing it up. */
  readonly migrate: boolean;
};

/** Takes the lock, brings the schema up, opens database and keys; throws StorageError or ConfigError with a remedy. */
export function openInstallation(directory: string, options: OpenInstallationOptions): Installation {
  const paths = installationPaths(directory);
  const lock = lockDataDirectory(directory);
  try {
    const keys = loadKeys(paths.keys);
    const { log, mode } = options;
    const migrated = options.migrate
      ? migrate({ path: paths.database, backups: paths.backups, clock: systemClock, log })
      : { applied: [], backup: null };
    const db = openDb({ path: paths.database, log, mode });
    refusePending(db, paths.database);
    const close = async () => {
      await db.close();
      lock.release();
    };
    return { paths, keys, migrated, db, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

function refusePending({ raw }: Db, file: string): void {
  const [next] = pendingMigrations(raw);
  if (next === undefined) return;
  raw.close();
  throw new StorageError('MIGRATION_PENDING', {
    what: `The database ${file} is older than this program`,
    why: `The migration ${next.name} has not been applied, and this start was told not to apply any`,
    remedy: 'Run syncode migrate, which makes a backup first',
  });
}
