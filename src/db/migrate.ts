import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { copyDatabase } from './backup.ts';
import { createDatabaseFile, openConnection } from './connection.ts';
import { checkPrivateFile } from './data-directory.ts';
import { StorageError } from './errors.ts';
import { type Migration, migrationsDirectory, readMigrations } from './migration-files.ts';
import { type AppliedMigration, planMigrations } from './migration-plan.ts';
import type { Raw } from './types.ts';

const BOOKKEEPING = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  applied_at INTEGER NOT NULL -- milliseconds since 1970 UTC
) STRICT`;

export type MigrateOptions = {
  /** The database file; created when missing. */
  readonly path: string;
  /** Where the copy goes that is made before a database with content is changed. */
  readonly backups: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Migrations of another place than the program's; for tests. */
  readonly directory?: string;
};

export type MigrateResult = {
  /** Names of the migrations that this call applied, in order. */
  readonly applied: readonly string[];
  /** The copy made before, null when nothing was to be saved. */
  readonly backup: string | null;
};

/**
 * Brings the database to the schema of this program, each migration in a transaction of its own, durable before it
 * returns. The caller holds the data directory's lock. Throws StorageError, with the database as it was before the
 * failing migration, on a newer schema, an edited, missing or out-of-order migration, and on a failing one.
 */
export function migrate(options: MigrateOptions): MigrateResult {
  const migrations = readMigrations(options.directory ?? migrationsDirectory());
  createDatabaseFile(options.path);
  checkPrivateFile(options.path);
  const raw = openConnection(options.path, { synchronous: 'FULL' });
  try {
    const pending = planMigrations(readApplied(raw), migrations);
    if (pending.length === 0) return { applied: [], backup: null };
    const backup = saveBefore(raw, pending, options);
    raw.exec(BOOKKEEPING);
    // Rebuilding a table needs the checks off; each migration is checked as a whole before it commits.
    raw.pragma('foreign_keys = OFF');
    for (const migration of pending) {
      apply(raw, migration, options.clock.now(), backup);
      options.log.info({ migration: migration.name }, 'migration applied');
    }
    return { applied: pending.map(({ name }) => name), backup };
  } finally {
    raw.close();
  }
}

/** What has been applied to this database, by number; empty for a new one. */
export function readApplied(raw: Raw): AppliedMigration[] {
  const table = raw.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'schema_migrations'");
  if (!table.get()) return [];
  const rows = raw.prepare(
    'SELECT version, name, sha256, applied_at AS appliedAtMs FROM schema_migrations ORDER BY version',
  );
  return rows.all() as AppliedMigration[];
}

/** What migrate() would apply to the open database; throws as it does. */
export function pendingMigrations(raw: Raw, directory = migrationsDirectory()): readonly Migration[] {
  return planMigrations(readApplied(raw), readMigrations(directory));
}

function saveBefore(raw: Raw, pending: readonly Migration[], options: MigrateOptions): string | null {
  const tables = raw.prepare("SELECT count(*) FROM sqlite_schema WHERE type = 'table'").pluck().get();
  if (tables === 0) return null;
  mkdirSync(options.backups, { recursive: true, mode: 0o700 });
  const stamp = new Date(options.clock.now()).toISOString().replace(/[-:.]/g, '');
  const target = join(options.backups, `before-${pending[0]?.name}-${stamp}.db`);
  copyDatabase(raw, target);
  options.log.info({ backup: target }, 'database copied before migrating');
  return target;
}

function apply(raw: Raw, migration: Migration, nowMs: number, backup: string | null): void {
  try {
    raw.exec('BEGIN IMMEDIATE');
    raw.exec(migration.sql);
    if (!raw.inTransaction) throw new Error('It ends the transaction in which it runs');
    const broken = raw.pragma('foreign_key_check') as { table: string; parent: string }[];
    const [first] = broken;
    if (first)
      throw new Error(`${broken.length} rows point nowhere, as from ${first.table} to ${first.parent}`);
    const row = raw.prepare('INSERT INTO schema_migrations VALUES (?, ?, ?, ?)');
    row.run(migration.version, migration.name, migration.sha256, nowMs);
    raw.exec('COMMIT');
  } catch (error) {
    if (raw.inTransaction) raw.exec('ROLLBACK');
    throw new StorageError(
      'MIGRATION_FAILED',
      {
        what: `The migration ${migration.name} failed`,
        why: error instanceof Error ? error.message : String(error),
        remedy: `Go back to the former version of the program, and report this.${
          backup === null ? '' : ` A copy from before is at ${backup}`
        }`,
      },
      error,
    );
  }
}
