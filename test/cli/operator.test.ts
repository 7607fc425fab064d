import { once } from 'node:events';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Person } from '../../src/cli/demo/person.ts';
import {
  auditOf,
  buildProgram,
  call,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  newPlace,
  rowsOf,
  run,
  runHere,
  type Serving,
  serve,
} from './support.ts';

beforeAll(buildProgram);
afterAll(cleanUp);

const as = (user: string) => ({ env: { SUDO_USER: user } });

async function createUser(directory: string, username: string): Promise<string> {
  const args = ['admin', 'create', '--email', `${username}@example.org`, '--username', username, '--json'];
  const document = documentOf(await run([...args, '--data-dir', directory], as('grace')));
  expect(document).toMatchObject({ username, role: 'user', email: `${username}@example.org` });
  return String(document.generatedPassword);
}

async function signIn(server: Serving, identifier: string, password: string): Promise<string> {
  const { status, body } = await call(server, 'POST', '/auth/login', { body: { identifier, password } });
  expect(status, JSON.stringify(body)).toBe(200);
  return String(body.accessToken);
}

/** Waits until something is so, for a second at most. */
async function within1s<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  const until = Date.now() + 1000;
  let answer = await ask();
  while (!isSo(answer) && Date.now() < until) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await ask();
  }
  return answer;
}

/** The commands of one account's life, the same with and without a server. */
async function liveOneLife(directory: string): Promise<void> {
  const at = ['--data-dir', directory];
  const admin = (...words: string[]) => run(['admin', ...words, ...at], as('grace'));
  await createUser(directory, 'mallory');
  expect(await admin('ban', 'mallory@example.org', '--reason', 'shares solutions')).toMatchObject({
    code: 0,
    out: 'mallory is banned.\n',
  });
  expect(rowsOf(directory, 'SELECT banned_reason AS reason FROM users')).toEqual([
    { reason: 'shares solutions' },
  ]);
  const again = await admin('ban', 'MALLORY', '--reason', 'shares solutions');
  expect(again.out).toBe('mallory was banned already; nothing changed.\n');
  const [row] = rowsOf(directory, "SELECT id FROM users WHERE username = 'mallory'");
  expect(documentOf(await admin('unban', String(row?.id), '--json'))).toEqual({
    v: 1,
    userId: row?.id,
    username: 'mallory',
    changed: true,
  });
  expect((await admin('unban', 'mallory')).out).toBe('mallory was not banned; nothing changed.\n');
  const seeded = documentOf(await run(['seed', '--json', ...at], as('grace')));
  expect(seeded.problems).toContainEqual(expect.objectContaining({ outcome: 'created' }));
  const verbs = auditOf(directory).filter(({ action }) => action.startsWith('cli.'));
  expect(verbs).toEqual(
    ['create', 'ban', 'unban'].map((verb) => ({
      action: `cli.user.${verb}`,
      osUser: 'grace',
      target: row?.id,
      actor: null,
    })),
  );
}

/** What is refused is refused in words, and leaves no trace. */
async function refuseAll(directory: string): Promise<void> {
  const admin = (...words: string[]) => runHere(['admin', ...words, '--data-dir', directory]);
  const audited = auditOf(directory);
  expectRefusal(await admin('reset-link', 'mallory'), 3, 'No reset link is waiting for this user');
  expectRefusal(
    await admin('unban', 'nobody'),
    3,
    'There is no user nobody.',
    'mail address, username or id',
  );
  const order = ['create', '--username', 'mallory2', '--generate-password', '--email'];
  expectRefusal(await admin(...order, 'Mallory@Example.org'), 4, 'This email address is in use.');
  expectRefusal(await admin(...order.with(2, 'MALLORY'), 'other@example.org'), 4, 'This username is in use.');
  expectRefusal(await admin('ban', ''), 2, 'user: it must not be empty.');
  expectRefusal(
    await admin('ban', 'mallory', '--reason', 'x'.repeat(501)),
    2,
    'reason: it must have at most 500 characters.',
  );
  expect(auditOf(directory)).toEqual(audited);
}

describe('commands that change data', () => {
  it('act without a server, each audited with the name of the system user', async () => {
    const directory = await newInstallation();
    await liveOneLife(directory);
    await refuseAll(directory);
    const again = await run(['seed', '--data-dir', directory]);
    expect(again.out).toMatch(/^PROBLEM +PACKAGE +RESULT\n.+there already\n/);
  }, 90_000);

  it('act the same through a running server', async () => {
    const directory = await newInstallation();
    const server = await serve(['--data-dir', directory]);
    await liveOneLife(directory);
    expect(await server.end('SIGTERM')).toBe(0);
  }, 90_000);

  it('need a data directory', async () => {
    const directory = newPlace();
    for (const args of [
      ['admin', 'ban', 'x'],
      ['seed'],
      ['migrate'],
      ['migrate', 'status'],
      ['config', 'validate'],
    ])
      expectRefusal(await runHere([...args, '--data-dir', directory]), 3, 'There is no data directory');
    expect(existsSync(directory)).toBe(false);
  });
});

