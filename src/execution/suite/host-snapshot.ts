import { lstatSync, readdirSync, readFileSync, readlinkSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cacheFolders } from '../cache-folders.ts';
import { baseDirectories } from '../sandbox/cgroup.ts';
import type { CgroupBase } from '../sandbox/jail.ts';
import { listProcesses, type ProcessLine } from './processes.ts';

/** What belongs to the suite's own start on this host. */
export type OwnPlaces = {
  readonly directory: string;
  readonly cgroup: CgroupBase;
  /** Users of the jails; null: they have the user of this process. */
  readonly uids: { readonly first: number; readonly last: number } | null;
};

/** The host at one moment, as far as a jail could have changed it. */
export type HostSnapshot = {
  /** Free bytes by file system. */
  readonly freeBytes: Readonly<Record<string, number>>;
  /** Files outside that belong to users of jails. */
  readonly jailFiles: readonly string[];
  /** Memory of tmpfs and shared memory; what the kernel holds for itself and cannot give back at once. */
  readonly sharedKb: number;
  readonly kernelKb: number;
  /** System V objects: kind and key. */
  readonly ipc: readonly string[];
  /** Processes of jails, the supervisors aside. */
  readonly jailProcesses: readonly string[];
  readonly zombies: readonly string[];
  readonly supervisors: readonly number[];
  readonly coreFiles: readonly string[];
  /** Files of the host by path, with all that a change would change. */
  readonly files: Readonly<Record<string, string>>;
  /** What a box is made of: groups, mounts, directories. */
  readonly boxes: readonly string[];
};

function entries(directory: string): string[] {
  try {
    return readdirSync(directory).map((name) => join(directory, name));
  } catch {
    return [];
  }
}

const lines = (path: string): string[] => {
  try {
    return readFileSync(path, 'utf8').split('\n').filter(Boolean);
  } catch {
    return [];
  }
};

const sharedPlaces = () => [...new Set([tmpdir(), '/tmp', '/var/tmp', '/dev/shm'])];

function freeBytes({ directory }: OwnPlaces): Record<string, number> {
  const free: Record<string, number> = {};
  const seen = new Set<number>();
  for (const path of ['/', directory, ...sharedPlaces()]) {
    try {
      const device = lstatSync(path).dev;
      if (seen.has(device)) continue;
      seen.add(device);
      const { bavail, bsize } = statfsSync(path);
      free[path] = bavail * bsize;
    } catch {} // not every host has all of them
  }
  return free;
}

function isOwn(places: OwnPlaces, uid: number): boolean {
  return places.uids !== null && uid >= places.uids.first && uid <= places.uids.last;
}

function jailFiles(places: OwnPlaces): string[] {
  return sharedPlaces()
    .flatMap(entries)
    .filter((path) => {
      try {
        return isOwn(places, lstatSync(path).uid) && !/\/nsjail\.[^/]*$/.test(path);
      } catch {
        return false;
      }
    });
}

// Memory of processes is theirs and goes with them: survivors are looked for by themselves. What is left is what nobody
// owns; other programs of the host change it little, unlike the free memory.
function memory(): { sharedKb: number; kernelKb: number } {
  const text = readFileSync('/proc/meminfo', 'utf8');
  const figure = (name: string) => Number(new RegExp(`^${name}: +(\\d+)`, 'm').exec(text)?.[1] ?? 0);
  const kernel = ['SUnreclaim', 'KernelStack', 'PageTables', 'VmallocUsed', 'Percpu'];
  const kernelKb = kernel.reduce((sum, name) => sum + figure(name), 0);
  return { sharedKb: figure('Shmem'), kernelKb };
}

function ipc(): string[] {
  return ['shm', 'msg', 'sem'].flatMap((kind) =>
    lines(`/proc/sysvipc/${kind}`)
      .slice(1)
      .map((line) => `${kind} ${line.trim().split(/\s+/).slice(0, 2).join(' ')}`),
  );
}

const isCore = (path: string) => /\/core(\.[^/]*)?$/.test(path) && !path.startsWith('/proc/');

