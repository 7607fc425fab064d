import { execFileSync } from 'node:child_process';
import { accessSync, chmodSync, chownSync, constants, mkdirSync, mkdtempSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseDirectories, instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';
import type { CgroupBase } from '../../../src/execution/sandbox/jail.ts';
import { build, compile, findDriver, hostPaths, jailBinary, removeInstance, takeCgroup } from './support.ts';
import type { ChildAnswer, ChildOptions } from './unprivileged-child.ts';

/** An id that nobody has; the test becomes it, which only root can. */
const user = 791_234;

/** Null when every user can reach this checkout. */
function closedDirectory(): string | null {
  for (let at = import.meta.dirname; at !== '/'; at = dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return at;
  }
  return null;
}

function reasonToSkip(): string | null {
  if (process.geteuid?.() !== 0) return 'not tested: the other suites run unprivileged already';
  const closed = closedDirectory();
  if (closed !== null) return `not tested: other users cannot reach ${closed}`;
  return null;
}

const drivers = (['bubblewrap', 'nsjail'] as const).flatMap((name) => findDriver(name) ?? []);
const reason = reasonToSkip();

describe.skipIf(reason !== null)(`an unprivileged service${reason === null ? '' : ` (${reason})`}`, () => {
  let directory = '';
  let cgroup: CgroupBase;

  beforeAll(() => {
    build('syncode-jail');
    accessSync(hostPaths.node, constants.X_OK);
    directory = mkdtempSync(join(tmpdir(), 'syncode-jail-'));
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'app'));
    compile('probe.c', join(directory, 'app/probe'));
    chownSync(directory, user, user);
    cgroup = takeCgroup(directory);
    for (const base of baseDirectories(cgroup)) chownSync(base, user, user);
  });

  afterAll(async () => {
    await removeInstance(cgroup, directory);
  });

  it.each(drivers)('$name: the same jail, as the service’s own user [S24]', (driver) => {
    const into = join(directory, `into-${driver.name}`);
    mkdirSync(into);
    chownSync(into, user, user);
    const options: ChildOptions = { driver, jailBinary, name: instanceGroupName(directory), directory, into };
    const words = [join(import.meta.dirname, 'unprivileged-child.ts'), JSON.stringify(options)];
    const env = { PATH: process.env.PATH ?? '', NO_COLOR: '1' };
    const text = execFileSync(hostPaths.node, words, {
      uid: user,
      gid: user,
      cwd: directory,
      env,
      encoding: 'utf8',
    });
    const answer = JSON.parse(text) as ChildAnswer;
    expect(answer.identity).toBeNull();
    expect(answer.base).toEqual(cgroup);
    expect(answer.usable[driver.name]).toBe(true);
    expect(answer.selfTest.filter((check) => !check.ok)).toEqual([]);
    expect(answer.selfTest).toHaveLength(10);
    expect(answer.self).toContain('uid 65534 gid 65534');
    expect(answer.oom).toMatchObject({ oomKilled: true, jailFailure: null });
    expect(answer.collected).toMatchObject({ ok: true });
    expect(answer.hostUids.split('\t').slice(1)).toEqual(Array(4).fill(String(user)));
    expect(answer.cancelled).toBe('cancel');
    expect(answer.groupsLeft).toEqual([]);
    expect(statSync(join(into, 'tool')).uid).toBe(user);
  });
});
