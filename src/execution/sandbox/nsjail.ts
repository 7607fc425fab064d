import type { Identity } from './jail.ts';
import { jailDescriptors } from './protocol.ts';
import { devices, initPath, type JailView } from './view.ts';

const insideId = 65534;
/** The mount points of init's own tmpfs: as small as it gets. */
const pointOptions = 'size=4096';

function idMap(outside: number): string {
  return `${insideId}:${outside}:1`;
}

/** nsjail divides a mount's fields by colons and has no way to quote one. */
function pair(source: string, target: string): string {
  if (source.includes(':') || target.includes(':')) {
    throw new TypeError(`nsjail cannot mount a path with a colon: ${source}`);
  }
  return `${source}:${target}`;
}

/**
 * The words of an nsjail command that makes the same jail as bubblewrapWords(). It sets no limits of its own (init and
 * the control group do) and makes neither the network nor the cgroup namespace, for the reasons given there.
 */
export function nsjailWords(path: string, view: JailView, identity: Identity): string[] {
  const uid = identity?.uid ?? process.geteuid?.() ?? 0;
  const gid = identity?.gid ?? process.getegid?.() ?? 0;
  const descriptors = Array.from({ length: jailDescriptors.end - jailDescriptors.first }, (_, index) =>
    String(jailDescriptors.first + index),
  );
  return [
    path,
    ...['-Mo', '-Q', '-t', '0', '--user', idMap(uid), '--group', idMap(gid), '--hostname', 'box'],
    ...['--disable_rlimits', '--nice_level', '0', '--cap', 'CAP_SYS_ADMIN', '--cap', 'CAP_SETPCAP'],
    ...['--cwd', '/', '--disable_clone_newnet', '--disable_clone_newcgroup'],
    ...descriptors.flatMap((descriptor) => ['--pass_fd', descriptor]),
    ...view.mounts.flatMap(({ source, target }) => ['-R', pair(source, target)]),
    '--proc_rw',
    ...devices.flatMap((device) => ['-B', device]),
    ...view.links.flatMap((link) => ['-s', pair(link.target, link.path)]),
    ...view.directories.flatMap((directory) => ['-m', `none:${directory}:tmpfs:${pointOptions}`]),
    ...['--', initPath, 'init'],
  ];
}
