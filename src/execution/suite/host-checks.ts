import { setTimeout as sleep } from 'node:timers/promises';
import type { HostCheckName } from './format.ts';
import type { HostSnapshot } from './host-snapshot.ts';

const MIB = 1024 * 1024;
/** Less than what one jail may write, so that it would be seen; other programs write too. */
const DISK_TOLERANCE_BYTES = 48 * MIB;
const KERNEL_TOLERANCE_KB = 48 * 1024;
const SHARED_TOLERANCE_KB = 16 * 1024;
/** Disk and memory belong to the whole host: others may take some for a while. */
const SETTLE_MS = 20_000;
const LOOK_AGAIN_MS = 250;

/** Checks that two looks at the host decide; the others need runs. */
export type SnapshotCheckName = Exclude<HostCheckName, 'canaryOk' | 'nextRunOk'>;
type Check = (before: HostSnapshot, after: HostSnapshot) => string | null;

const inMb = (bytes: number) => `${Math.round(bytes / MIB)} MB`;

/** What is there now and was not; null when nothing is. */
function added(what: string, before: readonly string[], after: readonly string[]): string | null {
  const known = new Set(before);
  const fresh = after.filter((one) => !known.has(one));
  return fresh.length === 0 ? null : `${what}: ${fresh.slice(0, 5).join(', ')}`;
}

const diskUnchanged: Check = (before, after) => {
  for (const [path, free] of Object.entries(after.freeBytes)) {
    const gone = (before.freeBytes[path] ?? free) - free;
    if (gone > DISK_TOLERANCE_BYTES) return `${inMb(gone)} of the disk at ${path} are gone`;
  }
  return added('files of a jail lie on the host', before.jailFiles, after.jailFiles);
};

const memoryReturned: Check = (before, after) => {
  const kernel = after.kernelKb - before.kernelKb;
  if (kernel > KERNEL_TOLERANCE_KB) return `the kernel holds ${inMb(kernel * 1024)} more`;
  const shared = after.sharedKb - before.sharedKb;
  if (shared > SHARED_TOLERANCE_KB) return `${inMb(shared * 1024)} more of shared memory are held`;
  return (
    added('System V objects are left', before.ipc, after.ipc) ??
    added('processes hold memory', before.jailProcesses, after.jailProcesses)
  );
};

const hostFilesUnchanged: Check = (before, after) => {
  const paths = new Set([...Object.keys(before.files), ...Object.keys(after.files)]);
  const changed = [...paths].filter((path) => before.files[path] !== after.files[path]);
  return changed.length === 0 ? null : `changed on the host: ${changed.slice(0, 5).join(', ')}`;
};

const workerAlive: Check = (before, after) => {
  const gone = before.supervisors.filter((pid) => !after.supervisors.includes(pid));
  if (gone.length > 0) return `supervisors have ended: ${gone.join(', ')}`;
  return after.supervisors.length === 0 ? 'there is no supervisor' : null;
};

const checks: Readonly<Record<SnapshotCheckName, Check>> = {
  diskUnchanged,
  memoryReturned,
  noSurvivors: (before, after) => added('processes live on', before.jailProcesses, after.jailProcesses),
  noZombies: (before, after) => added('zombies are left', before.zombies, after.zombies),
  noCoreFiles: (before, after) => added('core files are left', before.coreFiles, after.coreFiles),
  hostFilesUnchanged,
  boxRemoved: (before, after) => added('parts of a box are left', before.boxes, after.boxes),
  workerAlive,
};

const settling: readonly SnapshotCheckName[] = ['diskUnchanged', 'memoryReturned'];

/** What a check finds when it compares the host before and after; null when it holds. */
export function compareHost(
  name: SnapshotCheckName,
  before: HostSnapshot,
  after: HostSnapshot,
): string | null {
  return checks[name](before, after);
}

/** Problems of all checks of a case; disk and memory get time to settle, everything else must be gone at once. */
export async function hostProblems(
  names: readonly SnapshotCheckName[],
  before: HostSnapshot,
  look: () => HostSnapshot,
  settleMs = SETTLE_MS,
): Promise<string[]> {
  let after = look();
  const problem = (name: SnapshotCheckName) => compareHost(name, before, after);
  const atOnce = names.filter((name) => !settling.includes(name));
  const problems = atOnce.flatMap((name) => tell(name, problem(name)));
  const late = names.filter((name) => settling.includes(name));
  for (let left = settleMs; left > 0 && late.some((name) => problem(name) !== null); left -= LOOK_AGAIN_MS) {
    await sleep(LOOK_AGAIN_MS);
    after = look();
  }
  return [...problems, ...late.flatMap((name) => tell(name, problem(name)))];
}

const tell = (name: string, problem: string | null) => (problem === null ? [] : [`${name}: ${problem}`]);
