import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** One hierarchy as this process sees it. */
export interface Hierarchy {
  readonly version: 1 | 2;
  /** Names of the controllers (v1); empty for v2. */
  readonly controllers: readonly string[];
  /** Directory of the hierarchy's root, as far as this mount shows it. */
  readonly root: string;
  /** Directory of the group that this process is in; the root when it lies outside of what is mounted. */
  readonly own: string;
}

/** `/proc/self/mountinfo`: fields 4 and 5 are root and mount point; behind ` - ` type, source, options. */
const mountLine = /^\S+ \S+ \S+ (\S+) (\S+) .* - (cgroup2?) \S+ (\S+)$/;
const octal = /\\([0-7]{3})/g;

function unescapePath(text: string): string {
  return text.replace(octal, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));
}

/** `/proc/self/cgroup`: `number:controllers:path`, one line a hierarchy; v2 is `0::path`. */
function ownPaths(text: string): { controllers: string[]; path: string }[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers === '' ? [] : controllers.split(','), path: path.join(':') };
    });
}

function ownDirectory(mountPoint: string, mountRoot: string, path: string | undefined): string {
  if (path === undefined) return mountPoint;
  const below = posix.relative(mountRoot, path);
  return below.startsWith('..') ? mountPoint : join(mountPoint, below);
}

/** All mounted hierarchies. `proc` is `/proc/self` outside of tests. */
export function readHierarchies(proc = '/proc/self'): Hierarchy[] {
  const own = ownPaths(readFileSync(join(proc, 'cgroup'), 'utf8'));
  const found: Hierarchy[] = [];
  for (const line of readFileSync(join(proc, 'mountinfo'), 'utf8').split('\n')) {
    const match = mountLine.exec(line);
    if (match === null) continue;
    const [, mountRoot = '/', mountPoint = '', type, options = ''] = match;
    const point = unescapePath(mountPoint);
    const names = options.split(',');
    const mine = own.find(({ controllers }) =>
      type === 'cgroup2' ? controllers.length === 0 : controllers.some((name) => names.includes(name)),
    );
    found.push({
      version: type === 'cgroup2' ? 2 : 1,
      controllers: type === 'cgroup2' ? [] : (mine?.controllers ?? []),
      root: point,
      own: ownDirectory(point, unescapePath(mountRoot), mine?.path),
    });
  }
  return found;
}
