import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { baseDirectories } from './cgroup.ts';
import { readHierarchies } from './cgroup-mounts.ts';
import type { CgroupBase } from './jail.ts';

const execute = promisify(execFile);
const timeoutMs = 30_000;
/** Groups looked at in one hierarchy, and how deep: a host with more has its leftovers found by name only above. */
const lookedAtMax = 5000;
const depthMax = 8;
const basesMax = 64;

function subgroups(directory: string): string[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => entry.name);
  } catch {
    return [];
  }
}

/** What another user may not write is not this start's to remove: the instance once ran as somebody else. */
function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** Directories called `name` anywhere in a hierarchy: an earlier start may have lived in another group. */
function findByName(root: string, name: string): string[] {
  const found: string[] = [];
  let level = [root];
  let lookedAt = 0;
  for (let depth = 0; depth < depthMax && level.length > 0; depth++) {
    const next: string[] = [];
    for (const directory of level) {
      if (++lookedAt > lookedAtMax) return found;
      for (const child of subgroups(directory)) {
        (child === name ? found : next).push(join(directory, child));
      }
    }
    level = next;
  }
  return found;
}

/** What `sweep` needs to know. */
export interface SweepOptions {
  readonly jailBinary: string;
  readonly base: CgroupBase;
  /** The instance's group name (`instanceGroupName`). */
  readonly name: string;
  /** Users of the slots, when jails run as users of their own. */
  readonly uids: { readonly first: number; readonly last: number } | null;
}

/**
 * Kills and removes everything that an earlier start of this instance left. Call while the data directory's lock is
 * held and before the first supervisor is made: it would kill their runs. Rejects when something could not be removed.
 */
export async function sweep(options: SweepOptions): Promise<void> {
  const roots = new Set(readHierarchies().map((hierarchy) => hierarchy.root));
  const elsewhere = [...roots].flatMap((root) => findByName(root, options.name)).filter(isWritable);
  const bases = [...new Set([...baseDirectories(options.base), ...elsewhere])].slice(0, basesMax);
  const uid = process.geteuid?.() ?? 0;
  const uids = options.uids ?? { first: uid, last: uid };
  const words = ['sweep', '--nsjail-uids', `${uids.first}-${uids.last}`, ...bases];
  await execute(options.jailBinary, words, { timeout: timeoutMs });
}
