import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { verify } from 'argon2';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  auditOf,
  buildProgram,
  call,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  newPlace,
  root,
  rowsOf,
  run,
  runHere,
  serve,
} from './support.ts';

beforeAll(buildProgram);
afterAll(cleanUp);

const admin = ['--admin-email', 'ada@example.org', '--admin-username', 'ada'];
const init = (directory: string, ...args: string[]) => run(['init', '--data-dir', directory, ...args]);
const initHere = (directory: string, ...args: string[]) =>
  runHere(['init', '--data-dir', directory, ...args]);

/** Mode of everything below a directory, by relative path. */
function modesOf(directory: string): Record<string, string> {
  const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  return Object.fromEntries(
    ['.', ...names].map((name) => {
      const found = statSync(path.join(directory, name));
      return [name, `${found.isDirectory() ? 'd' : '-'}${(found.mode & 0o777).toString(8)}`];
    }),
  );
}

const contentsOf = (directory: string) =>
  Object.fromEntries(
    ['config.toml', ...readdirSync(path.join(directory, 'keys')).map((name) => `keys/${name}`)].map(
      (name) => [name, readFileSync(path.join(directory, name), 'utf8')],
    ),
  );

describe('init', () => {
  it('makes everything that only its owner can read, whatever the umask, and an admin who can sign in [S33]', async () => {
    const directory = path.join(newPlace(), 'below/it');
    const { code, out, err } = await init(directory, ...admin, '--seed');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(`Made the data directory ${directory}.`);
    expect(out).toMatch(/Generated \d keys\.\nBrought the database up \(\d+ migrations\)\.\n/);
    expect(out).toMatch(/Loaded [1-9]\d* problems\./);
    expect(out).toContain(`Next:\n  syncode serve --data-dir ${directory}\n`);
    const modes = Object.entries(modesOf(directory));
    expect(modes.length).toBeGreaterThan(8);
    for (const [name, mode] of modes) expect(['d700', '-600'], name).toContain(mode);
    const password = /^Password, shown only now: (\S{16})$/m.exec(out)?.[1];
    const server = await serve(['--data-dir', directory]);
    const signIn = { identifier: 'ada', password };
    const { status, body } = await call(server, 'POST', '/auth/login', { body: signIn });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.user).toMatchObject({ username: 'ada', email: 'ada@example.org', role: 'admin' });
    expect(server.said()).not.toContain('no administrator');
    expect(await server.end('SIGTERM')).toBe(0);
  });

  it('again says what is there, changes nothing and asks for nothing', async () => {
    const directory = newPlace();
    documentOf(await init(directory, ...admin, '--json'));
    const before = contentsOf(directory);
    const users = rowsOf(directory, 'SELECT * FROM users');
    const { code, out, err } = await init(directory);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toContain(
      `The data directory ${directory} is there.\nconfig.toml is there; it was left alone.\n`,
    );
    expect(out).toContain('The keys are there.\nThe database is up to date.\nThere is an administrator.\n');
    const document = documentOf(await init(directory, '--json', '--admin-email', 'eve@example.org'));
    expect(document).toMatchObject({
      created: { directory: false, config: false, keys: [], migrations: 0 },
      hasAdministrator: true,
      administrator: null,
    });
    expect(contentsOf(directory)).toEqual(before);
    expect(rowsOf(directory, 'SELECT * FROM users')).toEqual(users);
  });

  it('is audited with the name of the system user', async () => {
    const directory = newPlace();
    const env = { SUDO_USER: 'grace' };
    await run(['init', '--data-dir', directory, ...admin], { env });
    expect(auditOf(directory)).toEqual([
      { action: 'cli.user.create', osUser: 'grace', target: expect.any(String), actor: null },
    ]);
  });

  it('takes the password from standard input, its first line exactly', async () => {
    const directory = newPlace();
    const args = ['init', '--data-dir', directory, ...admin, '--password-stdin', '--json'];
    const document = documentOf(await run(args, { input: ' päss wörd \nsecond line\n' }));
    expect(document.administrator).toEqual({
      username: 'ada',
      email: 'ada@example.org',
      generatedPassword: null,
    });
    const [row] = rowsOf(directory, 'SELECT password_hash AS hash FROM users');
    expect(await verify(String(row?.hash), ' päss wörd ')).toBe(true);
    expect(await verify(String(row?.hash), 'päss wörd')).toBe(false);
  });

  it('--no-admin makes none and says how to make one', async () => {
    const directory = newPlace();
    const { code, out } = await init(directory, '--no-admin');
    expect(code).toBe(0);
    expect(out).toContain('There is no administrator yet.');
    expect(out).toContain(
      `Next:\n  syncode admin create --admin --data-dir ${directory}\n  syncode seed --data-dir`,
    );
    expect(rowsOf(directory, 'SELECT count(*) AS users FROM users')).toEqual([{ users: 0 }]);
  });
});

