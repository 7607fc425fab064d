import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { productPath } from '../config/product.ts';
import { StorageError } from './errors.ts';

/** One numbered step of the schema. */
export type Migration = {
  readonly version: number;
  /** "0003_rooms" */
  readonly name: string;
  readonly sql: string;
  readonly sha256: string;
};

const NAME = /^(\d{4})_[a-z0-9]+(?:_[a-z0-9]+)*\.sql$/;

/** The folder that comes with this program. */
export function migrationsDirectory(): string {
  return productPath('migrations');
}

/** All migrations of a folder in the order of their numbers. Throws StorageError on a misnamed file or a number used twice. */
export function readMigrations(directory: string): Migration[] {
  const files = readdirSync(directory).filter((file) => file.endsWith('.sql'));
  const migrations = files.sort().map((file) => readMigration(directory, file));
  migrations.forEach(({ version, name }, at) => {
    const before = migrations[at - 1];
    if (before?.version === version) throw invalid(name, `${before.name} has the same number`);
  });
  return migrations;
}

function readMigration(directory: string, file: string): Migration {
  const version = Number(NAME.exec(file)?.[1] ?? 0);
  if (version === 0) throw invalid(file, 'Migrations are named NNNN_words.sql, from 0001 on');
  const bytes = readFileSync(join(directory, file));
  return {
    version,
    name: file.slice(0, -'.sql'.length),
    sql: bytes.toString('utf8'),
    sha256: createHash('sha256').update(bytes).digest('hex'),
  };
}

function invalid(name: string, why: string): StorageError {
  return new StorageError('MIGRATION_INVALID', {
    what: `The migration ${name} cannot be used`,
    why,
    remedy: 'Install the program anew: its files have been changed',
  });
}
