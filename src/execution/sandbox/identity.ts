import { readFileSync } from 'node:fs';
import type { Identity } from './jail.ts';

/** The identity of a slot, or why jails cannot have one. */
export type IdentityChoice =
  | { readonly ok: true; readonly identity: Identity }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

const idMax = 2 ** 31 - 1;

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

/** Who else has the id: an account, a group, or a range handed out for containers. Null: nobody. */
function ownerOf(id: number, etc: string): string | null {
  for (const file of ['passwd', 'group'] as const) {
    for (const line of lines(`${etc}/${file}`)) {
      const [name, , number] = line.split(':');
      if (number === String(id)) return `${name} in /etc/${file}`;
    }
  }
  for (const file of ['subuid', 'subgid'] as const) {
    for (const line of lines(`${etc}/${file}`)) {
      const [name, first, count] = line.split(':');
      if (count !== undefined && id >= Number(first) && id < Number(first) + Number(count)) {
        return `${name} in /etc/${file}`;
      }
    }
  }
  return null;
}

/**
 * As root slot N runs as `uidBase` + N, a user and group of its own: jails of one user would share its limits. Not as
 * root all jails have the service's own user. `etc` is `/etc` outside of tests.
 */
export function chooseIdentity(uidBase: number, slot: number, etc = '/etc'): IdentityChoice {
  if (process.geteuid?.() !== 0) return { ok: true, identity: null };
  const id = uidBase + slot;
  const owner = ownerOf(id, etc);
  const outOfRange = !Number.isSafeInteger(id) || id < 1 || id > idMax;
  if (owner === null && !outOfRange) return { ok: true, identity: { uid: id, gid: id } };
  return {
    ok: false,
    why: outOfRange ? `${id} is no user id` : `the id ${id} belongs to ${owner}`,
    remedy: 'Set sandbox.uidBase to the first of a range of ids that nobody on this host has.',
  };
}
