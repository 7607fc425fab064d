import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baseDirectories, findCgroup, instanceGroupName } from './cgroup.ts';
import { readHierarchies } from './cgroup-mounts.ts';

const name = 'syncode-0123456789ab';
const everything = 'cpuset cpu io memory hugetlb pids';

describe('where groups can be made', () => {
  let root = '';
  let proc = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncode cgroup-')); // the blank is escaped in mountinfo
    proc = join(root, 'proc/self');
    mkdirSync(proc, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function writeProc(mounts: readonly string[], groups: readonly string[]): void {
    writeFileSync(join(proc, 'mountinfo'), `22 1 254:0 / / rw - ext4 /dev/vda rw\n${mounts.join('\n')}\n`);
    writeFileSync(join(proc, 'cgroup'), `${groups.join('\n')}\n`);
  }

  function mountLine(path: string, type: string, options: string, mountRoot = '/'): string {
    const escaped = join(root, path).replaceAll(' ', '\\040');
    return `30 22 0:26 ${mountRoot} ${escaped} rw,nosuid shared:9 - ${type} ${type} rw,${options}`;
  }

  /** A group of version 2 with the kernel's files. */
  function group(path: string, processes = '', controllers = everything): void {
    const directory = join(root, path);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'cgroup.controllers'), controllers);
    writeFileSync(join(directory, 'cgroup.subtree_control'), '');
    writeFileSync(join(directory, 'cgroup.procs'), processes);
  }

  describe('version 1', () => {
    beforeEach(() => {
      for (const path of ['memory/service', 'pids', 'cpu,cpuacct'])
        mkdirSync(join(root, path), { recursive: true });
      writeProc(
        [
          mountLine('memory', 'cgroup', 'memory'),
          mountLine('pids', 'cgroup', 'pids'),
          mountLine('cpu,cpuacct', 'cgroup', 'cpu,cpuacct'),
          mountLine('unified', 'cgroup2', 'nsdelegate'),
        ],
        ['9:name=systemd:/x', '4:memory:/service', '3:pids:/', '2:cpu,cpuacct:/elsewhere', '0::/x'],
      );
    });

    it('below each controller’s own group of the process; cpu and cpuacct may be one', () => {
      const found = findCgroup(name, proc);
      expect(found).toEqual({
        ok: true,
        base: {
          version: 1,
          memory: join(root, 'memory/service', name),
          pids: join(root, 'pids', name),
          cpuacct: join(root, 'cpu,cpuacct/elsewhere', name),
          cpu: join(root, 'cpu,cpuacct/elsewhere', name),
        },
      });
      if (found.ok) expect(baseDirectories(found.base)).toHaveLength(3);
      expect(existsSync(join(root, 'memory/service', name))).toBe(true);
    });

    it('else below the root', () => {
      rmSync(join(root, 'memory/service'), { recursive: true });
      writeFileSync(join(root, 'memory/service'), 'in the way');
      const found = findCgroup(name, proc);
      expect(found).toMatchObject({ ok: true, base: { memory: join(root, 'memory', name) } });
    });

    it('nowhere: what to do', () => {
      rmSync(join(root, 'pids'), { recursive: true });
      writeFileSync(join(root, 'pids'), 'in the way');
      expect(findCgroup(name, proc)).toEqual({
        ok: false,
        why: `control groups cannot be made below ${join(root, 'pids')}`,
        remedy: expect.stringMatching(/container|sandbox prepare --user/),
      });
    });

    it('a mount of a part of the hierarchy, as containers have', () => {
      writeProc(
        [mountLine('memory', 'cgroup', 'memory', '/docker/1')],
        ['4:memory:/docker/1/service', '0::/'],
      );
      expect(readHierarchies(proc)[0]).toMatchObject({
        own: join(root, 'memory/service'),
        controllers: ['memory'],
      });
      writeProc([mountLine('memory', 'cgroup', 'memory', '/docker/1')], ['4:memory:/docker/2', '0::/']);
      expect(readHierarchies(proc)[0]).toMatchObject({ own: join(root, 'memory') });
    });
  });

  describe('version 2 [S25]', () => {
    function unified(own: string): void {
      writeProc([mountLine('unified', 'cgroup2', 'nsdelegate')], [`0::${own}`]);
    }

    it('beside a service that has a subgroup of its own', () => {
      group('unified');
      group('unified/system.slice');
      group('unified/system.slice/syncode.service');
      group('unified/system.slice/syncode.service/main', String(process.pid));
      unified('/system.slice/syncode.service/main');
      // The kernel's files of the group that is made: an ordinary directory has none.
      const base = join(root, 'unified/system.slice/syncode.service', name);
      mkdirSync(base);
      expect(findCgroup(name, proc)).toEqual({ ok: true, base: { version: 2, dir: base } });
      const enabled = (path: string): string =>
        readFileSync(join(root, path, 'cgroup.subtree_control'), 'utf8');
      expect(enabled('unified/system.slice/syncode.service')).toBe('+memory +pids +cpu');
      expect(enabled(join('unified/system.slice/syncode.service', name))).toBe('+memory +pids +cpu');
    });

    it('below a service’s group, after the service has moved down', () => {
      group('unified');
      group('unified/system.slice');
      group('unified/system.slice/syncode.service', `${process.pid}\n`);
      unified('/system.slice/syncode.service');
      const directory = join(root, 'unified/system.slice/syncode.service');
      if (process.geteuid?.() !== 0) chmodSync(join(root, 'unified/system.slice'), 0o500);
      expect(findCgroup(name, proc)).toEqual({ ok: true, base: { version: 2, dir: join(directory, name) } });
      expect(readFileSync(join(directory, 'server/cgroup.procs'), 'utf8')).toBe(String(process.pid));
    });

    it('never by moving somebody else’s processes', () => {
      group('unified');
      group('unified/user.slice');
      group('unified/user.slice/session-1.scope', `1\n${process.pid}\n`);
      unified('/user.slice/session-1.scope');
      if (process.geteuid?.() !== 0) return;
      expect(findCgroup(name, proc)).toEqual({
        ok: true,
        base: { version: 2, dir: join(root, 'unified', name) },
      });
      expect(existsSync(join(root, 'unified/user.slice/session-1.scope/server'))).toBe(false);
    });

    it('without the controllers: what to do', () => {
      group('unified', '', 'hugetlb');
      unified('/');
      expect(findCgroup(name, proc)).toMatchObject({ ok: false, remedy: expect.any(String) });
      expect(existsSync(join(root, 'unified', name))).toBe(false);
    });
  });

  it('nothing mounted', () => {
    writeProc([], ['0::/']);
    expect(findCgroup(name, proc)).toMatchObject({
      ok: false,
      why: expect.stringContaining('no cgroup file system'),
    });
  });

  it('an instance’s name comes from where its data really is', () => {
    expect(instanceGroupName(root)).toMatch(/^syncode-[0-9a-f]{12}$/);
    expect(instanceGroupName(join(root, 'proc/..'))).toBe(instanceGroupName(root));
    expect(instanceGroupName(proc)).not.toBe(instanceGroupName(root));
  });
});
