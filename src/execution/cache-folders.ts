import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where things lie below the cache directory, which itself is closed to others. */
export function cacheFolders(cacheDir: string) {
  return {
    /** Compiled programs by their key. */
    artefacts: join(cacheDir, 'artefacts'),
    /** What is being made or removed; emptied at every start. */
    making: join(cacheDir, 'making'),
    /** Self-made caches of toolchains. */
    preloads: join(cacheDir, 'preloads'),
  };
}

/** Makes a folder that jails may be shown, whatever the umask. */
export function makeOpenFolder(path: string): void {
  mkdirSync(path, { recursive: true });
  chmodSync(path, 0o755);
}

/** Makes the cache directory, closed, and its folders, open: as root, jails run as somebody else. */
export function makeCacheFolders(cacheDir: string): void {
  mkdirSync(cacheDir, { recursive: true, mode: 0o700 });
  chmodSync(cacheDir, 0o700);
  for (const folder of Object.values(cacheFolders(cacheDir))) makeOpenFolder(folder);
}
