import { closeSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

const MAX_ENTRIES = 50_000;
const MAX_FOUND = 5;
const HEAD_BYTES = 4096;
/** Names that hold secrets by custom. */
const TELLING =
  /^(id_(rsa|dsa|ecdsa|ed25519)|\.env(\..+)?|\.netrc|\.pgpass|\.git-credentials|\.htpasswd|.+\.(kdbx|p12|pfx))$/;
/** Files that may hold a private key, or a certificate only. */
const PERHAPS = /\.(pem|key)$/;
const HARMLESS = /^\.env\.(example|sample|template|dist)$/;

function holdsPrivateKey(file: string): boolean {
  try {
    const descriptor = openSync(file, 'r');
    try {
      const head = Buffer.alloc(HEAD_BYTES);
      const count = readSync(descriptor, head, 0, HEAD_BYTES, 0);
      return head.toString('latin1', 0, count).includes('PRIVATE KEY-----');
    } finally {
      closeSync(descriptor);
    }
  } catch {
    return false;
  }
}

function looksSecret(file: string, name: string): boolean {
  if (HARMLESS.test(name)) return false;
  return TELLING.test(name) || (PERHAPS.test(name) && holdsPrivateKey(file));
}

/**
 * Files below a directory that look like secrets and that everybody may read, at most five. Links are not followed;
 * `isWhole` is false when there were too many files to look at all.
 */
export function findSecrets(directory: string): { readonly files: string[]; readonly isWhole: boolean } {
  const files: string[] = [];
  const waiting = [directory];
  let seen = 0;
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    for (const entry of readFolder(folder)) {
      if (++seen > MAX_ENTRIES || files.length === MAX_FOUND) return { files, isWhole: false };
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) waiting.push(place);
      else if (entry.isFile() && looksSecret(place, entry.name) && isOpen(place)) files.push(place);
    }
  }
  return { files, isWhole: true };
}

function readFolder(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

const isOpen = (file: string) => ((lstatSync(file, { throwIfNoEntry: false })?.mode ?? 0) & 0o004) !== 0;
