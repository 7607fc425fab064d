import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { loadKeys } from '../config/keys.ts';
import { checkDataDirectory, checkPrivateFile } from '../db/data-directory.ts';
import { StorageError, storageFault } from '../db/errors.ts';
import { pendingMigrations, readApplied } from '../db/migrate.ts';
import { openReader } from '../db/reader.ts';
import { hasAdministrator } from './administrators.ts';
import { newestBackup } from './backups.ts';
import { checkDisk } from './doctor-disk.ts';
import { type Finding, fail, ok, warning } from './finding.ts';
import { type InstallationPaths, installationPaths } from './installation-paths.ts';

const LARGE_WAL_BYTES = 256 * 1024 * 1024;
const DAY_MS = 86_400_000;
const BACKUP_DAYS = 7;
/** More files than these are not looked at one by one. */
const MAX_FILES = 10_000;

/** Runs a check that throws what is wrong. */
function attempt(check: string, run: () => string, remedy: string): Finding {
  try {
    return ok(check, run());
  } catch (error) {
    if (error instanceof StorageError) return fail(check, `${error.message}. ${error.why}`, error.remedy);
    const [what = 'it failed', ...rest] = (error instanceof Error ? error.message : String(error)).split(
      '\n',
    );
    return fail(check, what, rest.at(-1) ?? remedy);
  }
}

/** Everything of the installation that others should not read, and exists. */
export function privatePlaces(paths: InstallationPaths): string[] {
  const files = ['syncode.lock', 'syncode.db-wal', 'syncode.db-shm'].map((name) =>
    path.join(paths.directory, name),
  );
  const folders = [paths.keys, paths.backups, paths.temporary, path.join(paths.directory, 'log')];
  return [paths.directory, paths.database, ...files, paths.config, ...folders].filter((place) =>
    existsSync(place),
  );
}

/** Entries of the data directory that do not belong to its owner, such as what root made in it by hand; at most three. */
function foreignFiles({ directory }: InstallationPaths): string[] {
  const { uid } = statSync(directory);
  const foreign: string[] = [];
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  for (const name of names.slice(0, MAX_FILES)) {
    const found = lstatSync(path.join(directory, name), { throwIfNoEntry: false });
    if (found !== undefined && found.uid !== uid && !name.startsWith('cache')) foreign.push(name);
    if (foreign.length === 3) break;
  }
  return foreign;
}

function checkRights(paths: InstallationPaths): Finding {
  const { directory } = paths;
  const checked = attempt(
    'data directory',
    () => {
      checkDataDirectory(directory);
      for (const place of privatePlaces(paths)) checkPrivateFile(place);
      return directory;
    },
    'syncode init',
  );
  if (checked.state === 'fail') return checked;
  const foreign = foreignFiles(paths);
  if (foreign.length === 0) return checked;
  return fail(
    'data directory',
    `Not all of it belongs to the owner of ${directory}: ${foreign.join(', ')}`,
    `chown -R --reference=${directory} ${directory}`,
  );
}

/** Opening alone reads nothing; on a disk that cannot be written to only the first look fails. */
function readOnce(database: string): string {
  const reader = openReader(database);
  try {
    reader.raw.prepare('SELECT count(*) FROM sqlite_schema').get();
    return 'can be read';
  } catch (error) {
    // A file that is damaged is for the next check to tell.
    if (storageFault(error) === null) return 'there';
    const said = error instanceof Error ? error.message : String(error);
    throw new Error(`It cannot be read (${said}), as on a disk that is full or read-only`);
  } finally {
    reader.close();
  }
}

function checkDatabase({ database, backups, directory }: InstallationPaths): Finding[] {
  if (!existsSync(database)) return [fail('database', `There is none at ${database}`, 'syncode init')];
  const opened = attempt('database', () => readOnce(database), `ls -l ${directory}; df -h ${directory}`);
  if (opened.state === 'fail') return [opened];
  const reader = openReader(database);
  const restore = `Put the newest whole copy of ${backups} in its place: docs/OPERATIONS.md, "Restore"`;
  try {
    const integrity = attempt(
      'database',
      () => {
        const found = reader.raw.pragma('integrity_check(1)', { simple: true });
        if (found !== 'ok') throw new Error(`The database is damaged: ${String(found).split('\n')[0]}`);
        return `intact (${(statSync(database).size / 1024 / 1024).toFixed(1)} MiB)`;
      },
      restore,
    );
    const keys = attempt(
      'foreign keys',
      () => {
        const broken = reader.raw.pragma('foreign_key_check') as unknown[];
        if (broken.length > 0) throw new Error(`${broken.length} rows refer to something that is not there`);
        return 'consistent';
      },
      restore,
    );
    const migrations = attempt(
      'migrations',
      () => {
        const pending = pendingMigrations(reader.raw);
        if (pending.length > 0) throw new Error(`${pending.length} wait to be applied`);
        return `all ${readApplied(reader.raw).length} applied`;
      },
      'syncode migrate',
    );
    const people = integrity.state === 'ok' ? [checkAdministrator(directory)] : [];
    return [integrity, keys, migrations, checkWal(`${database}-wal`), ...people];
  } finally {
    reader.close();
  }
}

function checkWal(file: string): Finding {
  const bytes = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const detail = `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
  if (bytes < LARGE_WAL_BYTES) return ok('write-ahead log', detail);
  return warning(
    'write-ahead log',
    `${detail}, more than usual: it could not be started anew`,
    'Start the server again: systemctl restart syncode',
  );
}

function checkAdministrator(directory: string): Finding {
  return hasAdministrator(directory)
    ? ok('administrator', 'there is one')
    : warning('administrator', 'There is none yet', 'syncode admin create --admin');
}

/** When the installation was made, by its oldest key; a new one needs no backup yet. */
function installedAtMs({ keys }: InstallationPaths): number {
  try {
    const ring = loadKeys(keys);
    const { current, previous } = ring.pair('identifiers');
    return Math.min(current.createdAtMs, previous?.createdAtMs ?? Number.POSITIVE_INFINITY);
  } catch {
    return Number.NEGATIVE_INFINITY;
  }
}

function checkBackup(paths: InstallationPaths, nowMs: number): Finding {
  const newest = newestBackup(paths.backups);
  const since = newest?.atMs ?? installedAtMs(paths);
  const days = Math.floor((nowMs - since) / DAY_MS);
  const remedy = 'Make one, and take it off this machine: docs/OPERATIONS.md, "Back up"';
  const age = days < 1 ? 'from today' : `${days} day${days === 1 ? '' : 's'} old`;
  const detail = newest === null ? `none yet in ${paths.backups}` : `the newest is ${age} (${newest.name})`;
  return days < BACKUP_DAYS ? ok('backup', detail) : warning('backup', detail, remedy);
}

/** The checks of a data directory that is there. */
export async function examineData(directory: string): Promise<Finding[]> {
  const paths = installationPaths(directory);
  return [
    checkRights(paths),
    ...(await checkDisk(paths)),
    attempt(
      'keys',
      () => {
        loadKeys(paths.keys);
        return 'there, and private';
      },
      'syncode init',
    ),
    ...checkDatabase(paths),
    checkBackup(paths, Date.now()),
  ];
}
