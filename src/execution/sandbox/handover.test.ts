import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findCgroup } from './cgroup.ts';
import { handedGroupName } from './handed-group.ts';
import { handOver, takeBack } from './handover.ts';

const controllers = 'cpu memory pids io';
/** Whoever runs the tests may give to himself; root gives to somebody else. */
const me = process.geteuid?.() ?? 0;
const user = me === 0 ? { uid: 791_500, gid: 791_501 } : { uid: me, gid: process.getegid?.() ?? 0 };
const name = handedGroupName(user.uid);

describe('handing control groups over', () => {
  let root = '';
  let proc = '';

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'syncode-handover-'));
    proc = join(root, 'proc/self');
    mkdirSync(proc, { recursive: true });
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  function writeProc(mounts: readonly (readonly [path: string, type: string])[], groups: readonly string[]) {
    const lines = mounts.map(
      ([path, type]) => `30 22 0:26 / ${join(root, path)} rw shared:9 - ${type} ${type} rw,${path}`,
    );
    writeFileSync(join(proc, 'mountinfo'), `${lines.join('\n')}\n`);
    writeFileSync(join(proc, 'cgroup'), `${groups.join('\n')}\n`);
  }

  function version1(): void {
    for (const path of ['memory/service', 'pids', 'cpu,cpuacct'])
      mkdirSync(join(root, path), { recursive: true });
    writeProc(
      [
        ['memory', 'cgroup'],
        ['pids', 'cgroup'],
        ['cpu,cpuacct', 'cgroup'],
      ],
      ['4:memory:/service', '3:pids:/', '2:cpu,cpuacct:/'],
    );
  }

  /** A group of version 2 with the kernel's files. */
  function group(path: string, processes = ''): void {
    const directory = join(root, path);
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'cgroup.controllers'), controllers);
    writeFileSync(join(directory, 'cgroup.subtree_control'), '');
    writeFileSync(join(directory, 'cgroup.threads'), '');
    writeFileSync(join(directory, 'cgroup.procs'), processes);
  }

  const ownerOf = (path: string) => ({ uid: statSync(path).uid, gid: statSync(path).gid });

  it('version 1: below the own group and below the root, and again changes nothing', () => {
    version1();
    const directories = ['memory/service', 'memory', 'pids', 'cpu,cpuacct'].map((at) => join(root, at, name));
    expect(handOver(user, null, proc)).toEqual({ ok: true, version: 1, directories });
    expect(handOver(user, null, proc)).toEqual({ ok: true, version: 1, directories });
    for (const directory of directories) expect(ownerOf(directory)).toEqual(user);
  });

  it.skipIf(me === 0)('version 1: the user finds them (not tested as root, who looks elsewhere)', () => {
    version1();
    handOver(user, null, proc);
    rmSync(join(root, 'memory/service'), { recursive: true });
    writeFileSync(join(root, 'memory/service'), 'in the way');
    const found = findCgroup('syncode-0123456789ab', proc);
    expect(found).toMatchObject({
      ok: true,
      base: { memory: join(root, 'memory', name, 'syncode-0123456789ab') },
    });
  });

  it('version 1: taken back with what instances left, twice', () => {
    version1();
    handOver(user, null, proc);
    mkdirSync(join(root, 'pids', name, 'syncode-0123456789ab/slot0/run-1'), { recursive: true });
    expect(takeBack(user, proc)).toMatchObject({ ok: true, version: 1 });
    expect(existsSync(join(root, 'pids', name))).toBe(false);
    expect(existsSync(join(root, 'memory/service', name))).toBe(false);
    expect(takeBack(user, proc)).toEqual({ ok: true, version: 1, directories: [] });
  });

  it('version 2: directory and files of the group, controllers handed on, the process inside', () => {
    group('unified');
    group(`unified/${name}`);
    group(`unified/${name}/main`);
    writeProc([['unified', 'cgroup2']], ['0::/user.slice/session.scope']);
    const directory = join(root, 'unified', name);
    expect(handOver(user, 4711, proc)).toEqual({ ok: true, version: 2, directories: [directory] });
    expect(readFileSync(join(root, 'unified/cgroup.subtree_control'), 'utf8')).toBe('+memory +pids +cpu');
    expect(readFileSync(join(directory, 'cgroup.subtree_control'), 'utf8')).toBe('+memory +pids +cpu');
    expect(readFileSync(join(directory, 'main/cgroup.procs'), 'utf8')).toBe('4711');
    for (const at of [
      '',
      'cgroup.procs',
      'cgroup.threads',
      'cgroup.subtree_control',
      'main',
      'main/cgroup.procs',
    ])
      expect(ownerOf(join(directory, at))).toEqual(user);
  });

  it('version 2: a systemd unit has Delegate=yes, so there is nothing to do', () => {
    group('unified');
    writeProc([['unified', 'cgroup2']], ['0::/system.slice/syncode.service']);
    expect(handOver(user, null, proc)).toEqual({ ok: true, version: 2, directories: [] });
    expect(existsSync(join(root, 'unified', name))).toBe(false);
  });

  it('without control groups, or without their controllers: why not', () => {
    writeProc([], []);
    expect(handOver(user, null, proc)).toMatchObject({
      ok: false,
      remedy: expect.stringContaining('systemd'),
    });
    group('unified');
    writeFileSync(join(root, 'unified/cgroup.controllers'), 'hugetlb');
    writeProc([['unified', 'cgroup2']], ['0::/']);
    expect(handOver(user, null, proc)).toMatchObject({ ok: false });
    expect(existsSync(join(root, 'unified', name))).toBe(false);
  });

  it('a place that is taken is told', () => {
    version1();
    writeFileSync(join(root, 'pids', name), 'in the way');
    expect(handOver(user, null, proc)).toMatchObject({ ok: false, why: expect.stringContaining('EEXIST') });
  });
});
