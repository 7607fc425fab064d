import { existsSync } from 'node:fs';
import { type DiskFault, readDiskSpace, tryDisk } from '../db/disk.ts';
import { type Finding, fail, ok, warning } from './finding.ts';
import type { InstallationPaths } from './installation-paths.ts';

const GIB = 1024 ** 3;
const LEAST_FREE_GIB = 1;
const LEAST_FREE_FILES = 1000;
/** Every keystroke and every answer waits for one sync of the disk. */
const SLOW_SYNC_MS = 25;
const TRIES = 5;

async function checkSpace(directory: string): Promise<Finding> {
  const { freeBytes, freeFiles } = await readDiskSpace(directory);
  const gib = freeBytes / GIB;
  const lacksFiles = freeFiles !== null && freeFiles < LEAST_FREE_FILES;
  const detail = `${gib.toFixed(1)} GiB free${lacksFiles ? `, room for ${freeFiles} files` : ''}`;
  if (gib >= LEAST_FREE_GIB && !lacksFiles) return ok('disk space', detail);
  const look = lacksFiles ? `df -i ${directory}` : `df -h ${directory}`;
  return warning('disk space', detail, `Make room on the disk of ${directory}: ${look}`);
}

/** How long the disk takes to make something durable; the middle of several tries, since one may meet other work. */
async function measureWrites(directory: string): Promise<{ ms: number } | { fault: DiskFault }> {
  const times: number[] = [];
  for (let tries = 0; tries < TRIES; tries++) {
    const tried = await tryDisk(directory, 'doctor');
    if ('fault' in tried) return tried;
    times.push(tried.tookMs);
  }
  return { ms: times.sort((a, b) => a - b)[Math.floor(TRIES / 2)] ?? 0 };
}

async function checkWrites(directory: string): Promise<Finding> {
  const measured = await measureWrites(directory);
  if ('fault' in measured) return fail('disk writes', measured.fault.why, measured.fault.remedy);
  const detail = `durable after ${measured.ms.toFixed(1)} ms`;
  if (measured.ms < SLOW_SYNC_MS) return ok('disk writes', detail);
  return warning(
    'disk writes',
    `${detail}, which everybody waits for at each keystroke`,
    `Move the data directory to a faster disk, an SSD of this machine: findmnt -T ${directory}`,
  );
}

/** Room on the disk of an installation, and whether it takes what is written. */
export async function checkDisk({ directory, temporary }: InstallationPaths): Promise<Finding[]> {
  return [await checkSpace(directory), await checkWrites(existsSync(temporary) ? temporary : directory)];
}