describe('init leaves nothing behind', () => {
  const tooLong = 'x'.repeat(120);
  it.each([
    [
      'answers are missing',
      [],
      '',
      /^syncode: The mail address and the username of the account are missing\.\n {2}There is no terminal to ask on\.\n {2}Add --admin-email and --admin-username, or --no-admin to make none now\.\n$/,
    ],
    [
      'one answer is missing',
      ['--admin-email', 'ada@example.org'],
      null,
      'Add --admin-username, or --no-admin',
    ],
    [
      'names are wrong',
      ['--admin-email', 'ada', '--admin-username', 'a b'],
      null,
      /username: 3 to 30 letters, digits and _\.\n {2}email: an address such as/,
    ],
    ['the password is short', [...admin, '--password-stdin'], 'short\n', 'password: 8 to 128 characters.'],
    ['there is no password', [...admin, '--password-stdin'], '', 'password: 8 to 128 characters.'],
    [
      'the password is the name',
      ['--admin-email', 'ada@example.org', '--admin-username', 'ada_lovelace', '--password-stdin'],
      'Ada_Lovelace\n',
      'password: it must not be the username or the mail address.',
    ],
    [
      'the password is endless',
      [...admin, '--password-stdin'],
      'x'.repeat(100_000),
      'too long for a password',
    ],
  ])('when %s', async (_, args, input, text) => {
    const directory = newPlace();
    const words = ['init', '--data-dir', directory, ...args];
    expectRefusal(input === null ? await runHere(words) : await run(words, { input }), 2, text);
    expect(existsSync(directory)).toBe(false);
  });

  it('when a setting of the environment is wrong', async () => {
    const directory = newPlace();
    const env = { SYNCODE_SERVER_PORT: 'many' };
    const outcome = await run(['init', '--data-dir', directory, '--no-admin'], { env });
    expectRefusal(
      outcome,
      2,
      'environment variable SYNCODE_SERVER_PORT: server.port cannot be "many": it must be a number.',
    );
    expect(existsSync(directory)).toBe(false);
  });

  it('when the path is too long for a control socket', async () => {
    const directory = path.join(newPlace(), tooLong);
    expectRefusal(
      await initHere(directory, '--no-admin'),
      2,
      'is too long',
      /at most 107 bytes/,
      'shorter path',
    );
    expect(existsSync(path.dirname(directory))).toBe(false);
  });

  it('when the place cannot be had', async () => {
    const place = path.dirname(newPlace());
    writeFileSync(path.join(place, 'file'), '');
    expectRefusal(
      await initHere(path.join(place, 'file'), '--no-admin'),
      2,
      'is not a directory',
      '--data-dir',
    );
    expectRefusal(
      await initHere(path.join(place, 'file/in'), '--no-admin'),
      1,
      'A part of the path is a file.',
    );
    // Here mkdir fails with ENOENT for root too; a recursive mkdir of Node would never return.
    expectRefusal(await init('/proc/syncode', '--no-admin'), 1, '/proc/syncode cannot be used.');
  });

  it('on a directory that others can read, whose rights it leaves to its owner', async () => {
    const directory = newPlace();
    mkdirSync(directory, { mode: 0o700 });
    chmodSync(directory, 0o750);
    expectRefusal(
      await initHere(directory, ...admin),
      1,
      'open to other users (mode 0750)',
      `\n  chmod 0700 ${directory}\n`,
    );
    expect(readdirSync(directory)).toEqual([]);
  });
});

/** Whether another user could run the program of this checkout. */
function isOpenToOthers(): boolean {
  for (let at = root; ; at = path.dirname(at)) {
    if ((statSync(at).mode & 0o005) !== 0o005) return false;
    if (at === path.dirname(at)) return true;
  }
}
const canChangeUser = process.getuid?.() === 0 && isOpenToOthers();

describe.runIf(canChangeUser)('root on a directory of another user (only tested by root)', () => {
  it('leaves no file that belongs to root', async () => {
    const nobody = 65534;
    const directory = newPlace();
    mkdirSync(directory, { mode: 0o700 });
    const { chownSync } = await import('node:fs');
    chownSync(directory, nobody, nobody);
    expect((await init(directory, ...admin)).code).toBe(0);
    expect((await run(['seed', '--data-dir', directory])).code).toBe(0);
    expect((await run(['config', 'set', 'server.port', '8081', '--data-dir', directory])).code).toBe(0);
    const server = await serve(['--data-dir', directory]);
    expect(statSync(path.join(directory, 'syncode.sock')).uid).toBe(nobody);
    expect(server.said()).not.toContain('Running as root');
    await server.end('SIGTERM');
    const names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
    const foreign = ['.', ...names].filter((name) => statSync(path.join(directory, name)).uid !== nobody);
    expect(foreign).toEqual([]);
  });

  it('a user who may not enter is told so', async () => {
    const directory = await newInstallation();
    for (const args of [['admin', 'ban', 'x'], ['init']]) {
      const outcome = await run([...args, '--data-dir', directory], { uid: 65534 });
      expectRefusal(
        outcome,
        1,
        'cannot be written to.',
        'It is not open to nobody',
        'Run the command as its owner or as root',
      );
    }
  });
});
