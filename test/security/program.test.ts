import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import {
  buildProgram,
  cleanUp,
  newInstallation,
  newPlace,
  rowsOf,
  runHere,
  type Serving,
  serve,
} from '../cli/support.ts';
import { Guest, refusal } from '../interview/support/guest.ts';
import { gather } from '../interview/support/stage.ts';
import { listenersOf, readDials, watchDials } from './support/dials.ts';

/*
 * One life of the built program: everything that has a secret in it is done once, at the most talkative level of the
 * log, some of it in vain and some while the database is broken. Then the tests look at what the program left.
 */
const PASSWORD = 'correct horse battery';
const words = {
  password: PASSWORD,
  wrongPassword: 'wrong horse battery 4711',
  newPassword: 'another good one 4711',
  code: 'print("code of a candidate 4711")',
  typed: 'typed in the editor 4711',
  chat: 'said in the chat 4711',
  queryToken: 'query-token-4711',
  signature: 'signature-4711',
  stdin: 'stdin of a run 4711',
};

let directory: string;
let dialed: string;
let control: string;
let server: Serving;
let listeners: string[];
let exitCode: number | null;
/** What the commands of the operator printed meanwhile. */
let printed = '';
const secrets = new Map<string, string>();
const guests: Guest[] = [];

const post = async (address: string, body: unknown, headers: Record<string, string> = {}) => {
  const answer = await fetch(server.url + address, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { answer, json: JSON.parse((await answer.text()) || '{}') };
};
const operate = async (...args: string[]) => {
  const { code, out, err } = await runHere([...args, '--data-dir', directory]);
  expect(code, err).toBe(0);
  printed += out + err;
  return out;
};
/** Changes a table's name behind the program's back. */
function rename(from: string, to: string): void {
  const database = new Database(path.join(directory, 'syncode.db'), { timeout: 10_000 });
  database.exec(`ALTER TABLE ${from} RENAME TO ${to}`);
  database.close();
}

beforeAll(async () => {
  buildProgram();
  directory = await newInstallation();
  const place = newPlace();
  mkdirSync(place);
  dialed = path.join(place, 'dialed');
  control = path.join(place, 'control');
  const env = { ...watchDials(place, dialed), SYNCODE_LOG_LEVEL: 'debug' };
  server = await serve(['--data-dir', directory], {
    env,
    within: ['sh', '-c', 'umask 000; exec "$@"', 'sh'],
  });
  listeners = listenersOf(server.pid);
  rememberKeys();
  for (const [name, text] of Object.entries(words)) secrets.set(name, text);
  await signInAndOut();
  await meet();
  await resetPassword();
  await askStrangely();
  await failUnexpectedly();
  for (const args of [['status'], ['config', 'show', '--origin'], ['admin', 'list'], ['keys', 'rotate']])
    await operate(...args);
  rememberKeys();
  for (const guest of guests) guest.leave();
  exitCode = await server.end('SIGTERM');
  await operate('config', 'show', '--json');
});
afterAll(cleanUp);

/** Keys in every form in which they could be written. */
function rememberKeys(): void {
  for (const name of readdirSync(path.join(directory, 'keys'))) {
    const { current } = JSON.parse(readFileSync(path.join(directory, 'keys', name), 'utf8'));
    const bytes = Buffer.from(current.secret, 'base64url');
    for (const form of ['base64url', 'base64', 'hex'] as const)
      secrets.set(`${name} ${current.kid} ${form}`, bytes.toString(form));
  }
}

async function signInAndOut(): Promise<void> {
  const body = { username: 'ada', email: 'ada@example.org', password: PASSWORD };
  const made = await post('/auth/register', body);
  expect(made.answer.status).toBe(201);
  keepSignIn('registered', made);
  await post('/auth/login', { identifier: 'ada', password: words.wrongPassword });
  // Typed into the wrong field, as it happens.
  await post('/auth/login', { identifier: words.wrongPassword, password: 'x' });
  const signedIn = await post('/auth/login', { identifier: 'ada', password: PASSWORD });
  const { accessToken, cookie } = keepSignIn('signed in', signedIn);
  const refreshed = await post('/auth/refresh', undefined, { cookie });
  keepSignIn('refreshed', refreshed);
  const authorization = `Bearer ${accessToken}`;
  const passwords = { currentPassword: PASSWORD, newPassword: words.newPassword };
  const changed = await post('/auth/change-password', passwords, { authorization });
  expect(changed.answer.status).toBe(204);
  await post('/auth/logout', undefined, { cookie: keepSignIn('changed', changed).cookie });
}

function keepSignIn(name: string, { answer, json }: Awaited<ReturnType<typeof post>>) {
  const cookie = answer.headers.getSetCookie()[0]?.split(';')[0] ?? '';
  const refreshToken = cookie.split('=')[1] ?? '';
  expect(refreshToken.length, name).toBeGreaterThan(20);
  secrets.set(`refresh token, ${name}`, refreshToken);
  if (json.accessToken) secrets.set(`access token, ${name}`, json.accessToken);
  return { accessToken: json.accessToken as string, cookie };
}

/** A room with two people who type and chat; runs and submissions are refused, there is no execution plane. */
async function meet(): Promise<void> {
  for (const name of ['bob', 'cyd']) guests.push(await new Guest(name, server.url).register());
  const [bob, cyd] = guests as [Guest, Guest];
  const { room, tabs } = await gather(bob, [cyd]);
  const { roomId } = room;
  const joined = await cyd.join(room);
  secrets.set('collab token', joined.collab.token);
  await tabs[1]?.type(words.typed);
  tabs[1]?.connection.sendChat({ text: words.chat });
  await tabs[0]?.hears('chat-message-created');
  await bob.advance(roomId, 'warmup');
  const source = { language: 'python', code: words.code } as const;
  const run = { params: { roomId }, body: { ...source, stdin: words.stdin } };
  expect(await refusal(cyd.api.call('POST /rooms/{roomId}/run', run))).toContain('503');
  const socket = new WebSocket(`${server.url.replace('http', 'ws')}/collab?token=${words.queryToken}`);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(
    Buffer.concat([
      Buffer.from([36]),
      Buffer.from(roomId),
      Buffer.from([2, 0, 12]),
      Buffer.from('wrong-4711-x'),
    ]),
  );
  secrets.set('wrong collab token', 'wrong-4711-x');
  await new Promise((resolve) => socket.once('close', resolve));
}

async function resetPassword(): Promise<void> {
  await post('/auth/forgot-password', { email: 'ada@example.org' });
  const find = () => rowsOf(directory, 'SELECT link FROM mails WHERE link IS NOT NULL');
  await vi.waitFor(() => expect(find()).toHaveLength(1), { timeout: 30_000, interval: 50 });
  const out = await runHere(['admin', 'reset-link', 'ada', '--data-dir', directory]);
  const token = /#([\w-]{43})/.exec(out.out)?.[1] ?? '';
  expect(token).not.toBe('');
  secrets.set('reset token', token);
  await post('/auth/reset-password', { token, newPassword: 'short' });
  const reset = await post('/auth/reset-password', { token, newPassword: `${words.newPassword}!` });
  expect(reset.answer.status).toBe(204);
}

/** Secrets where they do not belong. */
async function askStrangely(): Promise<void> {
  const { password, queryToken, signature } = words;
  await fetch(`${server.url}/files/avatars/x?sig=${signature}`);
  await fetch(`${server.url}/auth/login?token=${queryToken}&password=${encodeURIComponent(password)}`);
  await fetch(`${server.url}/${queryToken}`);
  await fetch(`${server.url}/users/me`, {
    headers: { authorization: `Bearer ${queryToken}`, cookie: `refreshToken=${queryToken}` },
  });
  await fetch(`${server.url}/internal/collab/health`, { headers: { 'x-internal-secret': signature } });
  await post('/auth/login', { identifier: 'ada', passwort: words.newPassword });
  await fetch(`${server.url}/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: `{"password":"${words.newPassword}"`,
  });
}

/** What fails inside while secrets are at hand. */
async function failUnexpectedly(): Promise<void> {
  const fails = async (address: string, body: unknown) =>
    expect([address, (await post(address, body)).answer.status]).toEqual([address, 500]);
  rename('logins', 'logins_gone');
  await fails('/auth/register', { username: 'dan', email: 'dan@example.org', password: words.newPassword });
  await fails('/auth/login', { identifier: 'bob', password: PASSWORD });
  rename('logins_gone', 'logins');
  rename('reset_tokens', 'tokens_gone');
  await fails('/auth/reset-password', {
    token: `${words.signature.repeat(3)}`,
    newPassword: words.newPassword,
  });
  rename('tokens_gone', 'reset_tokens');
}

const logged = () => {
  const folder = path.join(directory, 'log');
  const files = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8'));
  return [server.said(), ...files].join('\n');
};
const found = (text: string) =>
  [...secrets].filter(([, secret]) => text.includes(secret)).map(([name]) => name);

describe('the log of the program', () => {
  it('at its most talkative has all that happened, and none of the secrets [S13]', () => {
    expect(exitCode).toBe(0);
    const text = logged();
    for (const said of [
      '"operation":"login"',
      '"operation":"refreshSession"',
      '"operation":"resetPassword"',
      '"level":"error"',
      'no such table',
      '/auth/change-password',
    ])
      expect(text).toContain(said);
    expect(secrets.size).toBeGreaterThan(30);
    expect(found(text)).toEqual([]);
  });

  it('this test would see them: it finds every one in a line that has it [S13]', () => {
    for (const [name, secret] of secrets) expect(found(`{"msg":"${secret}"}`)).toContain(name);
  });

  it('and what is stored of it for the operator have none either [S13]', () => {
    const audit = JSON.stringify(rowsOf(directory, 'SELECT * FROM audit_log'));
    expect(audit).toContain('auth.password_reset');
    expect(found(audit)).toEqual([]);
    const jobs = JSON.stringify(
      ['jobs', 'reset_requests', 'mails'].map((table) => rowsOf(directory, `SELECT * FROM ${table}`)),
    );
    expect(found(jobs)).toEqual([]);
  });
});

describe('what commands print', () => {
  it('is no key and no token, of settings, status, accounts and rotated keys [S34]', () => {
    expect(printed).toContain('server.publicUrl');
    expect(found(printed)).toEqual([]);
  });
});

describe('files of the program', () => {
  it('are open to nobody but their owner after a whole life, whatever the umask [S33]', () => {
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    expect(names).toContain('log/syncode.log');
    for (const name of ['', ...names]) {
      const mode = statSync(path.join(directory, name)).mode & 0o077;
      expect([name, mode]).toEqual([name, 0]);
    }
  });
});

describe('the network', () => {
  it('is listened to on loopback, at one port, unless told otherwise [S36]', () => {
    const port = server.port.toString(16).toUpperCase().padStart(4, '0');
    const littleEndian = '0100007F';
    expect(listeners).toEqual([`${littleEndian}:${port}`]);
  });

  it('is not dialled by the program, for whatever reason: no telemetry, no look-up of names [S36] [S21]', () => {
    // The address that it was told to listen on is looked up; that is no question to anybody.
    expect(readDials(dialed).filter((line) => line !== 'name 127.0.0.1')).toEqual([]);
  });

  it('this test would see it: a connection, a datagram and a look-up of a name are noted [S36]', () => {
    const env = watchDials(path.dirname(control), control);
    const dial = `
      require('node:net').connect({ host: '127.0.0.1', port: 9 }).on('error', () => {});
      const socket = require('node:dgram').createSocket('udp4');
      socket.send('x', 9, '127.0.0.2', () => socket.close());
      require('node:dns').lookup('somebody.invalid', () => {});`;
    const { status } = spawnSync(process.execPath, ['-e', dial], { env: { ...process.env, ...env } });
    expect(status).toBe(0);
    expect(readDials(control)).toEqual(
      expect.arrayContaining(['2 127.0.0.1 9', '2 127.0.0.2 9', 'name somebody.invalid']),
    );
  });
});
