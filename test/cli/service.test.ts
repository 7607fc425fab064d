import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { linkServiceManager } from '../../src/cli/service-manager.ts';
import { installService, type ServiceManager, uninstallService } from '../../src/server/service.ts';
import { isSystemdRunning, readUnit } from '../../src/server/service-unit.ts';
import { expectRefusal, runHere } from './support.ts';

const place = mkdtempSync(path.join(tmpdir(), 'syncode-unit-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));
afterEach(() => {
  vi.unstubAllEnvs();
  process.exitCode = undefined;
});

let number = 0;
/** A service manager that only notes what it is told. */
function fakeManager(): ServiceManager & { readonly told: string[] } {
  const told: string[] = [];
  const unitFile = path.join(place, `${++number}.service`);
  const control = async (args: readonly string[]) => void told.push(args.join(' '));
  return { unitFile, isRunning: () => true, control, told };
}

const usual = {
  program: '/opt/syncode',
  dataDirectory: '/var/lib/syncode',
  user: 'syncode',
  group: 'syncode',
};

describe('service install', () => {
  it('writes the unit once, starts it where asked, and says when there is nothing to change', async () => {
    const manager = fakeManager();
    const first = await installService(manager, usual, { start: false });
    expect(first).toMatchObject({ outcome: 'written', user: 'syncode', started: false });
    const text = readFileSync(manager.unitFile, 'utf8');
    expect(text).toMatch(/^ExecStart=\/opt\/syncode\/bin\/syncode serve --data-dir \/var\/lib\/syncode$/m);
    expect(text).toMatch(/^ExecStartPre=-\+\/opt\/syncode\/bin\/syncode sandbox prepare --user syncode$/m);
    for (const line of [
      'User=syncode',
      'Type=notify',
      'WatchdogSec=60',
      'Delegate=yes',
      'StateDirectory=syncode',
    ])
      expect(text.split('\n')).toContain(line);
    expect(text).not.toContain('@');
    const again = await installService(manager, usual, { start: true });
    expect(again).toMatchObject({ outcome: 'unchanged', started: true });
    expect(manager.told).toEqual(['daemon-reload', 'enable --now syncode']);
    const moved = await installService(manager, { ...usual, dataDirectory: '/srv/class' }, { start: false });
    expect(moved.outcome).toBe('updated');
    expect(readUnit(manager.unitFile)).toMatchObject({ is: 'ours', dataDirectory: '/srv/class' });
    expect(readFileSync(manager.unitFile, 'utf8')).not.toContain('StateDirectory');
  });

  it.each([
    ['written by somebody else', (file: string) => writeFileSync(file, '[Service]\nExecStart=/bin/true\n')],
    ['edited since', (file: string) => appendFileSync(file, 'Nice=5\n')],
  ])('a unit that was %s is neither changed nor removed', async (_, touch) => {
    const manager = fakeManager();
    await installService(manager, usual, { start: false });
    touch(manager.unitFile);
    const text = readFileSync(manager.unitFile, 'utf8');
    manager.told.length = 0;
    const other = { ...usual, dataDirectory: '/srv/class' };
    await expect(installService(manager, other, { start: true })).rejects.toMatchObject({
      code: 'UNIT_NOT_OURS',
    });
    await expect(uninstallService(manager)).rejects.toMatchObject({ code: 'UNIT_NOT_OURS' });
    expect(readFileSync(manager.unitFile, 'utf8')).toBe(text);
    expect(manager.told).toEqual([]);
  });

  it.each([
    ['/root/syncode', '/var/lib/syncode'],
    ['/opt/syncode', '/home/ada/data'],
    ['/opt/syncode', '/srv/a b'],
    ['/opt/syncode', '/srv/%i'],
  ])('refuses program %s with data %s, which systemd could not serve', async (program, dataDirectory) => {
    const manager = fakeManager();
    const place = { ...usual, program, dataDirectory };
    await expect(installService(manager, place, { start: true })).rejects.toMatchObject({
      code: 'UNIT_PATH_NOT_FIT',
    });
    expect(existsSync(manager.unitFile)).toBe(false);
  });
});

describe('service uninstall', () => {
  it('stops the service and removes its unit, once', async () => {
    const manager = fakeManager();
    await installService(manager, usual, { start: false });
    manager.told.length = 0;
    await uninstallService(manager);
    expect(existsSync(manager.unitFile)).toBe(false);
    expect(manager.told).toEqual(['disable --now syncode', 'daemon-reload']);
    await expect(uninstallService(manager)).rejects.toMatchObject({ code: 'UNIT_NOT_FOUND' });
  });
});

it.skipIf(isSystemdRunning())(
  'without systemd both say so, with what to do instead [no systemd here]',
  async () => {
    expectRefusal(
      await runHere(['service', 'install']),
      4,
      process.getuid?.() === 0 ? 'systemd does not run on this machine.' : 'Only root can change services.',
    );
    if (process.getuid?.() === 0)
      expectRefusal(await runHere(['service', 'uninstall']), 3, 'There is no service to remove.');
  },
);

describe('the link to the service manager', () => {
  /** A systemd-notify that writes down what it is told. */
  function fakeNotify(script: string): void {
    const folder = mkdtempSync(path.join(place, 'bin-'));
    writeFileSync(path.join(folder, 'systemd-notify'), `#!/bin/sh\n${script}\n`);
    chmodSync(path.join(folder, 'systemd-notify'), 0o755);
    vi.stubEnv('PATH', `${folder}:${process.env.PATH}`);
  }

  it('tells that the server is ready, then gives signs of life, and tells of its end', async () => {
    const told = path.join(place, 'told');
    writeFileSync(told, '');
    fakeNotify(`echo "$1" >> ${told}`);
    const said: string[] = [];
    const link = linkServiceManager({ isSupervised: true, watchdogMs: 300, say: (line) => said.push(line) });
    link.ready();
    const lines = () => readFileSync(told, 'utf8').trimEnd().split('\n');
    const isAlive = () => lines().filter((line) => line === 'WATCHDOG=1').length >= 3;
    await expect.poll(isAlive, { timeout: 60_000 }).toBe(true);
    link.stopping();
    await expect.poll(() => lines().includes('STOPPING=1'), { timeout: 60_000 }).toBe(true);
    expect(lines()[0]).toBe('READY=1');
    expect(said).toEqual([]);
  }, 150_000);

  it('says once that it cannot tell, and the server goes on', async () => {
    fakeNotify('echo "no socket" >&2; exit 1');
    const said: string[] = [];
    const link = linkServiceManager({ isSupervised: true, watchdogMs: 150, say: (line) => said.push(line) });
    link.ready();
    await expect.poll(() => said.length, { timeout: 60_000 }).toBe(1);
    expect(said[0]).toContain('no socket');
    link.stopping();
  }, 90_000);
});
