import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseDirectories, instanceGroupName } from '../../../src/execution/sandbox/cgroup.ts';
import type { CgroupBase, SupervisorOptions } from '../../../src/execution/sandbox/jail.ts';
import { sweep } from '../../../src/execution/sandbox/sweep.ts';
import {
  compile,
  findDriver,
  hostPaths,
  jailBinary,
  openBench,
  processesOf,
  processesOfUser,
  removeInstance,
  runGroups,
  takeCgroup,
  takeIdentity,
  until,
} from './support.ts';

const slot = 5;

describe('what a server leaves that is killed [S25]', () => {
  const driver = findDriver('bubblewrap');
  const identity = takeIdentity(slot);
  let directory = '';
  let cgroup: CgroupBase;

  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'syncode-jail-'));
    chmodSync(directory, 0o755);
    mkdirSync(join(directory, 'app'));
    compile('probe.c', join(directory, 'app/probe'));
    cgroup = takeCgroup(directory);
  });
  afterAll(async () => {
    await removeInstance(cgroup, directory);
  });

  /** A process of its own with a run that has begun; ends with the number of its supervisor. */
  async function startServer(): Promise<{ server: ChildProcess; supervisorPid: number }> {
    if (driver === null) throw new Error('bubblewrap is not on PATH');
    const host = { ...hostPaths, roots: [directory] };
    const options: SupervisorOptions = { driver, jailBinary, cgroupBase: cgroup, slot, identity, host };
    const words = [
      join(import.meta.dirname, 'sweep-child.ts'),
      JSON.stringify({ options, app: join(directory, 'app') }),
    ];
    const server = spawn(hostPaths.node, words, { stdio: 'inherit' });
    await until(() => runGroups(cgroup).some((group) => processesOf(cgroup, group).length > 0));
    const supervisorPid = Math.min(...processesOf(cgroup, `slot${slot}/own`));
    return { server, supervisorPid };
  }

  const userIsGone = (): boolean => identity === null || processesOfUser(identity.uid).length === 0;

  it('nothing, when only the server dies: its supervisor goes and takes all along', async () => {
    const { server, supervisorPid } = await startServer();
    server.kill('SIGKILL');
    await until(() => !existsSync(`/proc/${supervisorPid}`));
    expect(runGroups(cgroup)).toEqual([]);
    expect(userIsGone()).toBe(true);
  });

  it('groups, when the supervisor dies too: the sweep removes them, and no other instance’s', async () => {
    if (driver === null) throw new Error('bubblewrap is not on PATH');
    const other = openBench(driver, slot + 1);
    const stop = new AbortController();
    const running = other.run(['/app/probe', 'sleep'], {}, stop.signal);
    await until(() => runGroups(other.cgroup).some((group) => processesOf(other.cgroup, group).length > 0));
    const { server, supervisorPid } = await startServer();
    server.kill('SIGKILL');
    process.kill(supervisorPid, 'SIGKILL');
    await until(userIsGone);
    expect(runGroups(cgroup)).not.toEqual([]);
    const stray = identity === null ? null : `/tmp/nsjail.${identity.uid}.stray`;
    if (stray !== null) mkdirSync(stray);
    const uids = identity === null ? null : { first: identity.uid, last: identity.uid };
    await sweep({ jailBinary, base: cgroup, name: instanceGroupName(directory), uids });
    expect(runGroups(cgroup)).toEqual([]);
    for (const base of baseDirectories(cgroup)) expect(existsSync(join(base, `slot${slot}`))).toBe(false);
    expect(stray !== null && existsSync(stray)).toBe(false);
    expect(runGroups(other.cgroup)).not.toEqual([]);
    stop.abort();
    expect((await running).facts).toMatchObject({ killedBy: 'cancel', jailFailure: null });
    await other.close();
  });

  it('also in a group that an earlier start had elsewhere', async () => {
    const pids = cgroup.version === 1 ? cgroup.pids : cgroup.dir;
    const elsewhere = join(pids, '..', 'syncode-sweep-test', instanceGroupName(directory));
    mkdirSync(join(elsewhere, 'slot0/run-1'), { recursive: true });
    await sweep({ jailBinary, base: cgroup, name: instanceGroupName(directory), uids: null });
    expect(existsSync(join(elsewhere, 'slot0'))).toBe(false);
    rmdirSync(elsewhere);
    rmdirSync(join(elsewhere, '..'));
  });
});
