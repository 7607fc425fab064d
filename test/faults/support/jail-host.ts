import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, realpathSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';
import { readHierarchies } from '../../../src/execution/sandbox/cgroup-mounts.ts';
import { program } from '../../cli/support.ts';

/** Programs of languages that these tests do not need: without them the server is ready sooner. */
const UNNEEDED = ['go', 'rustc', 'javac', 'java', 'g++'];
const HIDE = UNNEEDED.map((name) => `hide /usr/local/bin/${name}; hide /usr/bin/${name}`).join('; ');

/**
 * Words that start a program with mounts of its own, so that what is taken away from it is taken from nobody else; without
 * the toolchains that are not needed.
 */
export const withOwnMounts = [
  'unshare',
  '--mount',
  '--propagation',
  'private',
  'sh',
  '-c',
  `hide() { if [ -e "$1" ]; then mount --bind /dev/null "$(readlink -f "$1")"; fi; }; ${HIDE}; exec "$@"`,
  'sh',
] as const;

/** Runs a command where a process has its mounts. */
export function enterMounts(pid: number, ...words: string[]): string {
  return execFileSync('nsenter', ['-t', `${pid}`, '-m', ...words], { encoding: 'utf8' });
}

type Shown = {
  readonly check: string;
  readonly state: string;
  readonly detail: string;
  readonly remedy: unknown;
};

/** What the doctor finds wrong with a data directory, as seen from where a server runs. */
export function examineWithin(pid: number, dataDirectory: string): Shown[] {
  const words = ['-t', `${pid}`, '-m', program, 'doctor', '--json', '--data-dir', dataDirectory];
  // It ends with another code than 0 when something is wrong.
  const { stdout } = spawnSync('nsenter', words, { encoding: 'utf8', env: { PATH: process.env.PATH } });
  const { findings } = JSON.parse(stdout) as { findings: Shown[] };
  return findings.filter(({ state }) => state !== 'ok');
}

/** Takes a program away from a server with its own mounts; what comes back puts it there again. */
export function takeAway(pid: number, program: string): () => void {
  const file = realpathSync(program);
  enterMounts(pid, 'mount', '--bind', '/dev/null', file);
  return () => void enterMounts(pid, 'umount', file);
}

/** The processes that make the jails of a data directory. */
export function supervisorsOf(dataDirectory: string): number[] {
  const name = instanceGroupName(dataDirectory);
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number)
    .filter((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return words.includes('supervise') && words.some((word) => word.includes(name));
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Where control groups are made: every hierarchy that may hold those of the instance. */
const hierarchyRoots = () => [...new Set(readHierarchies().map(({ root }) => root))];

/**
 * Removes the control groups of a data directory from under a server, and keeps it from making them again; what comes
 * back lets it.
 */
export function breakGroups(pid: number, dataDirectory: string): () => void {
  const name = instanceGroupName(dataDirectory);
  const roots = hierarchyRoots();
  const covered = roots.filter((root) => findGroups(root, name).length > 0);
  for (const root of covered)
    enterMounts(pid, 'mount', '-t', 'tmpfs', '-o', 'ro,size=4k', 'syncode-test', root);
  for (const root of covered) for (const group of findGroups(root, name)) removeGroup(root, group);
  return () => {
    for (const root of covered) enterMounts(pid, 'umount', root);
  };
}

function findGroups(root: string, name: string): string[] {
  const found = execFileSync('find', [root, '-type', 'd', '-name', name], { encoding: 'utf8' });
  return found.split('\n').filter((line) => line !== '');
}

/** Moves everybody out, then removes the group with all below, the deepest first. */
function removeGroup(root: string, group: string): void {
  const below = readdirSync(group, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => path.join(entry.parentPath, entry.name));
  for (const directory of [...below, group].sort((a, b) => b.length - a.length)) {
    for (const pid of readFileSync(path.join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean))
      writeFileSync(path.join(root, 'cgroup.procs'), pid);
    rmdirSync(directory);
  }
}
