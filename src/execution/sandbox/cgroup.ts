import { createHash } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { type Hierarchy, readHierarchies } from './cgroup-mounts.ts';
import { findVersion1, requiredControllers } from './cgroup-v1.ts';
import { findVersion2 } from './cgroup-v2.ts';
import type { CgroupBase, CgroupSearch } from './jail.ts';

const nameDigits = 12;

/** The name of an instance's groups: two instances on one host never touch each other's. */
export function instanceGroupName(dataDirectory: string): string {
  const digest = createHash('sha256').update(realpathSync(dataDirectory)).digest('hex');
  return `syncode-${digest.slice(0, nameDigits)}`;
}

function hasControllers(hierarchies: readonly Hierarchy[]): boolean {
  return requiredControllers.every((name) => hierarchies.some((one) => one.controllers.includes(name)));
}

/**
 * Finds, or makes, the base below which the groups of runs lie: on version 1 below each controller's own group of this
 * process, else below the root; on version 2 see `findVersion2`. Call once at start, before supervisors are made;
 * `proc` is `/proc/self` outside of tests.
 */
export function findCgroup(name: string, proc = '/proc/self'): CgroupSearch {
  const hierarchies = readHierarchies(proc);
  if (hasControllers(hierarchies)) return findVersion1(name, hierarchies);
  const unified = hierarchies.find((one) => one.version === 2);
  if (unified) return findVersion2(name, unified, proc);
  return {
    ok: false,
    why: 'no cgroup file system with memory, pids and cpu is mounted',
    remedy:
      'Boot with systemd (cgroup version 2), or in a container mount the host’s: docker run --cgroupns=private',
  };
}

/** The directories of a base, each once. */
export function baseDirectories(base: CgroupBase): string[] {
  return base.version === 2 ? [base.dir] : [...new Set([base.memory, base.pids, base.cpuacct, base.cpu])];
}
