import type { Stats } from 'node:fs';
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { refuse } from './fault.ts';

/** The files of a package by their paths in it ("data/sample/1.in"), sorted. */
export type PackageTree = {
  has(path: string): boolean;
  /** Paths of all files below a folder; none if it does not exist. */
  below(folder: string): string[];
  /** Names of what stands directly in a folder, files and folders. */
  names(folder: string): string[];
  /** Strict UTF-8 without byte-order mark and NUL, at most `maxBytes`. */
  readText(path: string, maxBytes: number): Promise<string>;
};

const MAX_FILES = 2000;
const MAX_DEPTH = 8;
/** Names that the format knows; everything else counts as not being there. */
const NAME = /^[a-zA-Z0-9_][a-zA-Z0-9_.-]{0,254}$/;

type Found = { readonly path: string; readonly location: string; readonly bytes: number };

/**
 * Lists a package. Symbolic links may lead to files and folders of the package only; a link out of it, and whatever is
 * neither file nor folder, is refused.
 */
export async function openTree(directory: string): Promise<PackageTree> {
  const root = await realpath(directory).catch(() => refuse(directory, 'there is no such folder'));
  if (!(await stat(root)).isDirectory()) refuse(directory, 'a package is a folder');
  const found = new Map<string, Found>();
  await walk(root, { root, folder: '', depth: 0, found });
  const paths = [...found.keys()].sort();
  const below = (folder: string) => paths.filter((path) => path.startsWith(`${folder}/`));
  return {
    has: (path) => found.has(path),
    below,
    names: (folder) => [
      ...new Set(below(folder).map((path) => path.slice(folder.length + 1).split('/')[0] ?? '')),
    ],
    readText: async (path, maxBytes) => {
      const file = found.get(path);
      if (file === undefined) return refuse(path, 'is missing');
      if (file.bytes > maxBytes) refuse(path, `larger than ${maxBytes} bytes`);
      return decode(path, await readFile(file.location));
    },
  };
}

type Walk = { root: string; folder: string; depth: number; found: Map<string, Found> };

async function walk(location: string, { root, folder, depth, found }: Walk): Promise<void> {
  if (depth > MAX_DEPTH) refuse(folder, `more than ${MAX_DEPTH} folders deep`);
  for (const name of await readdir(location)) {
    if (!NAME.test(name)) continue;
    const path = folder === '' ? name : `${folder}/${name}`;
    const real = await resolveInside(root, join(location, name), path);
    if (real.stats.isDirectory()) {
      await walk(real.location, { root, folder: path, depth: depth + 1, found });
    } else if (real.stats.isFile()) {
      if (found.size >= MAX_FILES) refuse(path, `more than ${MAX_FILES} files in the package`);
      found.set(path, { path, location: real.location, bytes: real.stats.size });
    } else {
      refuse(path, 'neither a file nor a folder');
    }
  }
}

async function resolveInside(root: string, location: string, path: string) {
  const direct: Stats = await lstat(location);
  if (!direct.isSymbolicLink()) return { location, stats: direct };
  const target = await realpath(location).catch(() => refuse(path, 'a symbolic link to nothing'));
  if (!target.startsWith(root + sep)) refuse(path, 'a symbolic link that leads out of the package');
  return { location: target, stats: await stat(target) };
}

function decode(path: string, bytes: Uint8Array): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return refuse(path, 'not UTF-8');
  }
  if (text.startsWith('\uFEFF')) refuse(path, 'begins with a byte-order mark');
  if (text.includes('\0')) refuse(path, 'holds a NUL character');
  return text;
}
