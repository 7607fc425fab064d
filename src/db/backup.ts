import { renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncPath } from '../kernel/files.ts';
import { createDatabaseFile } from './connection.ts';
import { StorageError } from './errors.ts';
import type { Raw } from './types.ts';

/**
 * Writes a compact copy of the database, readable by its owner only, that is complete and on disk when it appears at
 * `target`. Takes its time: on the event loop only before the server listens. Throws StorageError when `target` exists
 * or cannot be written; nothing is left behind then.
 */
export function copyDatabase(raw: Raw, target: string): { bytes: number } {
  const partial = `${target}.partial`;
  if (statSync(target, { throwIfNoEntry: false })) throw refused(target, 'It exists already');
  rmSync(partial, { force: true });
  try {
    createDatabaseFile(partial);
    raw.prepare('VACUUM INTO ?').run(partial);
    syncPath(partial);
    renameSync(partial, target);
    syncPath(dirname(target));
    return { bytes: statSync(target).size };
  } catch (error) {
    rmSync(partial, { force: true });
    throw refused(target, error instanceof Error ? error.message : String(error), error);
  }
}

function refused(target: string, why: string, cause?: unknown): StorageError {
  return new StorageError(
    'BACKUP_FAILED',
    {
      what: `The database could not be copied to ${target}`,
      why,
      remedy: 'Check the free space and the rights of that directory, and that the name is unused',
    },
    cause,
  );
}
