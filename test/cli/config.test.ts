import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settingKeys } from '../../src/config/schema.ts';
import {
  auditOf,
  buildProgram,
  call,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  newPlace,
  run,
  runHere,
  serve,
} from './support.ts';

let directory: string;
beforeAll(async () => {
  buildProgram();
  directory = await newInstallation();
});
afterAll(cleanUp);

const config = (words: readonly string[], env: Record<string, string> = {}) =>
  run(['config', ...words, '--data-dir', directory], { env });
const configHere = (...words: string[]) => runHere(['config', ...words, '--data-dir', directory]);
const file = () => path.join(directory, 'config.toml');
const text = () => readFileSync(file(), 'utf8');

describe('config show', () => {
  it('prints every setting, with --origin where its value comes from', async () => {
    writeFileSync(
      file(),
      '[server]\nport = 9000\ncorsOrigins = ["https://a.example", "https://b.example"]\n',
    );
    const env = { SYNCODE_LIMITS_HOSTED_ROOMS: '7' };
    const plain = await config(['show']);
    expect(plain).toMatchObject({ code: 0, err: '' });
    expect(plain.out.trimEnd().split('\n')).toHaveLength(settingKeys.length + 1);
    const { out } = await config(['show', '--origin'], env);
    expect(out).toMatch(/^SETTING +VALUE +FROM\n/);
    expect(out).toMatch(/^server\.port +9000 +file$/m);
    expect(out).toMatch(/^server\.host +127\.0\.0\.1 +default$/m);
    expect(out).toMatch(/^server\.corsOrigins +https:\/\/a\.example,https:\/\/b\.example +file$/m);
    expect(out).toMatch(/^server\.publicUrl +\(empty\) +default$/m);
    expect(out).toMatch(/^limits\.hostedRooms +7 +environment$/m);
    const document = documentOf(await config(['show', 'limits.hosted', '--json'], env));
    expect(document.settings).toEqual([{ key: 'limits.hostedRooms', value: 7, origin: 'environment' }]);
  });

  it('refuses a name that no setting has, and a missing directory', async () => {
    expectRefusal(
      await config(['show', 'server.prot']),
      2,
      'There is no setting server.prot.',
      'Did you mean server.port?',
    );
    expectRefusal(
      await config(['show', 'elephants']),
      2,
      'There is no setting elephants.',
      'See "syncode config show"',
    );
    expectRefusal(await run(['config', 'show', '--data-dir', newPlace()]), 3, 'There is no data directory');
  });
});

