import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Hierarchy } from './cgroup-mounts.ts';
import { takeGroup } from './cgroup-v1.ts';
import type { CgroupSearch } from './jail.ts';

const controllers = ['memory', 'pids', 'cpu'] as const;
const enableAll = controllers.map((name) => `+${name}`).join(' ');
/** Where the service itself goes: an inner group may hold no processes. */
const serverGroup = 'server';
const unitName = /\.(service|scope)$/;

function words(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split(/\s+/).filter(Boolean);
  } catch {
    return [];
  }
}

/** True when a group of version 2 has what limits need. */
export function hasControllers(directory: string): boolean {
  const available = words(join(directory, 'cgroup.controllers'));
  return controllers.every((name) => available.includes(name));
}

/** Hands the controllers on to the groups below; false when that is refused. */
export function enable(directory: string): boolean {
  const enabled = words(join(directory, 'cgroup.subtree_control'));
  if (controllers.every((name) => enabled.includes(name))) return true;
  try {
    writeFileSync(join(directory, 'cgroup.subtree_control'), enableAll);
    return true;
  } catch {
    return false;
  }
}

/** Makes the base below `parent`, which must be able to hand the controllers on. */
function takeBase(parent: string, name: string): string | null {
  if (!hasControllers(parent) || !enable(parent)) return null;
  const directory = join(parent, name);
  return takeGroup(directory) && enable(directory) ? directory : null;
}

/** This process and what it has started; the numbers of a pid namespace that is not ours read as 0. */
function isOurs(pid: string, proc: string): boolean {
  let at = pid;
  for (let steps = 0; steps < 64 && at !== '0' && at !== '1'; steps++) {
    if (at === String(process.pid)) return true;
    const status = words(join(dirname(proc), at, 'status'));
    at = status[status.indexOf('PPid:') + 1] ?? '0';
  }
  return false;
}

/** Moves the service into a group of its own below its own, so that it can hold the base too. */
function stepDown(own: string, proc: string, isNamespaceRoot: boolean): boolean {
  if (!hasControllers(own)) return false;
  const inside = words(join(own, 'cgroup.procs'));
  if (!isNamespaceRoot && !inside.every((pid) => isOurs(pid, proc))) return false;
  try {
    mkdirSync(join(own, serverGroup), { recursive: true });
    for (const pid of inside) writeFileSync(join(own, serverGroup, 'cgroup.procs'), pid);
    return true;
  } catch {
    return false;
  }
}

function remedyFor(own: string): string {
  const uid = process.geteuid?.() ?? 0;
  return uid === 0
    ? `Give the service’s group the controllers: echo "${enableAll}" > ${join(dirname(own), 'cgroup.subtree_control')}`
    : `Run it as a systemd service whose unit has Delegate=yes, for example: systemd-run --user --scope -p Delegate=yes syncode serve; or, as root in the shell that starts it: syncode sandbox prepare --user ${uid} --pid $$`;
}

/**
 * Where the base can lie, the first that works:
 * the parent of this process's group, when it is a unit (`Delegate=yes` with `DelegateSubgroup=`);
 * this process's group, after the service has moved one group down, when nobody else is in it or it is a container's;
 * the parent, for a user who was given it without systemd;
 * the root of the hierarchy, for root outside of a unit.
 */
export function findVersion2(name: string, hierarchy: Hierarchy, proc: string): CgroupSearch {
  const { own, root } = hierarchy;
  const parent = dirname(own);
  const isNamespaceRoot = own === root && existsSync(join(root, 'cgroup.type'));
  const below = own !== root;
  const tries: (() => string | null)[] = [];
  if (below && unitName.test(parent)) tries.push(() => takeBase(parent, name));
  if (below || isNamespaceRoot) {
    tries.push(() => (stepDown(own, proc, isNamespaceRoot) ? takeBase(own, name) : null));
  }
  if (below && process.geteuid?.() !== 0) tries.push(() => takeBase(parent, name));
  tries.push(() => takeBase(root, name));
  for (const attempt of tries) {
    const dir = attempt();
    if (dir !== null) return { ok: true, base: { version: 2, dir } };
  }
  return {
    ok: false,
    why: `memory, pids and cpu cannot be limited below ${own} (cgroup version 2)`,
    remedy: remedyFor(own),
  };
}
