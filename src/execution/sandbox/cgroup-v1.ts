import { accessSync, constants, mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Hierarchy } from './cgroup-mounts.ts';
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

function remedyFor(name: string, roots: readonly string[]): string {
  const directories = roots.map((root) => join(root, name)).join(' ');
  const user = process.geteuid?.() ?? 0;
  return `As root: mkdir -p ${directories} && chown ${user} ${directories}`;
}

/** Below each controller's own group of this process, so that limits of the service hold for it; else the root. */
export function findVersion1(name: string, hierarchies: readonly Hierarchy[]): CgroupSearch {
  const base = { memory: '', pids: '', cpuacct: '', cpu: '' };
  const refusing: string[] = [];
  for (const controller of requiredControllers) {
    const hierarchy = hierarchies.find((one) => one.controllers.includes(controller));
    const places = hierarchy ? [join(hierarchy.own, name), join(hierarchy.root, name)] : [];
    const place = places.find(takeGroup);
    if (place === undefined) refusing.push(hierarchy?.root ?? controller);
    else base[controller] = place;
  }
  if (refusing.length === 0) return { ok: true, base: { version: 1, ...base } };
  return {
    ok: false,
    why: `control groups cannot be made below ${refusing.join(', ')}`,
    remedy: remedyFor(name, refusing),
  };
}
