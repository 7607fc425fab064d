import { accessSync, constants, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hierarchy } from './cgroup-mounts.ts';
import { handedGroupName } from './handed-group.ts';
import type { CgroupSearch } from './jail.ts';

/** What limits need. */
export const requiredControllers = ['memory', 'pids', 'cpuacct', 'cpu'] as const;

/** Makes a group, or takes one that exists, when groups can be made in it. */
export function takeGroup(directory: string): boolean {
  const probe = join(directory, `probe-${process.pid}`);
  try {
    mkdirSync(directory, { recursive: true, mode: 0o755 });
    accessSync(directory, constants.W_OK);
    mkdirSync(probe);
    rmdirSync(probe);
    return true;
  } catch {
    return false;
  }
}

function remedyFor(): string {
  const uid = process.geteuid?.() ?? 0;
  return uid === 0
    ? 'In a container, its control groups must be writable'
    : `As root: syncode sandbox prepare --user ${uid} (again after each start of the machine, unless the unit does it)`;
}

/** Where the base may lie, best first; what root has handed over comes before a root that everybody may write to. */
function placesIn({ own, root }: Hierarchy, name: string): string[] {
  const uid = process.geteuid?.() ?? 0;
  const handed = uid === 0 ? [] : [own, root].map((parent) => join(parent, handedGroupName(uid), name));
  return [join(own, name), ...handed, join(root, name)];
}

/**
 * Below each controller's own group of this process, so that limits of the service hold for it; else where root has
 * handed a group to this user; else the root.
 */
export function findVersion1(name: string, hierarchies: readonly Hierarchy[]): CgroupSearch {
  const base = { memory: '', pids: '', cpuacct: '', cpu: '' };
  const refusing: string[] = [];
  for (const controller of requiredControllers) {
    const hierarchy = hierarchies.find((one) => one.controllers.includes(controller));
    const place = hierarchy && placesIn(hierarchy, name).find(takeGroup);
    if (place === undefined) refusing.push(hierarchy?.root ?? controller);
    else base[controller] = place;
  }
  if (refusing.length === 0) return { ok: true, base: { version: 1, ...base } };
  return {
    ok: false,
    why: `control groups cannot be made below ${refusing.join(', ')}`,
    remedy: remedyFor(),
  };
}
