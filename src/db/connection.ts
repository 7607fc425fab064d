import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import Database from 'better-sqlite3';
import { tryDiskNow } from './disk.ts';
import { StorageError, storageFault } from './errors.ts';
import type { Raw } from './types.ts';

/** "Sync" in the file's header: tells our files from others'. */
const APPLICATION_ID = 0x53796e63;
/** While opening nobody waits for the event loop. */
export const OPEN_TIMEOUT_MS = 5_000;
/** The -wal file is cut to this size when it starts anew. */
const JOURNAL_SIZE_LIMIT = 4 * 1024 * 1024;

export type Synchronous = 'FULL' | 'NORMAL';

/** Creates an empty database file that only its owner can read; false if it exists. */
export function createDatabaseFile(path: string): boolean {
  try {
    // Before SQLite opens it, so no lock of this process can be lost by the close.
    closeSync(openSync(path, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Opens an existing database file for writing. First of all the -wal file that a killed process left becomes durable:
 * otherwise this process would read, and show, commits that stand in the page cache only.
 */
export function openConnection(path: string, options: { synchronous: Synchronous }): Raw {
  const raw = openFile(path, { fileMustExist: true, timeout: OPEN_TIMEOUT_MS });
  try {
    raw.pragma(`busy_timeout = ${OPEN_TIMEOUT_MS}`);
    checkpointAll(raw, path);
    checkApplication(raw, path);
    raw.pragma('journal_mode = WAL');
    configure(raw, options.synchronous);
    writeMark(raw);
    return raw;
  } catch (error) {
    raw.close();
    throw explainOpening(error, path);
  }
}

/** SQLite tells a full disk from a broken one only sometimes; the disk itself is asked. */
function explainOpening(error: unknown, path: string): unknown {
  const fault = storageFault(error);
  const found = fault === null || fault === 'busy' ? null : tryDiskNow(dirname(path));
  if (found === null) return error;
  const { why, remedy } = found;
  return new StorageError(
    'DISK_UNUSABLE',
    { what: `The database ${path} cannot be used`, why, remedy },
    error,
  );
}

/** Settings of every connection that writes; those of the checkpoint worker too. */
export function configure(raw: Raw, synchronous: Synchronous): void {
  // better-sqlite3 compiles in a default of its own for WAL, so it is always said.
  raw.pragma(`synchronous = ${synchronous}`);
  raw.pragma('foreign_keys = ON');
  raw.pragma(`journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
  raw.pragma('trusted_schema = OFF');
  // Temporary tables of sorts hold users' data: not in /tmp.
  raw.pragma('temp_store = MEMORY');
}

/**
 * A tiny commit that changes nothing. The first commit of a restarted WAL syncs its header in whoever makes it, even
 * at synchronous=NORMAL: this one takes that on itself.
 */
export function writeMark(raw: Raw): void {
  raw.pragma(`application_id = ${APPLICATION_ID}`);
}

/** Copies the whole WAL into the database file, synced, and empties it. */
export function checkpointAll(raw: Raw, path: string): void {
  const [result] = raw.pragma('wal_checkpoint(TRUNCATE)') as { busy: number }[];
  if (result?.busy !== 0)
    throw new StorageError('DATABASE_BUSY', {
      what: `The database ${path} is in use`,
      why: 'Another program keeps it open and in a transaction',
      remedy: 'End that program (a shell of sqlite3, a backup tool) and start again',
    });
}

/** Opens the file as it is. Throws StorageError when that fails. */
export function openFile(path: string, options: Database.Options): Raw {
  try {
    return new Database(path, options);
  } catch (error) {
    throw new StorageError(
      'DATABASE_NOT_OPENED',
      {
        what: `The database ${path} cannot be opened`,
        why: error instanceof Error ? error.message : String(error),
        remedy: 'Check that the data directory is the right one and that this user may write in it',
      },
      error,
    );
  }
}

function checkApplication(raw: Raw, path: string): void {
  let isOurs: boolean;
  let cause: unknown;
  try {
    const id = raw.pragma('application_id', { simple: true });
    const tables = raw.prepare('SELECT count(*) FROM sqlite_schema').pluck().get();
    isOurs = id === APPLICATION_ID || (id === 0 && tables === 0);
  } catch (error) {
    isOurs = false;
    cause = error;
  }
  if (isOurs) return;
  throw new StorageError(
    'DATABASE_FOREIGN',
    {
      what: `${path} is not a database of Syncode`,
      why: cause instanceof Error ? cause.message : 'Another program has written it',
      remedy: 'Check the data directory; if the file was damaged, restore a backup',
    },
    cause,
  );
}
