import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Person } from '../../src/cli/demo/person.ts';
import {
  auditOf,
  buildProgram,
  call,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  runHere,
  type Serving,
  serve,
} from './support.ts';

vi.setConfig({ testTimeout: 300_000 });

// One server for all: it is asked in this process, from the sources, as the built program would ask it.
let directory: string;
let server: Serving;
const people: Person[] = [];
beforeAll(async () => {
  buildProgram();
  directory = await newInstallation();
  server = await serve(['--data-dir', directory]);
});
afterAll(async () => {
  for (const person of people) person.leave();
  await server.end('SIGTERM');
  cleanUp();
});

const here = (...words: string[]) => runHere([...words, '--data-dir', directory]);

async function register(username: string): Promise<Person> {
  const signIn = { username, email: `${username}@example.org`, password: 'correct horse' };
  const person = new Person(username, signIn, server.url);
  await person.register();
  people.push(person);
  return person;
}

async function signIn(username: string) {
  const body = { identifier: username, password: 'correct horse' };
  const answer = await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(200);
  const { accessToken } = (await answer.json()) as { accessToken: string };
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  return { token: accessToken, cookie };
}

const me = async (token: string) => (await call(server, 'GET', '/users/me', { token })).status;
const kidOf = (token: string) =>
  JSON.parse(Buffer.from(token.split('.')[0] ?? '', 'base64url').toString()).kid as string;
const cliAudit = () =>
  auditOf(directory)
    .map(({ action }) => action)
    .filter((action) => action.startsWith('cli.'));

describe('status and health', () => {
  it('tell of people on line, rooms, queue, storage and sandbox', async () => {
    const host = await register('hostess');
    const body = { mode: 'peer', name: 'Practice', language: 'python' } as const;
    const { roomId, roomCode } = await host.api.call('POST /rooms', { body });
    await host.enter(roomId, roomCode ?? '');
    const status = documentOf(await here('status', '--json'));
    expect(status).toMatchObject({
      directory,
      pid: server.pid,
      url: server.url,
      port: server.port,
      planes: ['control', 'collab'],
      usersOnline: 1,
      connections: 1,
      rooms: { open: 1, live: 1 },
      queue: { waiting: 0, running: 0 },
      storage: 'ok',
      sandbox: { state: 'disabled' },
      lastBackup: null,
    });
    expect(status.walBytes).toBeGreaterThan(0);
    const { out, code } = await here('status');
    expect(code).toBe(0);
    expect(out).toMatch(/^on line +1 people, 1 connections$/m);
    expect(out).toMatch(/^sandbox +this server runs no programs$/m);
    expect(out).toMatch(/^last backup +none in the folder backups$/m);
  });

  it('health is ok, with the state of every part', async () => {
    expect(await here('health')).toMatchObject({ code: 0, out: 'ok\n', err: '' });
    expect(documentOf(await here('health', '--json'))).toMatchObject({
      status: 'ok',
      services: { database: 'ok', storage: 'ok', execution: 'disabled' },
    });
  });
});

describe('admin logout', () => {
  it('refuses tokens and closes sockets at once, is audited, and lets people sign in again', async () => {
    const eve = await register('eve');
    const { token } = await signIn('eve');
    const body = { mode: 'peer', name: 'Practice', language: 'python' } as const;
    const { roomId, roomCode } = await eve.api.call('POST /rooms', { body });
    await eve.enter(roomId, roomCode ?? '');
    const audited = cliAudit().length;
    const outcome = await here('admin', 'logout', 'eve@example.org');
    expect(outcome).toMatchObject({ code: 0, out: 'eve is signed out everywhere (2 logins).\n' });
    expect(await me(token)).toBe(401);
    await expect.poll(() => eve.connection.state.status, { timeout: 20_000 }).not.toBe('live');
    expect(cliAudit().slice(audited)).toEqual(['cli.user.logout']);
    expect(documentOf(await here('admin', 'logout', 'eve', '--json'))).toMatchObject({ ended: 0 });
    expect(cliAudit().slice(audited)).toEqual(['cli.user.logout']);
    expect(await me((await signIn('eve')).token)).toBe(200);
    expectRefusal(await here('admin', 'logout', 'nobody'), 3, 'There is no user nobody.');
  });
});

