import { lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { inJail, type JailRequest, type Mount } from './jail.ts';

/** What a jail shows, in the order in which it is made; every driver turns the same view into its words. */
export interface JailView {
  /** Read-only. */
  readonly mounts: readonly Mount[];
  /** `path` inside leads to `target`. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Empty directories that init mounts on. */
  readonly directories: readonly string[];
}

/** Where init lies inside. */
export const initPath = '/.jail';

/** The only devices there are. */
export const devices = ['/dev/null', '/dev/zero', '/dev/urandom', '/dev/random'] as const;

/** The standard streams are pipes, so these work as they do everywhere. */
export const streamLinks = [
  { path: '/dev/fd', target: '/proc/self/fd' },
  { path: '/dev/stdin', target: '/proc/self/fd/0' },
  { path: '/dev/stdout', target: '/proc/self/fd/1' },
  { path: '/dev/stderr', target: '/proc/self/fd/2' },
] as const;

const topNames = ['/bin', '/lib', '/lib64'] as const;
const etcNames = ['/etc/ld.so.cache', '/etc/alternatives'] as const;
const javaSettings = /^java-\d+-openjdk$/;

function kindOf(path: string): 'link' | 'other' | 'missing' {
  try {
    return lstatSync(path).isSymbolicLink() ? 'link' : 'other';
  } catch {
    return 'missing';
  }
}

function javaEtcNames(): string[] {
  try {
    return readdirSync('/etc')
      .filter((name) => javaSettings.test(name))
      .map((name) => `/etc/${name}`);
  } catch {
    return [];
  }
}

/** The part of the view that is the same for every run on this host: /usr and what toolchains need of /etc. */
export function readHostView(): JailView {
  const mounts: Mount[] = [{ source: '/usr', target: '/usr' }];
  const links: { path: string; target: string }[] = [];
  for (const path of topNames) {
    const kind = kindOf(path);
    if (kind === 'link') links.push({ path, target: readlinkSync(path) });
    else if (kind === 'other') mounts.push({ source: path, target: path });
  }
  // A missing source would end every jail.
  for (const path of [...etcNames, ...javaEtcNames()]) {
    if (kindOf(path) !== 'missing') mounts.push({ source: path, target: path });
  }
  return { mounts, links: [...links, ...streamLinks], directories: [inJail.box, '/tmp', '/dev/shm'] };
}

/** The whole view of one run; `visible` gives the path by which the driver reaches a host path. */
export function viewOf(host: JailView, request: JailRequest, visible: Visible): JailView {
  const mounts: Mount[] = [...host.mounts, { source: visible.jailBinary, target: initPath }];
  if (request.app !== null) mounts.push({ source: visible.path(request.app), target: inJail.app });
  for (const tool of request.tools ?? []) mounts.push({ source: visible[tool], target: inJail[tool] });
  for (const mount of request.mounts ?? []) {
    mounts.push({ source: visible.path(mount.source), target: mount.target });
  }
  return { mounts, links: host.links, directories: [...host.directories, ...(request.scratch ?? [])] };
}

/** Where the driver, as the user that it becomes, finds what lies on the host. */
export interface Visible {
  readonly jailBinary: string;
  readonly node: string;
  readonly esbuild: string;
  /** Throws a TypeError for a path outside of the roots. */
  path(hostPath: string): string;
}
