import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  buildProgram,
  call,
  cleanUp,
  expectNoRawError,
  expectRefusal,
  newInstallation,
  newPlace,
  run,
  type Serving,
  serve,
} from './support.ts';

// Every test starts servers of its own, which takes a busy machine long.
vi.setConfig({ testTimeout: 300_000 });
beforeAll(buildProgram);
afterAll(cleanUp);

const tryServe = (directory: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  run(['serve', '--planes', 'control', '--port', '0', '--data-dir', directory, ...args], { env });

/** Sends bytes of a request; `answered` is its status, 0 when the connection ended without one. */
async function send(server: Serving, text: string): Promise<{ answered: Promise<number> }> {
  const socket = connect(server.port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('error', () => {});
  const answered = new Promise<number>((resolve) =>
    socket.once('close', () => resolve(Number(/^HTTP\/1\.1 (\d+)/.exec(answer)?.[1] ?? 0))),
  );
  await new Promise<void>((resolve) => socket.write(text, () => resolve()));
  return { answered };
}

/** Everything sent before has been read by the server: two rounds of its event loop are over. */
async function settle(server: Serving): Promise<void> {
  for (const _ of [1, 2]) await call(server, 'GET', '/health');
}

const post = (body: string, length = body.length) =>
  `POST /auth/login HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n${body}`;

/** Sign-ins under way, of which each costs a hash: the server works on them for a while. */
async function signIns(server: Serving, count: number): Promise<Promise<number>[]> {
  const answers: Promise<number>[] = [];
  for (let index = 0; index < count; index++) {
    const body = JSON.stringify({ identifier: `nobody${index}`, password: 'wrong horse' });
    answers.push((await send(server, post(body))).answered);
  }
  await settle(server);
  return answers;
}

/** What a server said, without the lines of its log. */
const wordsOf = (server: Serving) =>
  server
    .said()
    .split('\n')
    .filter((line) => !line.startsWith('{'))
    .join('\n');

describe('serve', () => {
  it('--init makes a missing directory and serves from it, also where it was made empty', async () => {
    const directory = newPlace();
    const server = await serve(['--init', '--data-dir', directory]);
    expect(server.directory).toBe(directory);
    expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
    expect((await call(server, 'GET', '/health')).status).toBe(200);
    expect(server.said()).toContain(`Syncode answers at ${server.url} (reference: ${server.url}/docs)`);
    expect(server.said()).toContain(`data directory  ${directory}`);
    expect(await server.end('SIGTERM')).toBe(0);

    const empty = newPlace();
    mkdirSync(empty, { mode: 0o700 });
    const second = await serve(['--init', '--data-dir', empty]);
    expect(await second.end('SIGINT')).toBe(0);
    expect(second.said()).toContain('SIGINT: stopping');
    expectNoRawError(wordsOf(second));
  });

  it('without an admin says at each start how to make one, which works while it runs and registration is closed [S6]', async () => {
    const directory = await newInstallation();
    writeFileSync(path.join(directory, 'config.toml'), '[auth]\nregistration = "closed"\n');
    const first = await serve(['--data-dir', directory]);
    const hint =
      /There is no administrator yet[^\n]+\n\s+syncode (admin create --admin) --data-dir (\S+)\n/.exec(
        first.said(),
      );
    expect(hint?.[2]).toBe(directory);
    const names = { email: 'ada@example.org', username: 'ada' };
    const body = { ...names, password: 'correct horse' };
    const refused = await call(first, 'POST', '/auth/register', { body });
    expect(refused).toMatchObject({ status: 403, body: { code: 'AUTH_REGISTRATION_DISABLED' } });
    const words = ['admin', 'create', '--admin', '--data-dir', directory];
    const created = await run([...words, '--email', names.email, '--username', names.username]);
    expect(created.out).toMatch(
      /^Administrator ada \(ada@example\.org\) was created\.\nPassword, shown only now: \S{16}\n$/,
    );
    const password = created.out.trim().split(' ').at(-1);
    const signedIn = await call(first, 'POST', '/auth/login', { body: { identifier: 'ada', password } });
    expect(signedIn.status).toBe(200);
    await first.end('SIGTERM');
    const second = await serve(['--data-dir', directory]);
    expect(second.said()).not.toContain('administrator');
    await second.end('SIGTERM');
  });

  it('takes host and port from config.toml and the environment, and flags go before them', async () => {
    const directory = await newInstallation();
    writeFileSync(path.join(directory, 'config.toml'), '[server]\nhost = "127.0.0.2"\nport = 1\n');
    const server = await serve(['--data-dir', directory], { env: { SYNCODE_SERVER_PORT: '2' } });
    expect(server.port).toBeGreaterThan(2);
    const answer = await fetch(`http://127.0.0.2:${server.port}/health`);
    expect(answer.status).toBe(200);
    await server.end('SIGTERM');
  });
});

describe('serve does not start', () => {
  it('on a port that is taken', async () => {
    const directory = await newInstallation();
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    const outcome = await tryServe(directory, ['--port', String(port)]);
    expectRefusal(outcome, 1, `127.0.0.1:${port} is taken by another program.`, '--port', 'ss -ltnp');
    other.close();
  });

  it('on an address that this machine does not have', async () => {
    const directory = await newInstallation();
    const env = { SYNCODE_SERVER_PUBLIC_URL: 'https://syncode.example.org' };
    const outcome = await tryServe(directory, ['--host', '192.0.2.1'], env);
    expectRefusal(
      outcome,
      1,
      'cannot be listened on',
      'No network interface of this machine has this address.',
    );
  });

  it('beside another server on the same directory', async () => {
    const directory = await newInstallation();
    const server = await serve(['--data-dir', directory]);
    expectRefusal(
      await tryServe(directory),
      4,
      `The data directory ${directory} is in use.`,
      'Stop it first',
    );
    expectRefusal(await run(['migrate', '--data-dir', directory]), 4, 'is in use');
    const again = await run(['init', '--data-dir', directory]);
    expectRefusal(again, 4, 'A server runs on', `syncode admin create --admin --data-dir ${directory}`);
    expect((await call(server, 'GET', '/health')).status).toBe(200);
    await server.end('SIGTERM');
  });
});

describe('another address than loopback [S36]', () => {
  it('is refused without a public URL, with the settings to paste, which then work and are warned of [S11]', async () => {
    const directory = await newInstallation();
    const refused = await tryServe(directory, ['--host', '0.0.0.0']);
    expectRefusal(refused, 2, 'can be reached from other machines, but no public URL is set.');
    const pasted = [...refused.err.matchAll(/syncode (config set \S+ \S+)$/gm)].map(
      ([, words = '']) => words,
    );
    expect(pasted).toEqual([
      'config set server.publicUrl https://your.name.example',
      'config set server.publicUrl http://THIS-MACHINE:0',
      'config set server.insecureHttp true',
    ]);
    for (const words of pasted.slice(1)) {
      const outcome = await run([...words.replace(':0', ':8080').split(' '), '--data-dir', directory]);
      expect(outcome.code, outcome.err).toBe(0);
    }
    const server = await serve(['--data-dir', directory, '--host', '0.0.0.0']);
    expect(server.url).toBe('http://this-machine:8080');
    expect(server.said()).toContain(`listens on      0.0.0.0, port ${server.port}`);
    expect(server.said()).toContain('server.insecureHttp is on');
    await server.end('SIGTERM');
  });

  it('insecureHttp does not go with an https URL, neither set nor served', async () => {
    const directory = await newInstallation();
    const env = { SYNCODE_SERVER_INSECURE_HTTP: 'true', SYNCODE_SERVER_PUBLIC_URL: 'https://a.example' };
    expectRefusal(
      await tryServe(directory, [], env),
      2,
      'does not go with an https public URL: drop one of the two.',
    );
    const set = (key: string, value: string) => run(['config', 'set', key, value, '--data-dir', directory]);
    expect((await set('server.publicUrl', 'https://a.example')).code).toBe(0);
    expectRefusal(await set('server.insecureHttp', 'true'), 2, 'does not go with an https public URL');
    const server = await serve(['--data-dir', directory]);
    expect(server.url).toBe('https://a.example');
    expect(server.said()).not.toContain('insecureHttp');
    await server.end('SIGTERM');
  });
});

describe('the end of a server', () => {
  it('SIGTERM answers what is under way, closes everything and exits with 0', async () => {
    const directory = await newInstallation();
    // What a slow machine needs for three hashes is not what this is about.
    const env = { SYNCODE_TIMERS_DRAIN_MS: '120000' };
    const server = await serve(['--data-dir', directory], { env });
    const answers = await signIns(server, 3);
    expect(await server.end('SIGTERM')).toBe(0);
    expect(await Promise.all(answers)).toEqual([401, 401, 401]);
    expect(server.said()).toContain('SIGTERM: stopping (again: at once).');
    expectNoRawError(wordsOf(server));
    expect(readdirSync(directory).filter((name) => /sock|-wal|-shm/.test(name))).toEqual([]);
  });

  it('a second SIGTERM ends it at once', async () => {
    const directory = await newInstallation();
    const server = await serve(['--data-dir', directory]);
    const answers = await signIns(server, 40);
    process.kill(server.pid, 'SIGTERM');
    while (!server.said().includes('stopping')) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(await server.end('SIGTERM')).toBe(1);
    expect(await Promise.all(answers)).toContain(0);
  });

  it('SIGKILL leaves a socket file, which disturbs nobody; the next server gives up on a request that does not end', async () => {
    const directory = await newInstallation();
    const server = await serve(['--data-dir', directory]);
    expect(await server.end('SIGKILL')).toBe(null);
    expect(existsSync(path.join(directory, 'syncode.sock'))).toBe(true);
    const args = [
      'admin',
      'create',
      '--email',
      'bob@example.org',
      '--username',
      'bob',
      '--data-dir',
      directory,
    ];
    expect((await run(args)).code).toBe(0);
    const next = await serve(['--data-dir', directory], { env: { SYNCODE_TIMERS_DRAIN_MS: '500' } });
    const again = await run(['admin', 'ban', 'bob', '--data-dir', directory]);
    expect(again).toMatchObject({ code: 0, out: 'bob is banned.\n' });
    const { answered } = await send(next, post('{', 99));
    await settle(next);
    expect(await next.end('SIGTERM')).toBe(0);
    expect(await answered).not.toBe(200);
  });
});
