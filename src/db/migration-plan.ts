import { StorageError } from './errors.ts';
import type { Migration } from './migration-files.ts';

/** A row of schema_migrations. */
export type AppliedMigration = {
  readonly version: number;
  readonly name: string;
  readonly sha256: string;
  readonly appliedAtMs: number;
};

/**
 * The migrations still to be applied, in order. Throws StorageError when the database and the program do not belong
 * together: a newer schema, a migration edited or missing since it was applied, or one numbered below the newest applied.
 */
export function planMigrations(
  applied: readonly AppliedMigration[],
  migrations: readonly Migration[],
): readonly Migration[] {
  const known = new Map(migrations.map((migration) => [migration.version, migration]));
  const newestKnown = migrations.at(-1)?.version ?? 0;
  for (const row of applied) checkApplied(row, known.get(row.version), newestKnown);
  const done = new Set(applied.map(({ version }) => version));
  const newestApplied = Math.max(0, ...done);
  const pending = migrations.filter(({ version }) => !done.has(version));
  const late = pending.find(({ version }) => version < newestApplied);
  if (!late) return pending;
  throw new StorageError('MIGRATION_OUT_OF_ORDER', {
    what: `The migration ${late.name} comes too late`,
    why: `The database is at ${String(newestApplied).padStart(4, '0')} already, and migrations apply in the order of their numbers`,
    remedy: 'Install the program anew; in development give the migration the next free number',
  });
}

function checkApplied(row: AppliedMigration, migration: Migration | undefined, newestKnown: number): void {
  if (!migration && row.version > newestKnown)
    throw new StorageError('SCHEMA_NEWER', {
      what: 'The database belongs to a newer version of Syncode',
      why: `It has the migration ${row.name}, which this program does not know`,
      remedy: 'Install that version or a later one, or restore a backup made with this one',
    });
  if (!migration)
    throw new StorageError('MIGRATION_MISSING', {
      what: `The migration ${row.name} is missing`,
      why: 'It was applied to this database, and its file is not there',
      remedy: 'Install the program anew: its files have been changed',
    });
  if (migration.sha256 !== row.sha256)
    throw new StorageError('MIGRATION_EDITED', {
      what: `The migration ${migration.name} is not the one that was applied`,
      why: 'Its file has been changed since; the schema that the database has is not the one that it describes',
      remedy: 'Install the program anew; in development undo the change and add a migration of its own',
    });
}
