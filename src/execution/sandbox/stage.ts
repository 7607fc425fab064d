import { resolve, sep } from 'node:path';
import type { SupervisorOptions } from './jail.ts';
import type { Visible } from './view.ts';

/** Exists everywhere (FHS); hidden only in the supervisor's own mount namespace. */
const stageDirectory = '/mnt';

/** How jails reach the host's files, and the words that tell the supervisor to make it so. */
export interface Stage {
  readonly visible: Visible;
  readonly words: readonly string[];
}

function isBelow(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** A host path by its longest root; throws a TypeError outside of all. */
function mapPath(roots: readonly (readonly [root: string, shown: string])[], hostPath: string): string {
  const path = resolve(hostPath);
  const best = roots
    .filter(([root]) => isBelow(path, root))
    .reduce<readonly [string, string] | null>((a, b) => (a && a[0].length >= b[0].length ? a : b), null);
  if (hostPath !== path || best === null)
    throw new TypeError(`${hostPath} is not below a directory for jails`);
  return best[1] + path.slice(best[0].length);
}

/**
 * As root, jails run as a user who cannot walk through a 0700 home: the supervisor shows the files on a stage in a
 * mount namespace of its own. As an unprivileged user everything is reached where it is.
 */
export function planStage(options: SupervisorOptions): Stage {
  const { host, jailBinary, identity } = options;
  const roots = host.roots.map((root) => resolve(root));
  if (identity === null) {
    const same = roots.map((root) => [root, root] as const);
    return {
      visible: { jailBinary, node: host.node, esbuild: host.esbuild, path: (path) => mapPath(same, path) },
      words: [],
    };
  }
  const shown = (name: string): string => `${stageDirectory}/${name}`;
  const mapped = roots.map((root, index) => [root, shown(`root${index}`)] as const);
  const binds = [
    ['jail', jailBinary],
    ['node', host.node],
    ['esbuild', host.esbuild],
    ...roots.map((root, index) => [`root${index}`, root] as const),
  ] as const;
  return {
    visible: {
      jailBinary: shown('jail'),
      node: shown('node'),
      esbuild: shown('esbuild'),
      path: (path) => mapPath(mapped, path),
    },
    words: ['--stage', stageDirectory, ...binds.flatMap(([name, source]) => ['--bind', `${name}=${source}`])],
  };
}
