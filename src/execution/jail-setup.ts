import { rmdirSync } from 'node:fs';
import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import { cacheFolders, makeCacheFolders } from './cache-folders.ts';
import type { ProductFiles } from './product-files.ts';
import { baseDirectories, findCgroup, instanceGroupName } from './sandbox/cgroup.ts';
import { detectDrivers } from './sandbox/drivers.ts';
import { chooseIdentity } from './sandbox/identity.ts';
import type {
  CgroupBase,
  Driver,
  DriverName,
  HostPaths,
  Identity,
  SupervisorOptions,
} from './sandbox/jail.ts';
import { sweep } from './sandbox/sweep.ts';

/** How jails are made on this machine: drivers in order of preference; or why they cannot be made and what helps. */
export type JailSetup =
  | {
      readonly ok: true;
      readonly drivers: readonly Driver[];
      /** Drivers that were wanted and cannot be used, with the reason. */
      readonly passedOver: readonly PassedOver[];
      readonly host: HostPaths;
      /** Options of each slot's supervisor with one of the drivers. */
      readonly supervisors: (driver: Driver) => readonly SupervisorOptions[];
      /** Removes the groups of this instance; call when every supervisor has ended. */
      readonly release: () => Promise<void>;
    }
  | { readonly ok: false; readonly why: string; readonly remedy: string };

export type JailSetupOptions = {
  readonly config: Config;
  readonly log: Log;
  readonly dataDirectory: string;
  readonly cacheDir: string;
  readonly slots: number;
  readonly files: ProductFiles;
};

/** A driver that is not used; `why` names it, such as `nsjail is not installed`. */
export type PassedOver = { readonly name: DriverName; readonly why: string };

const refuse = (why: string, remedy: string) => ({ ok: false as const, why, remedy });

/** Finds everything that jails need, makes the cache folders, and removes what an earlier start left. The data directory's lock must be held. */
export async function setUpJails(options: JailSetupOptions): Promise<JailSetup> {
  const { config, cacheDir, slots, files } = options;
  const { jailBinary, node, esbuild } = files;
  if (jailBinary === null) return refuse('syncode-jail has not been built', 'Run ./install.sh');
  if (node === null || esbuild === null)
    return refuse('The product’s own Node or esbuild is missing', 'Run ./install.sh');
  const choices = Array.from({ length: slots }, (_, slot) => chooseIdentity(config['sandbox.uidBase'], slot));
  const bad = choices.find((choice) => !choice.ok);
  if (bad !== undefined && !bad.ok) return refuse(bad.why, bad.remedy);
  const identities = choices.flatMap((choice): Identity[] => (choice.ok ? [choice.identity] : []));
  const found = await findDrivers(options, identities[0] ?? null);
  if ('why' in found) return refuse(found.why, found.remedy);
  const name = instanceGroupName(options.dataDirectory);
  const cgroup = findCgroup(name);
  if (!cgroup.ok) return refuse(cgroup.why, cgroup.remedy);
  makeCacheFolders(cacheDir);
  const isRoot = (identities[0] ?? null) !== null;
  const first = config['sandbox.uidBase'];
  const uids = isRoot ? { first, last: first + slots - 1 } : null;
  const { base } = cgroup;
  await sweep({ jailBinary, base, name, uids });
  const release = async () => {
    await sweep({ jailBinary, base, name, uids });
    removeBase(base);
  };
  const host: HostPaths = { node, esbuild, roots: Object.values(cacheFolders(cacheDir)) };
  const supervisors = (driver: Driver) =>
    identities.map((identity, slot) => ({
      driver,
      jailBinary,
      cgroupBase: base,
      slot,
      identity,
      host,
    }));
  return { ok: true, ...found, host, supervisors, release };
}

/**
 * Ends and removes what the jails of an instance that was killed have left; for a data directory that is about to be
 * removed, since nobody can name its groups afterwards. Its lock must be free. Rejects when something could not be removed.
 */
export async function removeInstanceGroups(
  dataDirectory: string,
  { jailBinary }: ProductFiles,
): Promise<void> {
  const name = instanceGroupName(dataDirectory);
  const cgroup = findCgroup(name);
  if (jailBinary === null || !cgroup.ok) return;
  await sweep({ jailBinary, base: cgroup.base, name, uids: null });
  removeBase(cgroup.base);
}

/** Removes every directory of a base that is there; throws afterwards when one would not go. */
function removeBase(base: CgroupBase): void {
  const errors: unknown[] = [];
  for (const directory of baseDirectories(base)) {
    try {
      rmdirSync(directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Drivers that work here, the one that was put there on purpose first; only the chosen one when one was chosen. */
async function findDrivers(
  { config, log }: JailSetupOptions,
  identity: Identity,
): Promise<
  | { readonly drivers: readonly Driver[]; readonly passedOver: readonly PassedOver[] }
  | { readonly why: string; readonly remedy: string }
> {
  const wanted = config['sandbox.driver'];
  const states = (await detectDrivers(identity)).filter(({ name }) => wanted === 'auto' || name === wanted);
  const usable = states.flatMap((state): Driver[] =>
    state.usable ? [{ name: state.name, path: state.path }] : [],
  );
  const failures = states.flatMap((state) => (state.usable ? [] : [state]));
  const passedOver = failures.map(({ name, why }) => ({ name, why }));
  if (usable.length > 0) return { drivers: usable, passedOver };
  for (const { name, why } of failures) log.error({ driver: name, why }, 'a sandbox driver cannot be used');
  // Bubblewrap is what a distribution brings: its remedy is the nearest.
  const { why, remedy } = failures.at(-1) ?? {
    why: 'There is no sandbox driver',
    remedy: 'Install bubblewrap',
  };
  return { why, remedy };
}