function coreFiles({ directory }: OwnPlaces): string[] {
  const pattern = lines('/proc/sys/kernel/core_pattern')[0] ?? '';
  const places = [
    '/',
    directory,
    process.cwd(),
    ...sharedPlaces(),
    '/var/crash',
    '/var/lib/systemd/coredump',
  ];
  if (pattern.startsWith('/')) places.push(dirname(pattern));
  const inSystem = new Set(['/var/crash', '/var/lib/systemd/coredump', dirname(pattern)]);
  return [...new Set(places)].flatMap((place) =>
    entries(place).filter((path) => inSystem.has(place) || isCore(path)),
  );
}

function signature(path: string): string {
  try {
    const { mode, uid, gid, size, mtimeMs, ino, isLink, isDirectory } = describe(path);
    const rights = `${mode.toString(8)} ${uid}:${gid}`;
    if (isLink) return `link ${readlinkSync(path)}`;
    return isDirectory ? rights : `${rights} ${size} ${mtimeMs} ${ino}`;
  } catch {
    return 'gone';
  }
}

function describe(path: string) {
  const stat = lstatSync(path);
  const { mode, uid, gid, size, mtimeMs, ino } = stat;
  const [isLink, isDirectory] = [stat.isSymbolicLink(), stat.isDirectory()];
  return { mode, uid, gid, size, mtimeMs, ino, isLink, isDirectory };
}

/** Where the suite lays files that anybody may write. */
export const baitOf = (directory: string) => join(directory, 'bait');

function files({ directory }: OwnPlaces): Record<string, string> {
  const places = ['/', '/etc', '/usr/bin', '/usr/lib', '/usr/local/bin', baitOf(directory)];
  return Object.fromEntries(places.flatMap(entries).map((path) => [path, signature(path)]));
}

function groups(directory: string): string[] {
  return entries(directory).filter((path) => {
    try {
      return lstatSync(path).isDirectory();
    } catch {
      return false;
    }
  });
}

function boxes(places: OwnPlaces): string[] {
  const runs = baseDirectories(places.cgroup)
    .flatMap(groups)
    .flatMap(groups)
    .filter((path) => /\/run-\d+$/.test(path));
  const making = entries(cacheFolders(join(places.directory, 'cache')).making);
  const mounts = lines('/proc/self/mountinfo').map((line) => `mount ${line.split(' ')[4]}`);
  // nsjail leaves empty directories in /tmp; whatever is in one of them is a box.
  const left = entries('/tmp')
    .filter((path) => /^\/tmp\/nsjail\./.test(path))
    .flatMap(entries);
  return [...runs, ...making, ...mounts, ...left];
}

function processes(places: OwnPlaces) {
  const all = listProcesses(baseDirectories(places.cgroup));
  const byPid = new Map(all.map((one) => [one.pid, one]));
  const isSupervisor = ({ ppid, command }: ProcessLine) => ppid === process.pid && command === 'syncode-jail';
  const isBelow = (one: ProcessLine, test: (ancestor: ProcessLine) => boolean) => {
    for (let at = byPid.get(one.ppid), steps = 0; at && steps < 64; at = byPid.get(at.ppid), steps++)
      if (test(at)) return true;
    return false;
  };
  const say = ({ pid, command, state }: ProcessLine) => `${pid} (${command}, ${state})`;
  const supervisors = all.filter(isSupervisor);
  const jailed = all.filter(
    (one) => !isSupervisor(one) && (one.isGrouped || isOwn(places, one.uid) || isBelow(one, isSupervisor)),
  );
  const zombies = all.filter(
    (one) => one.state === 'Z' && (isOwn(places, one.uid) || isBelow(one, ({ pid }) => pid === process.pid)),
  );
  return {
    supervisors: supervisors.map(({ pid }) => pid).sort((a, b) => a - b),
    jailProcesses: jailed.map(say),
    zombies: zombies.map(say),
  };
}

/** Looks at the host; takes some tens of milliseconds. */
export function takeSnapshot(places: OwnPlaces): HostSnapshot {
  return {
    freeBytes: freeBytes(places),
    jailFiles: jailFiles(places),
    ...memory(),
    ipc: ipc(),
    ...processes(places),
    coreFiles: coreFiles(places),
    files: files(places),
    boxes: boxes(places),
  };
}
