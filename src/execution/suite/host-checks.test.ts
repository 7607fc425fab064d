import { describe, expect, it } from 'vitest';
import { compareHost, hostProblems, type SnapshotCheckName } from './host-checks.ts';
import type { HostSnapshot } from './host-snapshot.ts';

const MIB = 1024 * 1024;
const before: HostSnapshot = {
  freeBytes: { '/': 100 * MIB, '/tmp': 100 * MIB },
  jailFiles: ['/tmp/old'],
  sharedKb: 1000,
  kernelKb: 1000,
  ipc: ['shm 1 2'],
  jailProcesses: [],
  zombies: ['7 (old, Z)'],
  supervisors: [10, 11],
  coreFiles: ['/var/crash/old'],
  files: { '/etc/passwd': 'a', '/etc/hosts': 'b' },
  boxes: ['mount /'],
};

describe('what a case may leave on the host', () => {
  it('nothing', () => {
    const names: SnapshotCheckName[] = ['diskUnchanged', 'memoryReturned', 'noSurvivors', 'noZombies'];
    names.push('noCoreFiles', 'hostFilesUnchanged', 'boxRemoved', 'workerAlive');
    for (const name of names) expect(compareHost(name, before, before)).toBeNull();
  });

  it.each<[name: SnapshotCheckName, changes: Partial<HostSnapshot>, says: string]>([
    [
      'diskUnchanged',
      { freeBytes: { '/': 100 * MIB, '/tmp': 40 * MIB } },
      '60 MB of the disk at /tmp are gone',
    ],
    ['diskUnchanged', { jailFiles: ['/tmp/old', '/tmp/new'] }, 'files of a jail lie on the host: /tmp/new'],
    ['memoryReturned', { kernelKb: 1000 + 64 * 1024 }, 'the kernel holds 64 MB more'],
    ['memoryReturned', { sharedKb: 1000 + 32 * 1024 }, '32 MB more of shared memory are held'],
    ['memoryReturned', { ipc: ['shm 1 2', 'shm 3 4'] }, 'System V objects are left: shm 3 4'],
    ['memoryReturned', { jailProcesses: ['8 (a, S)'] }, 'processes hold memory: 8 (a, S)'],
    ['noSurvivors', { jailProcesses: ['8 (sleep, S)'] }, 'processes live on: 8 (sleep, S)'],
    ['noZombies', { zombies: ['7 (old, Z)', '9 (a, Z)'] }, 'zombies are left: 9 (a, Z)'],
    ['noCoreFiles', { coreFiles: ['/var/crash/old', '/core'] }, 'core files are left: /core'],
    [
      'hostFilesUnchanged',
      { files: { '/etc/passwd': 'x', '/etc/hosts': 'b' } },
      'changed on the host: /etc/passwd',
    ],
    ['hostFilesUnchanged', { files: { '/etc/passwd': 'a' } }, 'changed on the host: /etc/hosts'],
    ['hostFilesUnchanged', { files: { ...before.files, '/evil': 'x' } }, 'changed on the host: /evil'],
    ['boxRemoved', { boxes: ['mount /', 'mount /mnt/box'] }, 'parts of a box are left: mount /mnt/box'],
    ['workerAlive', { supervisors: [10, 12] }, 'supervisors have ended: 11'],
  ])('%s can fail: %o', (name, changes, says) => {
    expect(compareHost(name, before, { ...before, ...changes })).toBe(says);
  });

  it('without any supervisor nothing is alive', () => {
    const none = { ...before, supervisors: [] };
    expect(compareHost('workerAlive', none, none)).toBe('there is no supervisor');
  });

  it('what is given back late is given back; what lives on a moment lives on', async () => {
    const full = { ...before, sharedKb: 100_000, jailProcesses: ['8 (a, S)'] };
    const looks = [full, full];
    const look = () => looks.shift() ?? before;
    const problems = await hostProblems(['memoryReturned', 'noSurvivors'], before, look);
    expect(problems).toEqual(['noSurvivors: processes live on: 8 (a, S)']);
  });

  it('what is never given back is told', async () => {
    const full = { ...before, sharedKb: 100_000 };
    const problems = await hostProblems(['memoryReturned', 'diskUnchanged'], before, () => full, 1);
    expect(problems).toEqual(['memoryReturned: 97 MB more of shared memory are held']);
  });
});