describe('keys rotate [S8]', () => {
  const keyFile = (purpose: string) => path.join(directory, 'keys', `${purpose}.json`);

  it('signs with new keys at once, and what the old ones have signed stays good', async () => {
    await register('ada');
    const before = await signIn('ada');
    const identifiers = readFileSync(keyFile('identifiers'), 'utf8');
    const { keys } = documentOf(await here('keys', 'rotate', '--json')) as {
      keys: { purpose: string; kid: string }[];
    };
    expect(keys.map(({ purpose }) => purpose)).toEqual(['access', 'refresh', 'collab', 'files']);
    expect(await me(before.token)).toBe(200);
    const after = await signIn('ada');
    expect(kidOf(after.token)).toBe(keys[0]?.kid);
    expect(kidOf(after.token)).not.toBe(kidOf(before.token));
    const refreshed = await fetch(`${server.url}/auth/refresh`, {
      method: 'POST',
      headers: { cookie: before.cookie },
    });
    expect(refreshed.status).toBe(200);
    expect(statSync(keyFile('access')).mode & 0o777).toBe(0o600);
    expect(readFileSync(keyFile('identifiers'), 'utf8')).toBe(identifiers);
    expect(cliAudit().at(-1)).toBe('cli.keys.rotate');
  });

  it('is refused while the keys before are in use, and changes nothing; --yes makes their tokens worthless', async () => {
    const files = ['access', 'refresh', 'collab', 'files'].map((purpose) =>
      readFileSync(keyFile(purpose), 'utf8'),
    );
    const { token } = await signIn('ada');
    const outcome = await here('keys', 'rotate');
    expectRefusal(outcome, 4, 'The keys were not changed.', 'would have to sign in again', 'add --yes');
    expect(
      ['access', 'refresh', 'collab', 'files'].map((purpose) => readFileSync(keyFile(purpose), 'utf8')),
    ).toEqual(files);
    const rotated = await here('keys', 'rotate', '--purpose', 'access', '--yes');
    expect(rotated.out).toMatch(/^KEY +FOR +NEW ID +OLD ONE ACCEPTED UNTIL\naccess +access tokens/);
    expect(await me(token)).toBe(200);
    expect((await here('keys', 'rotate', '--purpose', 'access', '--yes')).code).toBe(0);
    expect(await me(token)).toBe(401);
    expectRefusal(await here('keys', 'rotate', '--purpose', 'doors'), 2, 'access, refresh, collab');
  });
});

describe('logs', () => {
  it('shows the file of a server without systemd, by severity, time and number of lines', async () => {
    const all = await here('logs');
    expect(all.code, all.err).toBe(0);
    const stored = readFileSync(path.join(directory, 'log', 'syncode.log'), 'utf8')
      .trimEnd()
      .split('\n');
    expect(all.out.trimEnd().split('\n').length).toBeLessThanOrEqual(stored.length);
    const lines = (await here('logs', '--json', '--lines', '1')).out.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({
      v: 1,
      level: expect.any(String),
      time: expect.any(String),
    });
    expect(await here('logs', '--level', 'fatal')).toMatchObject({ code: 0, out: '' });
    expect(await here('logs', '--since', '2100-01-01')).toMatchObject({ code: 0, out: '' });
    expect((await here('logs', '--since', '1d')).out).toBe(all.out);
    expectRefusal(await here('logs', '--since', 'yesterday'), 2, '30m, 2h, 3d');
    expectRefusal(await here('logs', '--level', 'loud'), 2, 'debug, info, warn');
    expectRefusal(await here('logs', '--lines', '-1'), 2, 'a number up to');
  });

  it('holds no token and no cookie of what has happened here [S13]', () => {
    const text = readFileSync(path.join(directory, 'log', 'syncode.log'), 'utf8');
    expect(text).not.toMatch(/eyJ[\w-]{20,}|refreshToken=|correct horse/);
    expect(statSync(path.join(directory, 'log', 'syncode.log')).mode & 0o777).toBe(0o600);
  });
});
