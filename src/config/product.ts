import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

function findRoot(start: string): string {
  for (let folder = start; ; folder = path.dirname(folder)) {
    const manifest = path.join(folder, 'package.json');
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).name === 'syncode') return folder;
    if (folder === path.dirname(folder)) throw new Error(`no package.json of syncode above ${start}`);
  }
}

/** Folder of the program: the checkout, or where it was installed; the same from sources and from the bundle. */
export const productRoot = findRoot(import.meta.dirname);

/** Path of a file that belongs to the program, such as `productPath('migrations')`. */
export function productPath(...parts: string[]): string {
  return path.join(productRoot, ...parts);
}

/** Version of the program, as in package.json. */
export const productVersion: string = JSON.parse(readFileSync(productPath('package.json'), 'utf8')).version;
