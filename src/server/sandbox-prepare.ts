import { execFileSync } from 'node:child_process';
import { type Handover, type HostUser, handOver, takeBack } from '../execution/sandbox/handover.ts';

const MAX_ID = 2 ** 32 - 2;

function askId(flag: '-u' | '-g', name: string): number | null {
  try {
    const said = execFileSync('id', [flag, '--', name], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return Number(said.trim());
  } catch {
    return null;
  }
}

/** A user by name, or by a number that need not have an account; null: nobody. */
export function resolveUser(name: string): HostUser | null {
  const uid = askId('-u', name);
  const gid = askId('-g', name);
  if (uid !== null && gid !== null) return { uid, gid };
  const number = /^\d{1,10}$/.test(name) ? Number(name) : 0;
  return number > 0 && number <= MAX_ID ? { uid: number, gid: number } : null;
}

/** Makes the control groups of a user and hands them over; as root. */
export const prepareHost = (user: HostUser, pid: number | null): Handover => handOver(user, pid);

/** Removes them. */
export const releaseHost = (user: HostUser): Handover => takeBack(user);