describe('on a running server', () => {
  let directory: string;
  let server: Serving;
  beforeAll(async () => {
    directory = await newInstallation();
    server = await serve(['--data-dir', directory]);
  });
  afterAll(() => server.end('SIGTERM'));

  it('a ban ends logins and refuses tokens within a second; unbanned, the user signs in again', async () => {
    const password = await createUser(directory, 'mallory');
    const token = await signIn(server, 'mallory', password);
    const me = () => call(server, 'GET', '/users/me', { token });
    expect((await me()).status).toBe(200);
    expect((await run(['admin', 'ban', 'mallory', '--data-dir', directory])).code).toBe(0);
    const refused = await within1s(me, ({ status }) => status !== 200);
    expect(refused).toMatchObject({ status: 403, body: { code: 'USER_BANNED' } });
    const body = { identifier: 'mallory', password };
    expect((await call(server, 'POST', '/auth/login', { body })).status).toBe(403);
    expect((await run(['admin', 'unban', 'mallory', '--data-dir', directory])).code).toBe(0);
    // The login that the ban ended stays ended.
    expect((await me()).status).toBe(401);
    await signIn(server, 'mallory', password);
  });

  it("a ban closes the sockets of the user within a second, and nobody else's", async () => {
    const person = (username: string) =>
      new Person(
        username,
        { username, email: `${username}@example.org`, password: 'correct horse' },
        server.url,
      );
    const [host, guest] = [person('host'), person('eve')];
    for (const one of [host, guest]) await one.register();
    const body = { mode: 'peer', name: 'Practice', language: 'python' } as const;
    const { roomId, roomCode } = await host.api.call('POST /rooms', { body });
    for (const one of [host, guest]) await one.enter(roomId, roomCode ?? '');
    const state = async () => guest.connection.state;
    expect((await state()).status).not.toBe('ended');
    expect((await run(['admin', 'ban', 'eve', '--data-dir', directory])).code).toBe(0);
    const ended = await within1s(state, ({ status }) => status === 'ended');
    expect(ended).toEqual({ status: 'ended', reason: 'forbidden' });
    expect(host.connection.state.status).not.toBe('ended');
    for (const one of [host, guest]) one.leave();
  });

  it('a reset link is shown, each look audited, and opens the account once', async () => {
    const old = await createUser(directory, 'bob');
    await call(server, 'POST', '/auth/forgot-password', { body: { email: 'bob@example.org' } });
    const look = (...words: string[]) =>
      run(['admin', 'reset-link', 'bob', '--data-dir', directory, ...words], as('grace'));
    let shown = await look();
    for (let round = 0; shown.code === 3 && round < 20; round++) shown = await look();
    expect(shown.code, shown.err).toBe(0);
    const [, link = '', until] =
      /^(\S+)\nFor bob, to be used once, until (\d{4}-\d\d-\d\d \d\d:\d\d UTC)\.\n$/.exec(shown.out) ?? [];
    expect(until).toBeDefined();
    expect(link.startsWith(`${server.url}/`)).toBe(true);
    expect(documentOf(await look('--json'))).toEqual({
      v: 1,
      username: 'bob',
      link,
      expiresAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.+Z$/),
    });
    const token = link.slice(link.indexOf('#') + 1);
    const looks = auditOf(directory).filter(({ action }) => action === 'cli.user.reset_link');
    expect(looks).toHaveLength(2);
    expect(JSON.stringify(rowsOf(directory, 'SELECT * FROM audit_log'))).not.toContain(token);
    expect(server.said()).not.toContain(token);
    const body = { token, newPassword: 'a better horse' };
    expect((await call(server, 'POST', '/auth/reset-password', { body })).status).toBe(204);
    await signIn(server, 'bob', 'a better horse');
    const former = { identifier: 'bob', password: old };
    expect((await call(server, 'POST', '/auth/login', { body: former })).status).toBe(401);
    expectRefusal(await look(), 3, 'No reset link is waiting');
  });
});

/** Sends bytes to a server's control socket and gives all that comes back. */
async function tell(directory: string, ...parts: (string | Buffer)[]): Promise<string> {
  const socket = connect(path.join(directory, 'syncode.sock'));
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return answer;
}

