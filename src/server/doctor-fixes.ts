import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { lockDataDirectory } from '../db/data-directory.ts';
import { migrate } from '../db/migrate.ts';
import { systemClock } from '../kernel/clock.ts';
import { silentLog } from '../kernel/log.ts';
import { privatePlaces } from './doctor-data.ts';
import { type InstallationPaths, installationPaths } from './installation-paths.ts';

const LEFTOVER_MS = 86_400_000;

const octal = (mode: number) => (mode & 0o777).toString(8).padStart(4, '0');

/** Takes the rights of others away; only of what is ours. */
function closeToOthers(paths: InstallationPaths): string[] {
  const keys = existsSync(paths.keys)
    ? readdirSync(paths.keys).map((name) => path.join(paths.keys, name))
    : [];
  return [...privatePlaces(paths), ...keys].flatMap((place) => {
    const found = lstatSync(place);
    const isMeant = (found.isFile() || found.isDirectory()) && found.uid === process.geteuid?.();
    if (!isMeant || (found.mode & 0o077) === 0) return [];
    chmodSync(place, found.mode & 0o700);
    return [`closed ${place} to others (mode ${octal(found.mode)} became ${octal(found.mode & 0o700)})`];
  });
}

function makeFolders({ backups, temporary }: InstallationPaths): string[] {
  return [backups, temporary].flatMap((folder) => {
    if (existsSync(folder)) return [];
    mkdirSync(folder, { mode: 0o700 });
    return [`made the folder ${folder}`];
  });
}

/** Files that a command or a copy which was killed has left, a day old at least. */
function removeLeftovers({ directory, backups, temporary }: InstallationPaths): string[] {
  const all = [
    ...listFiles(backups).filter((file) => file.endsWith('.partial')),
    ...listFiles(temporary),
    ...listFiles(directory).filter((file) => file.endsWith('config.toml.new')),
  ];
  return all.flatMap((file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined || Date.now() - found.mtimeMs < LEFTOVER_MS) return [];
    rmSync(file, { force: true });
    return [`removed ${file}, which something that was killed had left`];
  });
}

function listFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(folder, entry.name));
}

function applyMigrations({ database, backups }: InstallationPaths): string[] {
  if (!existsSync(database)) return [];
  const { applied, backup } = migrate({ path: database, backups, clock: systemClock, log: silentLog });
  if (applied.length === 0) return [];
  return [`applied ${applied.join(', ')}${backup === null ? '' : ` after a copy to ${backup}`}`];
}

/** Runs one repair; what cannot be repaired is for the checks afterwards to tell. */
function attempt(repair: () => string[]): string[] {
  try {
    return repair();
  } catch {
    return [];
  }
}

/**
 * Makes good what can be made good without losing anything or deciding for anybody; says what it did. What needs the
 * database or touches files of a server is left while one runs.
 */
export function fixInstallation(directory: string): string[] {
  const paths = installationPaths(directory);
  const fixed = [...attempt(() => closeToOthers(paths)), ...attempt(() => makeFolders(paths))];
  let lock: { release(): void };
  try {
    lock = lockDataDirectory(directory);
  } catch {
    return fixed;
  }
  try {
    return [...fixed, ...attempt(() => removeLeftovers(paths)), ...attempt(() => applyMigrations(paths))];
  } finally {
    lock.release();
  }
}