describe('config set', () => {
  it('writes one value and keeps everything else, comments too', async () => {
    const before = '# mine\n[server]\n# the port\nport = 9000 # not 8080\n\n[auth]\nregistration = "open"\n';
    writeFileSync(file(), before);
    const { code, out, err } = await config(['set', 'auth.registration', 'closed']);
    expect(code, err).toBe(0);
    expect(out).toBe(`auth.registration is now closed (${file()}).\n`);
    expect(err).toBe('A running server takes it over when it is started again.\n');
    expect(text()).toBe(before.replace('"open"', '"closed"'));
    const set = documentOf(
      await config(['set', 'server.corsOrigins', 'https://a.example, https://b.example', '--json']),
    );
    expect(set).toEqual({
      v: 1,
      key: 'server.corsOrigins',
      value: ['https://a.example', 'https://b.example'],
      file: file(),
    });
    documentOf(await config(['set', 'limits.hostedRooms', '3', '--json']));
    expect(text()).toContain('# mine\n');
    expect(documentOf(await config(['show', 'limits.hostedRooms', '--json'])).settings).toEqual([
      { key: 'limits.hostedRooms', value: 3, origin: 'file' },
    ]);
  });

  it('is audited without the value, also through a running server, which takes it over at its next start', async () => {
    const server = await serve(['--data-dir', directory]);
    const outcome = await run(['config', 'set', 'instance.name', 'Cohort 12', '--data-dir', directory], {
      env: { SUDO_USER: 'grace' },
    });
    expect(outcome.code, outcome.err).toBe(0);
    expect(auditOf(directory).at(-1)).toEqual({
      action: 'cli.settings.change',
      osUser: 'grace',
      target: 'instance.name',
      actor: null,
    });
    const nameOf = async (running: typeof server) => (await call(running, 'GET', '/instance')).body.name;
    expect(await nameOf(server)).toBe('Syncode');
    await server.end('SIGTERM');
    const next = await serve(['--data-dir', directory]);
    expect(await nameOf(next)).toBe('Cohort 12');
    await next.end('SIGTERM');
  });

  it('says when the environment overrides it, and when serve would refuse to start', async () => {
    const overridden = await config(['set', 'server.port', '9001'], { SYNCODE_SERVER_PORT: '9002' });
    expect(overridden.err).toContain('The environment variable SYNCODE_SERVER_PORT overrides it.');
    const exposed = await config(['set', 'server.host', '0.0.0.0']);
    expect(exposed.code).toBe(0);
    expect(exposed.err).toContain('no public URL is set');
    expectRefusal(
      await config(['validate']),
      2,
      'no public URL is set',
      'syncode config set server.publicUrl',
    );
    expect((await config(['set', 'server.host', '127.0.0.1'])).code).toBe(0);
    expect(await config(['validate'])).toMatchObject({
      code: 0,
      out: `The settings of ${directory} are valid.\n`,
    });
  });

  it.each([
    [['server.prot', '1'], 'There is no setting server.prot.', 'Did you mean server.port?'],
    [['toString', '1'], 'There is no setting toString.', ''],
    [['server.port', ''], 'server.port cannot be "".', 'It must be a number.'],
    [['server.port', '80.5'], 'server.port cannot be "80.5".', 'It must be a whole number.'],
    [['instance.name', ''], 'instance.name cannot be "".', 'It must not be empty.'],
    [['auth.registration', 'shut'], 'auth.registration cannot be "shut".', 'It must be one of open, closed.'],
    [
      ['server.publicUrl', 'syncode.example.org'],
      'server.publicUrl cannot be',
      'It must be an address such as https://',
    ],
    [['server.corsOrigins', '*'], 'server.corsOrigins cannot be "*".', 'Each must be an exact origin'],
  ])('refuses %j in words and changes nothing', async (words, what, why) => {
    const before = text();
    const audited = auditOf(directory).length;
    expectRefusal(await configHere('set', ...words), 2, what, why);
    expect(text()).toBe(before);
    expect(readdirSync(directory).filter((name) => name.includes('.new'))).toEqual([]);
    expect(auditOf(directory)).toHaveLength(audited);
  });

  it('refuses what does not go with another setting, and mends a file that is wrong', async () => {
    writeFileSync(file(), '[server]\npublicUrl = "https://a.example"\n');
    expectRefusal(
      await config(['set', 'server.insecureHttp', 'true']),
      2,
      'does not go with an https public URL',
    );
    expect(text()).toBe('[server]\npublicUrl = "https://a.example"\n');
    writeFileSync(file(), '[server]\nport = "x"\n');
    expectRefusal(
      await config(['set', 'instance.name', 'Later']),
      2,
      `${file()}:2: server.port cannot be "x"`,
    );
    expect(text()).toBe('[server]\nport = "x"\n');
    expect((await config(['set', 'server.port', '9000'])).code).toBe(0);
  });
});

describe('config validate', () => {
  it.each([
    ['[server]\nprot = 1\n', ':2: there is no setting server.prot.', 'Did you mean server.port?'],
    ['[server]\n\nport = -1\n', ':3: server.port cannot be -1: it must be at least 0.', 'Port to listen on'],
    ['[server\n', ':1 is not valid TOML', ''],
    ['[limits]\nhostedRooms = "\u0007"\n', ':2 is not valid TOML', ''],
  ])('%j is refused with file and line', async (content, what, remedy) => {
    writeFileSync(file(), content);
    expectRefusal(await configHere('validate'), 2, `${file()}${what}`, remedy);
  });

  it('what it refuses is refused by every other command too', async () => {
    writeFileSync(file(), '[server]\nport = "x"\n');
    for (const args of [['config', 'show'], ['seed'], ['serve'], ['init', '--no-admin']])
      expectRefusal(
        await runHere([...args, '--data-dir', directory]),
        2,
        `${file()}:2: server.port cannot be "x"`,
      );
  });

  it('takes an empty file and a missing one', async () => {
    writeFileSync(file(), '');
    expect(documentOf(await config(['validate', '--json']))).toEqual({ v: 1, valid: true });
  });
});
