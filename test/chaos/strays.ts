import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { instanceGroupName } from '../../src/execution/sandbox/cgroup.ts';
import { listJails } from '../interview/support/program.ts';

const POLL_MS = 100;
const PATIENCE_MS = 60_000;

/** The server that runs now, and the time (ms since 1970) before which everything there was another one's. */
export type Present = { readonly pid: number; readonly sinceMs: number };

/**
 * What jails have left behind: processes, control groups, mounts, folders; one line each. What belongs to the running
 * server is none of it: it tries all languages after a start. Waits until nothing is left, or for a minute.
 */
export async function listStrays(dataDirectory: string, present: Present | null): Promise<string[]> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const strays = look(dataDirectory, present);
    if (strays.length === 0 || performance.now() > end) return strays;
    await pause(POLL_MS);
  }
}

function look(dataDirectory: string, present: Present | null): string[] {
  const left = listJails(dataDirectory).filter((line) => present === null || !isKept(line, present.pid));
  const groups = present === null ? [] : listRunGroups(dataDirectory, present.pid);
  const files = listFiles(dataDirectory, present?.sinceMs ?? Number.POSITIVE_INFINITY);
  return [...left, ...groups, ...files].map((line) => `left behind: ${line.slice(0, 300)}`);
}

/** Processes of the running server, and the groups above those of single programs. */
function isKept(line: string, serverPid: number): boolean {
  const [, pid] = /^process (\d+):/.exec(line) ?? [];
  return pid === undefined ? line.startsWith('/sys/fs/cgroup') : isBelow(Number(pid), serverPid);
}

function isBelow(pid: number, ancestor: number): boolean {
  for (let at = pid; at > 1; at = parentOf(at)) if (at === ancestor) return true;
  return false;
}

function parentOf(pid: number): number {
  try {
    const [, parent] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(parent);
  } catch {
    return 0;
  }
}

/** Groups of single programs in which no process of the running server is. */
function listRunGroups(dataDirectory: string, serverPid: number): string[] {
  const pattern = `*/${instanceGroupName(dataDirectory)}/*/run-*`;
  const { stdout } = spawnSync('find', ['/sys/fs/cgroup', '-type', 'd', '-path', pattern], {
    encoding: 'utf8',
  });
  return stdout.split('\n').filter((folder) => folder !== '' && !hasProcessBelow(folder, serverPid));
}

function hasProcessBelow(folder: string, serverPid: number): boolean {
  try {
    const pids = readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean);
    return pids.some((pid) => isBelow(Number(pid), serverPid));
  } catch {
    // It has just been removed.
    return true;
  }
}

function listFiles(dataDirectory: string, beforeMs: number): string[] {
  return ['tmp', 'cache/making'].flatMap((name) => {
    const folder = path.join(dataDirectory, name);
    const found = existsSync(folder) ? readdirSync(folder).map((entry) => path.join(folder, entry)) : [];
    return found.filter(
      (entry) => (statSync(entry, { throwIfNoEntry: false })?.birthtimeMs ?? beforeMs) < beforeMs,
    );
  });
}
