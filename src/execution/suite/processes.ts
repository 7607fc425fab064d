import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One process of the host. */
export type ProcessLine = {
  readonly pid: number;
  readonly ppid: number;
  readonly uid: number;
  /** `R`, `S`, `Z` and so on. */
  readonly state: string;
  readonly command: string;
  /** In one of the groups that were named. */
  readonly isGrouped: boolean;
  /** In a group of another instance of this product. */
  readonly isForeign: boolean;
};

const MAX_DEPTH = 4;
const instanceGroup = /\/syncode-[0-9a-f]{12}\//;

/** What can be read; a group goes at any time. */
function orNothing<T>(read: () => T[]): T[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** Numbers of the processes in a group and those below it. */
function grouped(directory: string, depth = 0): number[] {
  if (depth > MAX_DEPTH) return [];
  const own = orNothing(() =>
    readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean),
  );
  const below = orNothing(() => readdirSync(directory, { withFileTypes: true }));
  const groups = below.filter((entry) => entry.isDirectory()).map(({ name }) => join(directory, name));
  return [...own.map(Number), ...groups.flatMap((group) => grouped(group, depth + 1))];
}

function readProcess(pid: string, isGrouped: boolean): ProcessLine | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in brackets and may hold brackets and blanks.
    const end = text.lastIndexOf(')');
    const [state = '?', ppid = '0'] = text.slice(end + 2).split(' ');
    const command = text.slice(text.indexOf('(') + 1, end);
    // The owner of the directory is root when a process hides itself, so it is not asked.
    const uid = Number(/^Uid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    const isForeign = !isGrouped && instanceGroup.test(readFileSync(`/proc/${pid}/cgroup`, 'utf8'));
    return { pid: Number(pid), ppid: Number(ppid), uid, state, command, isGrouped, isForeign };
  } catch {
    return null; // ended meanwhile
  }
}

/** All processes that can be seen; `groups` are directories of control groups. */
export function listProcesses(groups: readonly string[]): ProcessLine[] {
  const inGroups = new Set(groups.flatMap((group) => grouped(group)));
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readProcess(name, inGroups.has(Number(name))) ?? []);
}
