import { chownSync, existsSync, mkdirSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Hierarchy, readHierarchies } from './cgroup-mounts.ts';
import { requiredControllers } from './cgroup-v1.ts';
import { enable, hasControllers } from './cgroup-v2.ts';
import { handedGroupName } from './handed-group.ts';

/** Who gets the groups. */
export type HostUser = { readonly uid: number; readonly gid: number };

/** Directories that were handed over or removed, or why it did not work. */
export type Handover =
  | { readonly ok: true; readonly version: 1 | 2; readonly directories: readonly string[] }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

/** A group below the one that was handed over: an inner group of version 2 may hold no processes. */
const processGroup = 'main';
/** Files that belong to whoever may move processes and hand controllers on, besides the directory. */
const ownedFiles = ['cgroup.procs', 'cgroup.threads', 'cgroup.subtree_control'];
const inUnit = /\.service(\/|$)/;
const depthMax = 8;

type Place = {
  readonly version: 1 | 2;
  readonly directories: readonly string[];
  readonly unified: Hierarchy | null;
};

/** Where the groups of a user lie, on whichever version this host has; null without control groups. */
function placeOf(uid: number, proc: string): Place | null {
  const hierarchies = readHierarchies(proc);
  const name = handedGroupName(uid);
  const first = requiredControllers.map((controller) =>
    hierarchies.find(({ controllers }) => controllers.includes(controller)),
  );
  if (first.every((found) => found !== undefined)) {
    // Below the caller's own group, whose limits then hold for the jails too, and below the root, for whoever starts elsewhere.
    const parents = first.flatMap(({ own, root }) => [own, root]);
    return {
      version: 1,
      directories: [...new Set(parents.map((parent) => join(parent, name)))],
      unified: null,
    };
  }
  const unified = hierarchies.find(({ version }) => version === 2);
  return unified === undefined ? null : { version: 2, directories: [join(unified.root, name)], unified };
}

const nowhere: Handover = {
  ok: false,
  why: 'no cgroup file system with memory, pids and cpu is mounted',
  remedy: 'Boot with systemd (cgroup version 2), or mount the host’s control groups in the container',
};

const failure = (error: unknown): Handover => ({
  ok: false,
  why: error instanceof Error ? error.message : String(error),
  remedy: 'In a container, its control groups must be writable',
});

function own(directory: string, { uid, gid }: HostUser): void {
  mkdirSync(directory, { recursive: true });
  chownSync(directory, uid, gid);
}

function ownUnified(directory: string, user: HostUser): void {
  own(directory, user);
  for (const file of ownedFiles.map((name) => join(directory, name)))
    if (existsSync(file)) chownSync(file, user.uid, user.gid);
}

function makeUnified(hierarchy: Hierarchy, directory: string, user: HostUser, pid: number | null): Handover {
  if (!hasControllers(hierarchy.root) || !enable(hierarchy.root)) return nowhere;
  ownUnified(directory, user);
  if (!enable(directory)) return failure(`The controllers cannot be handed on to ${directory}`);
  if (pid !== null) {
    const main = join(directory, processGroup);
    ownUnified(main, user);
    writeFileSync(join(main, 'cgroup.procs'), String(pid));
  }
  return { ok: true, version: 2, directories: [directory] };
}

/**
 * As root: makes groups in which the user can make those of runs. Repeating it changes nothing. With version 2 a process
 * must start inside of them (`pid`), unless it is a systemd unit with Delegate=yes: there is nothing to do for one.
 */
export function handOver(user: HostUser, pid: number | null, proc = '/proc/self'): Handover {
  const place = placeOf(user.uid, proc);
  if (place === null) return nowhere;
  try {
    const [directory = ''] = place.directories;
    if (place.unified !== null) {
      if (pid === null && inUnit.test(place.unified.own)) return { ok: true, version: 2, directories: [] };
      return makeUnified(place.unified, directory, user, pid);
    }
    for (const one of place.directories) own(one, user);
    return { ok: true, version: 1, directories: place.directories };
  } catch (error) {
    return failure(error);
  }
}

function removeGroup(directory: string, depth = 0): void {
  if (depth > depthMax || !existsSync(directory)) return;
  for (const entry of readdirSync(directory, { withFileTypes: true }))
    if (entry.isDirectory()) removeGroup(join(directory, entry.name), depth + 1);
  rmdirSync(directory);
}

/** Takes them back; refused while processes are in them. */
export function takeBack(user: HostUser, proc = '/proc/self'): Handover {
  const place = placeOf(user.uid, proc);
  if (place === null) return nowhere;
  try {
    const directories = place.directories.filter((directory) => existsSync(directory));
    for (const directory of directories) removeGroup(directory);
    return { ok: true, version: place.version, directories };
  } catch (error) {
    return { ...failure(error), remedy: 'Stop what runs in them first' } as Handover;
  }
}
