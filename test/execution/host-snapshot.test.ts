import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baitOf, type OwnPlaces, takeSnapshot } from '../../src/execution/suite/host-snapshot.ts';

// The groups are directories that look like the kernel's: reading them is what is tested.
describe('a look at the host sees what is planted', () => {
  let directory = '';
  let places: OwnPlaces;
  const children: ChildProcess[] = [];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'syncode-look-'));
    for (const part of ['group/slot0/own', 'cache/making', 'bait'])
      mkdirSync(join(directory, part), { recursive: true });
    writeFileSync(join(directory, 'bait/file'), 'as it was');
    places = { directory, cgroup: { version: 2, dir: join(directory, 'group') }, uids: null };
  });
  afterEach(async () => {
    for (const child of children.splice(0)) {
      const gone = new Promise((resolve) => child.once('close', resolve));
      process.kill(-(child.pid ?? 0), 'SIGKILL'); // with what it has started
      await gone;
    }
    rmSync(directory, { recursive: true, force: true });
  });

  async function start(program: string, words: readonly string[]): Promise<number> {
    const child = spawn(program, words, { stdio: 'ignore', detached: true });
    children.push(child);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child.pid ?? 0;
  }

  /** Looks until something shows: a process takes a while to become what it is. */
  async function until<T>(read: () => T | null): Promise<T> {
    for (;;) {
      const found = read();
      if (found !== null) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  it('a process in a group, and the group', async () => {
    const pid = await start('/bin/sleep', ['600']);
    mkdirSync(join(directory, 'group/slot0/run-7'));
    writeFileSync(join(directory, 'group/slot0/run-7/cgroup.procs'), `${pid}\n`);
    const { jailProcesses, boxes } = takeSnapshot(places);
    expect(jailProcesses).toEqual([expect.stringMatching(new RegExp(`^${pid} \\(`))]);
    expect(boxes).toContain(join(directory, 'group/slot0/run-7'));
  });

  it('a supervisor, and what still runs below it', async () => {
    const supervisor = join(directory, 'syncode-jail');
    copyFileSync('/bin/sh', supervisor);
    const pid = await start(supervisor, ['-c', 'sleep 600; true']);
    const seen = await until(() => {
      const { supervisors, jailProcesses } = takeSnapshot(places);
      return supervisors.includes(pid) && jailProcesses.some((one) => one.includes('(sleep, '))
        ? supervisors
        : null;
    });
    expect(seen).toEqual([pid]);
  });

  it('a zombie below this process', async () => {
    await start('/bin/sh', ['-c', 'true & exec sleep 600']);
    const [zombie] = await until(() => {
      const { zombies } = takeSnapshot(places);
      return zombies.length > 0 ? zombies : null;
    });
    expect(zombie).toMatch(/\((sh|true|sleep), Z\)$/);
  });

  it('a core file', () => {
    const before = takeSnapshot(places);
    writeFileSync(join(directory, 'core.123'), '');
    const fresh = takeSnapshot(places).coreFiles.filter((one) => !before.coreFiles.includes(one));
    expect(fresh).toEqual([join(directory, 'core.123')]);
  });

  it('a file that was changed, removed or added', () => {
    const bait = baitOf(directory);
    const changed = (before: ReturnType<typeof takeSnapshot>) => {
      const { files } = takeSnapshot(places);
      return [...new Set([...Object.keys(files), ...Object.keys(before.files)])].filter(
        (path) => path.startsWith(bait) && files[path] !== before.files[path],
      );
    };
    const before = takeSnapshot(places);
    expect(changed(before)).toEqual([]);
    appendFileSync(join(bait, 'file'), '!');
    writeFileSync(join(bait, 'more'), '');
    expect(changed(before).sort()).toEqual([join(bait, 'file'), join(bait, 'more')]);
    rmSync(join(bait, 'file'));
    expect(changed(before)).toContain(join(bait, 'file'));
  });

  it('something that is still being made in the cache', () => {
    mkdirSync(join(directory, 'cache/making/half'));
    expect(takeSnapshot(places).boxes).toContain(join(directory, 'cache/making/half'));
  });

  it('free disk, shared and kernel memory', () => {
    const { freeBytes, sharedKb, kernelKb } = takeSnapshot(places);
    expect(Object.values(freeBytes).some((bytes) => bytes > 0)).toBe(true);
    expect(Object.keys(freeBytes)).toContain('/');
    expect(kernelKb).toBeGreaterThan(0);
    expect(sharedKb).toBeGreaterThanOrEqual(0);
  });
});
