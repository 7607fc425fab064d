import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { instanceGroupName } from '../../src/execution/sandbox/cgroup.ts';
import { listJails } from '../interview/support/program.ts';

const POLL_MS = 100;
/** The server tries all languages after a start, which takes its time on a busy machine. */
const PATIENCE_MS = 90_000;

/**
 * What jails have left behind: processes, control groups, mounts, folders; one line each. What the running server keeps
 * for the next jails is none of it; `serverPid` is null when none runs.
 */
export async function listStrays(dataDirectory: string, serverPid: number | null): Promise<string[]> {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    const strays = look(dataDirectory, serverPid);
    if (strays.length === 0 || performance.now() > end) return strays;
    await pause(POLL_MS);
  }
}

function look(dataDirectory: string, serverPid: number | null): string[] {
  const left = listJails(dataDirectory).filter((line) => serverPid === null || !isKept(line, serverPid));
  return [...left, ...listRunGroups(dataDirectory), ...listFiles(dataDirectory)].map(
    (line) => `left behind: ${line}`,
  );
}

/** Supervisors of the running server, and the groups above those of single programs. */
function isKept(line: string, serverPid: number): boolean {
  const [, pid] = /^process (\d+):/.exec(line) ?? [];
  return pid === undefined ? line.startsWith('/sys/fs/cgroup') : parentOf(pid) === serverPid;
}

function parentOf(pid: string): number | null {
  try {
    const [, parent] = /^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(parent);
  } catch {
    return null;
  }
}

function listRunGroups(dataDirectory: string): string[] {
  const pattern = `*/${instanceGroupName(dataDirectory)}/*/run-*`;
  const { stdout } = spawnSync('find', ['/sys/fs/cgroup', '-path', pattern], { encoding: 'utf8' });
  return stdout.split('\n').filter((line) => line !== '');
}

function listFiles(dataDirectory: string): string[] {
  return ['tmp', 'cache/making'].flatMap((folder) => {
    const full = path.join(dataDirectory, folder);
    return readdirSync(full).map((name) => path.join(full, name));
  });
}
