import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createSupervisor } from '../../../src/execution/sandbox/supervisor.ts';
import {
  type Bench,
  hostPaths,
  jailBinary,
  processesOf,
  processesOfUser,
  runGroups,
  until,
} from './support.ts';

function mountCount(): number {
  return readFileSync('/proc/self/mountinfo', 'utf8').split('\n').length;
}

/** Nothing of any run is left: no group, no process beside the supervisor, no mount. */
function expectNothingLeft(bench: Bench, mountsBefore: number): void {
  expect(runGroups(bench.cgroup)).toEqual([]);
  expect(processesOf(bench.cgroup, 'slot0/own')).toHaveLength(1);
  if (bench.identity !== null) expect(processesOfUser(bench.identity.uid)).toEqual([]);
  expect(mountCount()).toBe(mountsBefore);
}

/** Beginnings and ends: what dies, what is told, what is left. */
export function lifeSuite(bench: () => Bench): void {
  it('the tree is dead at the end, whatever it did to live on [S25]', async () => {
    const before = mountCount();
    const { facts, out } = await bench().probe('daemons');
    expect(facts).toMatchObject({ status: 'exited', exitCode: 0, killedBy: 'none' });
    expect(out).toBe('left\n');
    expectNothingLeft(bench(), before);
  });

  it('a run is cancelled', async () => {
    const before = mountCount();
    const stop = new AbortController();
    const running = bench().run(['/app/probe', 'sleep'], {}, stop.signal);
    await until(() =>
      runGroups(bench().cgroup).some((group) => processesOf(bench().cgroup, group).length > 0),
    );
    stop.abort();
    expect((await running).facts).toMatchObject({
      killedBy: 'cancel',
      status: 'signalled',
      signal: 9,
      jailFailure: null,
    });
    expectNothingLeft(bench(), before);
    const again = await bench().run(['/app/probe', 'sleep'], {}, stop.signal);
    expect(again.facts).toMatchObject({ killedBy: 'cancel', status: null, jailFailure: null });
  });

  it('a run is cancelled in its first milliseconds, at any of them', async () => {
    const before = mountCount();
    for (let i = 0; i < 60; i++) {
      const stop = new AbortController();
      const running = bench().run(['/app/probe', 'sleep'], {}, stop.signal);
      setTimeout(() => stop.abort(), i % 12);
      const { facts } = await running;
      expect(facts).toMatchObject({ killedBy: 'cancel', jailFailure: null });
    }
    expectNothingLeft(bench(), before);
    expect((await bench().probe('exit', '0')).facts.exitCode).toBe(0);
  });

  it('wall limits of a few milliseconds', async () => {
    const before = mountCount();
    for (let ms = 1; ms <= 30; ms++) {
      const { facts } = await bench().probe('sleep', '', { limits: { wallMs: ms } });
      expect(facts).toMatchObject({ killedBy: 'wall', jailFailure: null });
    }
    expectNothingLeft(bench(), before);
  });

  it('a supervisor that is killed: the run fails as a jail, the next one runs, nothing is left', async () => {
    const { cgroup, identity } = bench();
    const before = mountCount();
    const running = bench().run(['/app/probe', 'sleep']);
    await until(() => runGroups(cgroup).some((group) => processesOf(cgroup, group).length > 0));
    const supervisorPid = processesOf(cgroup, 'slot0/own').find((pid) =>
      readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('supervise'),
    );
    process.kill(supervisorPid ?? -1, 'SIGKILL');
    const { facts } = await running;
    expect(facts.status).toBeNull();
    expect(facts.jailFailure).toContain('SIGKILL');
    if (identity !== null) await until(() => processesOfUser(identity.uid).length === 0);
    expect((await bench().probe('exit', '7')).facts).toMatchObject({ exitCode: 7, jailFailure: null });
    expectNothingLeft(bench(), before);
  });

  it('a server that goes away takes its runs along', async () => {
    const { driver, cgroup, identity, directory, request } = bench();
    const host = { ...hostPaths, roots: [directory] };
    const second = createSupervisor({ driver, jailBinary, cgroupBase: cgroup, slot: 1, identity, host });
    const running = second.run(request(['/app/probe', 'sleep']));
    await until(() => runGroups(cgroup).some((group) => processesOf(cgroup, group).length > 0));
    await second.close();
    expect((await running).jailFailure).not.toBeNull();
    expect(runGroups(cgroup)).toEqual([]);
    expect(processesOf(cgroup, 'slot1/own')).toEqual([]);
    await expect(second.run(request(['/bin/true']))).rejects.toThrow(TypeError);
  });

  it('one run at a time; what cannot be expressed is refused', async () => {
    const { supervisor, request } = bench();
    const first = supervisor.run(request(['/app/probe', 'exit', '0']));
    await expect(supervisor.run(request(['/bin/true']))).rejects.toThrow('under way');
    expect((await first).exitCode).toBe(0);
    const refused = [
      request([]),
      request(['relative']),
      request(['/bin/echo', 'a\0b']),
      request(['/bin/true'], { env: { 'A=B': '' } }),
      request(['/bin/true'], { app: '/etc' }),
      request(['/bin/true'], { app: `${bench().directory}/../x` }),
      request(['/bin/true'], { mounts: [{ source: '/root', target: '/x' }] }),
      request(['/bin/true'], { scratch: ['x'] }),
      request(['/bin/true'], {
        collect: { path: '/abs', into: bench().directory, maxBytes: 1, maxFiles: 1 },
      }),
      request(['/bin/true'], { limits: { wallMs: Number.NaN } }),
      request(['/bin/true'], { limits: { pids: -1 } }),
    ];
    for (const one of refused) await expect(supervisor.run(one)).rejects.toThrow(TypeError);
    const numbers = await supervisor.run(request(['/bin/true'], { limits: { pids: 1e9 } }));
    expect(numbers.jailFailure).toBe('the request has a number out of range');
    expect((await supervisor.run(request(['/bin/true']))).exitCode).toBe(0);
  });

  it('a program that is not there is the jail’s failure, one that is no program is its own', async () => {
    const missing = await bench().run(['/app/missing']);
    expect(missing.facts).toMatchObject({ status: null });
    expect(missing.facts.jailFailure).toContain('looking for the program: No such file');
    writeFileSync(join(bench().directory, 'app/garbage'), '\x7fELF garbage', { mode: 0o755 });
    const garbage = await bench().run(['/app/garbage']);
    expect(garbage.facts).toMatchObject({ status: 'exited', exitCode: 126, jailFailure: null });
    expect(garbage.err).toContain('cannot execute /app/garbage');
  });

  it('a jail that cannot be made says why [S26]', async () => {
    const gone = await bench().run(['/bin/true'], { app: join(bench().directory, 'nothing') });
    expect(gone.facts.status).toBeNull();
    expect(gone.facts.jailFailure).toContain('before the program started');
    const late = await bench().run(['/bin/true'], { limits: { setupMs: 0.5 } });
    expect(late.facts).toMatchObject({ status: null, killedBy: 'setup' });
    expect(late.facts.jailFailure).toBe('the jail was not ready in time');
    expect((await bench().run(['/bin/true'])).facts.exitCode).toBe(0);
  });

  it('a driver that is not there: no run, and never one without a jail [S26]', async () => {
    const { cgroup, identity, directory, request } = bench();
    const host = { ...hostPaths, roots: [directory] };
    const driver = { name: bench().driver.name, path: '/usr/bin/no-such-driver' };
    const other = createSupervisor({ driver, jailBinary, cgroupBase: cgroup, slot: 2, identity, host });
    const facts = await other.run(request(['/bin/sh', '-c', 'echo ran']));
    await other.close();
    expect(facts.status).toBeNull();
    expect(facts.stdout.totalBytes).toBe(0);
    expect(facts.jailFailure).toContain('/usr/bin/no-such-driver ended with status 123');
  });
}
