import { lstatSync, readdirSync } from 'node:fs';
import path from 'node:path';

/** A file in the folder backups of a data directory. */
export type BackupFile = { readonly name: string; readonly atMs: number; readonly bytes: number };

/** The newest whole file of a folder of backups, whoever put it there; null without one. */
export function newestBackup(folder: string): BackupFile | null {
  let newest: BackupFile | null = null;
  for (const name of listNames(folder)) {
    const found = lstatSync(path.join(folder, name), { throwIfNoEntry: false });
    if (!found?.isFile() || name.endsWith('.partial') || found.size === 0) continue;
    if (newest === null || found.mtimeMs > newest.atMs)
      newest = { name, atMs: found.mtimeMs, bytes: found.size };
  }
  return newest;
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
