import { inJail } from './jail.ts';
import { devices, initPath, type JailView } from './view.ts';

/** Host user and group inside the jail, whatever they are outside. */
const insideId = '65534';

/**
 * The words of a bubblewrap command that makes the jail and starts init in it.
 *
 * The network and the cgroup namespace are init's to make: bubblewrap would bring loopback up, and a process in a
 * cgroup namespace of its own may not be born into a group outside of it.
 */
export function bubblewrapWords(path: string, view: JailView): string[] {
  return [
    path,
    ...['--unshare-user', '--unshare-pid', '--unshare-ipc', '--unshare-uts'],
    ...['--uid', insideId, '--gid', insideId, '--hostname', 'box'],
    ...['--die-with-parent', '--new-session', '--as-pid-1'],
    // What init needs to finish the jail; it gives both up before the program starts.
    ...['--cap-drop', 'ALL', '--cap-add', 'CAP_SYS_ADMIN', '--cap-add', 'CAP_SETPCAP'],
    ...['--proc', '/proc', '--dir', '/dev'],
    ...devices.flatMap((device) => ['--dev-bind', device, device]),
    ...view.mounts.flatMap(({ source, target }) => ['--ro-bind', source, target]),
    ...view.links.flatMap((link) => ['--symlink', link.target, link.path]),
    ...view.directories.flatMap((directory) => ['--dir', directory]),
    // Last: the root is a writable tmpfs until here.
    ...['--remount-ro', '/', '--chdir', inJail.box, '--', initPath, 'init'],
  ];
}
