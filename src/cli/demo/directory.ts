import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { lockDataDirectory } from '../../db/data-directory.ts';
import { removeInstanceGroups } from '../../execution/jail-setup.ts';
import { findProductFiles } from '../../execution/product-files.ts';

const PREFIX = 'syncode-demo-';

/** A data directory of a demo that is nobody's any more: its owner is us, and its lock is free. */
function isAbandoned(directory: string): boolean {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory() || found.uid !== process.getuid?.()) return false;
  try {
    lockDataDirectory(directory).release();
    return true;
  } catch {
    return false;
  }
}

/** Removes what demos that were killed have left, jails and control groups included; gives how many demos that were. */
export async function removeAbandonedDemos(): Promise<number> {
  const places = readdirSync(tmpdir())
    .filter((name) => name.startsWith(PREFIX))
    .map((name) => path.join(tmpdir(), name))
    .filter(isAbandoned);
  for (const place of places) {
    // What cannot be removed of the groups must not keep the demo from starting.
    await removeInstanceGroups(place, findProductFiles()).catch(() => undefined);
    rmSync(place, { recursive: true, force: true });
  }
  return places.length;
}

/** A throw-away data directory. */
export function createDemoDirectory(): string {
  return mkdtempSync(path.join(tmpdir(), PREFIX));
}
