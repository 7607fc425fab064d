import { statSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { createDatabaseFile } from './connection.ts';
import { StorageError } from './errors.ts';

/** Name of the database in the data directory. */
export const DATABASE_FILE = 'syncode.db';
/** The lock: a SQLite file of its own with an open exclusive transaction, which the kernel ends with the process. */
export const LOCK_FILE = 'syncode.lock';

/** Keeps the connections of held locks: one that was collected as garbage would end its lock unnoticed. */
const held = new Set<Database.Database>();

export type DataLock = { release(): void };

/** Throws StorageError unless `path` is a directory that nobody but its owner can enter. */
export function checkDataDirectory(path: string): void {
  if (!statOf(path, 'data directory').isDirectory())
    throw new StorageError('DATA_DIRECTORY_INVALID', {
      what: `${path} is not a directory`,
      why: 'The data directory holds the database, files and keys',
      remedy: 'Name the right one with --data-dir or SYNCODE_DATA_DIR',
    });
  checkMode(path, '0700');
}

/** Throws StorageError unless `path` exists and nobody but its owner can read it. */
export function checkPrivateFile(path: string): void {
  statOf(path, 'database');
  checkMode(path, '0600');
}

/**
 * Takes the data directory for this process until release() or death. Throws StorageError (DATA_DIRECTORY_IN_USE) when
 * another process, or this one, has it.
 */
export function lockDataDirectory(directory: string): DataLock {
  checkDataDirectory(directory);
  const path = join(directory, LOCK_FILE);
  createDatabaseFile(path);
  checkPrivateFile(path);
  const raw = new Database(path, { timeout: 0, fileMustExist: true });
  try {
    raw.pragma('journal_mode = MEMORY');
    raw.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    raw.close();
    throw new StorageError(
      'DATA_DIRECTORY_IN_USE',
      {
        what: `The data directory ${directory} is in use`,
        why: 'A running server, or a command that changes data, holds its lock',
        remedy: 'Stop it first (systemctl stop syncode), or name another directory with --data-dir',
      },
      error,
    );
  }
  held.add(raw);
  const release = () => {
    held.delete(raw);
    raw.close();
  };
  return { release };
}

function statOf(path: string, role: string) {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found) return found;
  throw new StorageError('DATA_DIRECTORY_MISSING', {
    what: `There is no ${role} at ${path}`,
    why: 'It has not been created, or another place is meant',
    remedy: 'Run syncode init, or name the right directory with --data-dir or SYNCODE_DATA_DIR',
  });
}

function checkMode(path: string, wanted: string): void {
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) === 0) return;
  throw new StorageError('DATA_READABLE_BY_OTHERS', {
    what: `${path} is open to other users (mode ${mode.toString(8).padStart(4, '0')})`,
    why: 'It holds personal data and secrets',
    remedy: `chmod ${wanted} ${path}`,
  });
}