describe('the control socket', () => {
  let directory: string;
  let server: Serving;
  beforeAll(async () => {
    directory = await newInstallation();
    server = await serve(['--data-dir', directory]);
  });

  const request = (command: string, args: unknown, rest: object = {}) =>
    `${JSON.stringify({ v: 1, command, args, osUser: 'test', ...rest })}\n`;

  it('is open to nobody but the owner [S33]', () => {
    expect(statSync(path.join(directory, 'syncode.sock')).mode & 0o777).toBe(0o600);
  });

  it.each([
    ['no JSON', 'hello\n'],
    ['an empty line', '\n'],
    ['another version', '{"v":2,"command":"seed","args":{},"osUser":"x"}\n'],
    ['more than was asked for', request('seed', { force: false }, { extra: 1 })],
    ['a name that is everywhere', request('constructor', {})],
    ['an unknown command', request('elephants', {})],
    ['wrong arguments', request('admin.ban', { user: 5 })],
    ['arguments that are none', request('admin.ban', { user: 'x', reason: null, __proto__: 1, more: 1 })],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x00, 0x0a])],
    ['something oversized', `${'x'.repeat(300 * 1024)}\n`],
    ['something oversized without an end', 'x'.repeat(1024 * 1024)],
  ])('answers %s with a refusal and goes on', async (_, line) => {
    const answer = JSON.parse(await tell(directory, line));
    expect(answer).toMatchObject({ v: 1, ok: false, error: { status: 400 } });
    expect(JSON.stringify(answer)).not.toMatch(/ at |Error|expected/);
    expect((await call(server, 'GET', '/health')).status).toBe(200);
  });

  it('takes a line in pieces', async () => {
    const line = Buffer.from(request('admin.unban', { user: 'nöbody' }));
    const cut = line.indexOf(0xb6);
    const socket = connect(path.join(directory, 'syncode.sock'));
    socket.write(line.subarray(0, cut));
    await new Promise((resolve) => setTimeout(resolve, 50));
    socket.write(line.subarray(cut));
    const [answer] = await once(socket, 'data');
    expect(JSON.parse(String(answer)).error).toMatchObject({
      code: 'USER_NOT_FOUND',
      message: 'There is no user nöbody',
    });
    socket.destroy();
  });

  it('is not held up by callers who say half a line, or nothing', async () => {
    const idle = Array.from({ length: 8 }, (_, index) => {
      const socket = connect(path.join(directory, 'syncode.sock'));
      if (index % 2 === 0) socket.write('{"v":1,');
      return socket;
    });
    await Promise.all(idle.map((socket) => once(socket, 'connect')));
    expectRefusal(
      await run(['admin', 'unban', 'nobody', '--data-dir', directory]),
      3,
      'There is no user nobody.',
    );
    for (const socket of idle) socket.on('error', () => {});
    // They do not hold up the end of the server either.
    expect(await server.end('SIGTERM')).toBe(0);
    for (const socket of idle) socket.destroy();
  });
});

describe('what answers in place of a server', () => {
  async function answering(answer: string | null) {
    const directory = await newInstallation();
    const server = createServer((socket) => {
      socket.once('data', () => (answer === null ? socket.destroy() : socket.end(answer)));
      socket.on('error', () => {});
    });
    server.listen(path.join(directory, 'syncode.sock'));
    await once(server, 'listening');
    const outcome = await runHere(['admin', 'ban', 'x', '--data-dir', directory]);
    server.close();
    return outcome;
  }

  it.each([
    ['nothing', null, 'The running server did not answer.'],
    ['half a line', '{"v":1,"ok"', 'The running server did not answer.'],
    ['no JSON', 'hello\n', 'does not speak its language'],
    ['JSON of another kind', '{"v":2,"ok":true}\n', 'does not speak its language'],
    ['too much', 'x'.repeat(300 * 1024), 'does not speak its language'],
  ])('%s: is told in words', async (_, answer, text) => {
    expectRefusal(await answering(answer), 1, text);
  });

  it('a file that is no socket: the command is carried out on the database', async () => {
    const directory = await newInstallation();
    writeFileSync(path.join(directory, 'syncode.sock'), '');
    await createUser(directory, 'bob');
  });

  it('a path too long for a socket is refused with a remedy, by every command', async () => {
    const directory = path.join(newPlace(), 'x'.repeat(100));
    mkdirSync(path.join(directory, 'keys'), { recursive: true, mode: 0o700 });
    for (const args of [['admin', 'ban', 'x'], ['serve']])
      expectRefusal(
        await runHere([...args, '--data-dir', directory]),
        2,
        /at most 107 bytes/,
        'Use a data directory with a shorter path',
      );
  });
});
