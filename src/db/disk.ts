import { closeSync, fsyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { open, rm, statfs } from 'node:fs/promises';
import path from 'node:path';

/** What a disk has left; `files` is null where it makes them as it needs them. */
export type DiskSpace = { readonly freeBytes: number; readonly freeFiles: number | null };

/** A disk that does not take what is written: why, and what to do about it, to paste. */
export type DiskFault = { readonly code: string; readonly why: string; readonly remedy: string };

/** Room for a burst of everybody's typing: a disk that takes this is worth another try. */
const PROBE_BYTES = 256 * 1024;

/** What is left on the disk of a directory. */
export async function readDiskSpace(directory: string): Promise<DiskSpace> {
  const { bavail, bsize, files, ffree } = await statfs(directory);
  return { freeBytes: bavail * bsize, freeFiles: files === 0 ? null : ffree };
}

/**
 * Writes a file, makes it durable and removes it, without holding up the event loop; how long the disk took for it in
 * milliseconds, or what it said.
 */
export async function tryDisk(
  directory: string,
  whose: 'server' | 'doctor',
): Promise<{ tookMs: number } | { fault: DiskFault }> {
  // One name each, so that tries which were killed do not pile up.
  const file = path.join(directory, `probe-${whose}`);
  const began = performance.now();
  try {
    const handle = await open(file, 'w', 0o600);
    try {
      await handle.writeFile(Buffer.alloc(PROBE_BYTES));
      await handle.datasync();
    } finally {
      await handle.close();
    }
    return { tookMs: performance.now() - began };
  } catch (error) {
    return { fault: explainDisk((error as NodeJS.ErrnoException).code ?? 'UNKNOWN', directory) };
  } finally {
    await rm(file, { force: true }).catch(() => {});
  }
}

/** As tryDisk, at once: before a server listens nobody waits for the event loop. Null when the disk takes it. */
export function tryDiskNow(directory: string): DiskFault | null {
  const file = path.join(directory, 'probe-start');
  try {
    const fd = openSync(file, 'w', 0o600);
    try {
      writeSync(fd, Buffer.alloc(PROBE_BYTES));
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    return null;
  } catch (error) {
    return explainDisk((error as NodeJS.ErrnoException).code ?? 'UNKNOWN', directory);
  } finally {
    removeQuietly(file);
  }
}

function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // A disk that refuses everything.
  }
}

/** What an error of the file system means, in words. */
export function explainDisk(code: string, directory: string): DiskFault {
  const where = `df -h ${directory}; df -i ${directory}`;
  if (code === 'ENOSPC') return { code, why: 'The disk is full', remedy: where };
  if (code === 'EDQUOT') return { code, why: 'The disk quota is used up', remedy: where };
  if (code === 'EROFS')
    return {
      code,
      why: 'The disk is read-only, as after an error of its own',
      remedy: `dmesg | tail; mount -o remount,rw "$(df --output=target ${directory} | tail -n 1)"`,
    };
  if (code === 'EACCES' || code === 'EPERM')
    return { code, why: 'This user may not write there', remedy: `ls -ld ${directory}` };
  return { code, why: `The disk answers ${code}`, remedy: 'dmesg | tail' };
}
