import { closeSync, fsyncSync, openSync } from 'node:fs';

/**
 * Waits until the disk has the content of a file, or the names in a folder: without the latter a power cut may take a
 * new name back, and the file with it, however well the file itself was synced.
 */
export function syncPath(path: string): void {
  const fd = openSync(path, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
