import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A small disk of its own. */
export type Disk = {
  /** A place on it for a data directory, which is not there yet. */
  readonly data: string;
  /** Takes all room, or all files that it can still hold. */
  fill(what: 'room' | 'files'): void;
  /** Gives back what was taken. */
  free(): void;
  remount(mode: 'ro' | 'rw'): void;
  remove(): void;
};

/** Only root may mount disks, and not in every container. */
export const mayMount = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

const BLOCKS = [65_536, 4096, 1] as const;

/** Mounts a tmpfs of so many MiB that holds so many files. */
export function mountDisk(options: { readonly sizeMb: number; readonly files?: number }): Disk {
  const place = mkdtempSync(path.join(tmpdir(), 'syncode-disk-'));
  const limits = `size=${options.sizeMb}m,nr_inodes=${options.files ?? 10_000},mode=755`;
  execFileSync('mount', ['-t', 'tmpfs', '-o', limits, 'syncode-test', place]);
  const ballast = path.join(place, 'ballast');
  mkdirSync(ballast);
  chmodSync(ballast, 0o700);
  return {
    data: path.join(place, 'data'),
    fill: (what) => (what === 'room' ? takeRoom(ballast) : takeFiles(ballast)),
    free: () => {
      for (const name of readdirSync(ballast)) rmSync(path.join(ballast, name));
    },
    remount: (mode) => execFileSync('mount', ['-o', `remount,${mode}`, place]),
    remove: () => {
      execFileSync('umount', ['-l', place]);
      rmSync(place, { recursive: true, force: true });
    },
  };
}

function takeRoom(ballast: string): void {
  const file = openSync(path.join(ballast, 'room'), 'a');
  try {
    for (const bytes of BLOCKS) untilFull(() => writeSync(file, Buffer.alloc(bytes)) === bytes);
  } finally {
    closeSync(file);
  }
}

function takeFiles(ballast: string): void {
  let made = readdirSync(ballast).length;
  untilFull(() => {
    writeFileSync(path.join(ballast, `file${made++}`), '');
    return true;
  });
}

/** Repeats `take` until there is nothing left to take. */
function untilFull(take: () => boolean): void {
  try {
    while (take());
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}
