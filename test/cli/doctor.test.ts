import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { examineInstallation } from '../../src/server/doctor.ts';
import { examineAddress, examineReach } from '../../src/server/doctor-address.ts';
import { fixInstallation } from '../../src/server/doctor-fixes.ts';
import { checkClock } from '../../src/server/doctor-machine.ts';
import type { Finding } from '../../src/server/finding.ts';
import { findSecrets } from '../../src/server/secret-files.ts';
import { buildProgram, cleanUp, newInstallation, root } from './support.ts';

vi.setConfig({ testTimeout: 300_000 });
beforeAll(buildProgram);
const place = mkdtempSync(path.join(tmpdir(), 'syncode-doctor-'));
afterAll(() => {
  cleanUp();
  rmSync(place, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;
const configWith = (flags: Record<string, unknown>) => loadConfig({ flags }).config;

async function findingOf(directory: string, check: string): Promise<Finding | undefined> {
  return (await examineInstallation(directory, configWith({}))).find((finding) => finding.check === check);
}

describe('the doctor looks at a data directory', () => {
  it('and finds a new one good', async () => {
    const findings = await examineInstallation(await newInstallation(), configWith({}));
    const bad = findings.filter(({ state }) => state === 'fail');
    expect(bad).toEqual([]);
    expect(findings.map(({ check }) => check)).toEqual(
      expect.arrayContaining(['data directory', 'keys', 'database', 'foreign keys', 'migrations', 'backup']),
    );
    for (const { state, remedy } of findings) expect(remedy === null).toBe(state === 'ok');
  });

  it.each([
    ['.', 0o755],
    ['config.toml', 0o644],
    ['keys', 0o750],
    ['syncode.db', 0o604],
  ])('that %s with mode %o is open to others, which --fix mends', async (name, mode) => {
    const directory = await newInstallation();
    const file = path.resolve(directory, name);
    chmodSync(file, mode);
    expect(await findingOf(directory, 'data directory')).toMatchObject({ state: 'fail' });
    expect(fixInstallation(directory)).toContainEqual(expect.stringContaining(`closed ${file} to others`));
    expect(statSync(file).mode & 0o777).toBe(mode & 0o700);
    expect(await findingOf(directory, 'data directory')).toMatchObject({ state: 'ok' });
    expect(fixInstallation(directory)).toEqual([]);
  });

  it.runIf(isRoot)('that files of somebody else lie in it [root only]', async () => {
    const directory = await newInstallation();
    const file = path.join(directory, 'backups', 'copy.db');
    writeFileSync(file, 'x', { mode: 0o600 });
    chownSync(file, 12345, 12345);
    expect(await findingOf(directory, 'data directory')).toMatchObject({
      state: 'fail',
      detail: expect.stringContaining('backups/copy.db'),
      remedy: expect.stringMatching(/^chown -R /),
    });
  });

  it('how old the newest backup is', async () => {
    const directory = await newInstallation();
    expect(await findingOf(directory, 'backup')).toMatchObject({ state: 'ok', detail: /^none yet/ });
    const file = path.join(directory, 'backups', 'class.tar.gz');
    writeFileSync(file, 'x', { mode: 0o600 });
    const tenDaysAgo = Date.now() / 1000 - 10 * 86_400;
    utimesSync(file, tenDaysAgo, tenDaysAgo);
    expect(await findingOf(directory, 'backup')).toMatchObject({
      state: 'warning',
      detail: 'the newest is 10 days old (class.tar.gz)',
    });
  });

  it('what is left of commands that were killed goes with --fix, what is new stays', async () => {
    const directory = await newInstallation();
    const old = path.join(directory, 'tmp', 'old');
    const young = path.join(directory, 'tmp', 'young');
    for (const file of [old, young]) writeFileSync(file, 'x', { mode: 0o600 });
    const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
    utimesSync(old, twoDaysAgo, twoDaysAgo);
    rmSync(path.join(directory, 'backups'), { recursive: true });
    expect(fixInstallation(directory)).toEqual([
      `made the folder ${path.join(directory, 'backups')}`,
      expect.stringContaining(`removed ${old}`),
    ]);
    expect([existsSync(old), existsSync(young)]).toEqual([false, true]);
  });
});

describe('the clock', () => {
  const now = Date.parse('2026-09-01T08:00:00Z');
  const day = 86_400_000;
  it.each([
    ['is right', now - day, now - 1000, 'ok'],
    ['is behind the program', now + 2 * day, null, 'fail'],
    ['is behind the last entry of the log', now - day, now + 3_600_000, 'fail'],
  ])('%s', (_, program, last, state) => {
    // Where systemd says that nobody keeps it right, that is a warning of its own.
    expect([state, state === 'ok' ? 'warning' : state]).toContain(checkClock(now, program, last).state);
  });
});

describe('the address', () => {
  const states = (flags: Record<string, unknown>) =>
    examineAddress(configWith(flags)).map(({ check, state }) => `${check} ${state}`);
  const https = { 'server.publicUrl': 'https://syncode.example.org' };

  it('that others reach without a public URL fails, plain http warns, a proxy that is not believed too', () => {
    expect(states({ 'server.host': '0.0.0.0' })).toEqual(['address fail']);
    expect(states({ 'server.publicUrl': 'http://syncode.example.org' })).toContain('address warning');
    expect(states(https)).toContain('proxy warning');
    expect(states({ ...https, 'server.trustedProxies': ['127.0.0.1'] })).toContain('proxy ok');
  });

  it('is asked whether it leads to a server of this kind', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/health') response.setHeader('x-api-version', '1.0');
      response.end('{}');
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    const reach = (publicUrl: string) => examineReach(configWith({ 'server.publicUrl': publicUrl }));
    expect(await reach(`http://127.0.0.1:${port}`)).toMatchObject([{ state: 'ok' }]);
    server.removeAllListeners('request').on('request', (_, response) => response.end('hello'));
    expect(await reach(`http://127.0.0.1:${port}`)).toMatchObject([
      { state: 'warning', detail: expect.stringContaining('answered by something else') },
    ]);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    const closed = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => closed.once('listening', resolve));
    const { port: nobody } = closed.address() as { port: number };
    await new Promise((resolve) => closed.close(resolve));
    expect(await reach(`http://127.0.0.1:${nobody}`)).toMatchObject([
      { state: 'warning', detail: expect.stringContaining('nothing listens there') },
    ]);
    expect(await reach('')).toEqual([]);
  });
});

describe('files that look like secrets [S24]', () => {
  it('are found where everybody may read them; certificates and samples are not', () => {
    const folder = path.join(place, 'local');
    mkdirSync(path.join(folder, 'deep/er'), { recursive: true });
    const put = (name: string, text: string, mode = 0o644) => {
      writeFileSync(path.join(folder, name), text);
      chmodSync(path.join(folder, name), mode);
    };
    put('deep/er/server.pem', '-----BEGIN EC PRIVATE KEY-----\n');
    put('cacert.pem', '-----BEGIN CERTIFICATE-----\n');
    put('deep/.env', 'PASSWORD=x');
    put('.env.example', 'PASSWORD=');
    put('id_ed25519', 'x', 0o600);
    symlinkSync('/etc', path.join(folder, 'link'));
    const { files, isWhole } = findSecrets(folder);
    expect(files.sort()).toEqual([path.join(folder, 'deep/.env'), path.join(folder, 'deep/er/server.pem')]);
    expect(isWhole).toBe(true);
    expect(findSecrets(path.join(place, 'nothing'))).toEqual({ files: [], isWhole: true });
  });
});

describe.runIf(isRoot)('root on the data directory of another user [root only]', () => {
  it('is told that the program cannot be read by that user, where it lies in a closed folder', async () => {
    const home = mkdtempSync(path.join(place, 'home-'));
    const copy = path.join(home, 'syncode');
    mkdirSync(copy);
    for (const name of ['bin', 'dist', 'migrations', 'package.json'])
      cpSync(path.join(root, name), path.join(copy, name), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    const directory = await newInstallation();
    execFileSync('chown', ['-R', '12345:12345', directory]);
    for (const words of [['doctor'], ['languages'], ['status']]) {
      const { exitCode, stdout, stderr } = await execa(
        path.join(copy, 'bin/syncode'),
        [...words, '--data-dir', directory],
        { reject: false },
      );
      expect({ exitCode, stdout }, stderr).toEqual({ exitCode: 1, stdout: '' });
      const who = `uid 12345, the owner of ${directory}.`;
      expect(stderr).toContain(`The program in ${copy} cannot be read by ${who}`);
      expect(stderr).toContain('/opt/syncode');
      expect(stderr).not.toContain('not been built');
    }
  }, 600_000);
});
