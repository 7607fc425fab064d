import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  buildProgram,
  cleanUp,
  expectNoRawError,
  expectRefusal,
  newInstallation,
  newPlace,
  runHere,
} from './support.ts';

// All in this process: many command lines that end before they have done anything.
const home = process.cwd();
beforeAll(() => {
  buildProgram();
  // Random words may name directories.
  const place = newPlace();
  mkdirSync(place);
  process.chdir(place);
});
afterEach(() => {
  process.exitCode = undefined;
});
afterAll(() => {
  process.chdir(home);
  cleanUp();
});

describe('no arguments at all bring out a raw exception', () => {
  // serve, demo, doctor, languages and sandbox would do their work, and --password-stdin would wait for it.
  const names =
    'init seed admin config migrate openapi version help create ban unban reset-link show set validate status list logout keys rotate health logs';
  const options =
    '--data-dir --json --email --username --admin-email --origin --force --reason --no-admin --unbound --role --search --limit --cursor --purpose --level --since --lines -h -V --';
  const values = [
    '',
    ' ',
    '/',
    '/proc/none',
    '/dev/null',
    '/etc/passwd',
    '..',
    '-1',
    '0',
    '\u0001',
    '💥',
    'a'.repeat(300),
    'a/'.repeat(3000),
    '%s',
    '__proto__',
    'server.port',
    'toString',
  ];
  const word = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names.split(' ')) },
    { weight: 2, arbitrary: fc.constantFrom(...options.split(' ')) },
    { weight: 2, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12 }).map((text) => text.replaceAll('\0', '')) },
  );
  const isQuick = (words: readonly string[]) =>
    words.every((text) => !/^(serve|demo|doctor|languages|sandbox|--debug)$/.test(text));
  const value = fc.constantFrom(...values, 'ada', 'ada@example.org', 'auth.registration');
  const flags = [
    '--data-dir',
    '--email',
    '--username',
    '--display-name',
    '--reason',
    '--admin-email',
    '--admin-username',
    '--search',
    '--limit',
    '--cursor',
    '--since',
  ];
  const part = fc.oneof(
    { weight: 3, arbitrary: value.map((text) => [text]) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...flags), value) },
    { weight: 1, arbitrary: fc.constantFrom(...options.split(' ')).map((text) => [text]) },
  );
  const paths =
    'admin create|admin list|admin show|admin logout|keys rotate|status|health|logs|admin ban|admin unban|admin reset-link|config show|config set|config validate|migrate|migrate status|seed|init|version';
  const begin = fc.constantFrom(...paths.split('|')).map((path) => path.split(' '));
  const line = fc
    .oneof(
      fc.array(word, { minLength: 1, maxLength: 6 }),
      fc.tuple(begin, fc.array(part, { maxLength: 3 })).map(([path, parts]) => [...path, ...parts.flat()]),
    )
    .filter(isQuick);

  it('on an installation or on none', async () => {
    const places = [await newInstallation(), newPlace()];
    await fc.assert(
      fc.asyncProperty(line, fc.constantFrom(...places), async (words, place) => {
        const { code, err } = await runHere(words, { SYNCODE_DATA_DIR: place });
        expect([0, 1, 2, 3, 4]).toContain(code);
        expectNoRawError(err);
        expect(err).not.toContain('The program failed');
        if (code !== 0) expect(err).not.toBe('');
      }),
      { numRuns: 300, endOnFailure: true },
    );
  }, 600_000);
});

const tryServe = (directory: string, args: readonly string[] = [], env: Record<string, string> = {}) =>
  runHere(['serve', '--planes', 'control', '--port', '0', '--data-dir', directory, ...args], env);

describe('serve does not start', () => {
  it('where there is no data directory, and makes none', async () => {
    const directory = newPlace();
    expectRefusal(
      await tryServe(directory),
      3,
      `There is no data directory at ${directory}.`,
      `"syncode init --data-dir ${directory}"`,
    );
    expect(existsSync(directory)).toBe(false);
    mkdirSync(directory, { mode: 0o700 });
    expectRefusal(
      await tryServe(directory),
      3,
      `${directory} holds no installation of Syncode.`,
      'syncode init',
    );
    expect(readdirSync(directory)).toEqual([]);
  });

  it.each([
    ['access.json', null, 'There is no key for access', 'Run syncode init'],
    ['access.json', '{"', 'cannot be read.', 'move it away and run syncode init'],
    [
      'collab.json',
      '{"version":1,"current":{"kid":"x","secret":"AAAA","createdAt":"2026-01-01T00:00:00Z"},"previous":null}',
      'holds a weak key',
      'It needs 32 random bytes',
    ],
  ])('the key %s %j is refused, its text not shown [S34]', async (name, content, what, remedy) => {
    const directory = await newInstallation();
    const file = path.join(directory, 'keys', name);
    if (content === null) rmSync(file);
    else writeFileSync(file, content, { mode: 0o600 });
    const outcome = await tryServe(directory);
    expectRefusal(outcome, 2, what, remedy);
    if (content !== null) expect(outcome.err).not.toContain('AAAA');
    if (content === null) {
      expect((await runHere(['init', '--no-admin', '--data-dir', directory])).out).toContain(
        'Generated 1 key.',
      );
      expect(existsSync(file)).toBe(true);
    }
  });

  it.each([
    [['--port', '70000'], {}, /server\.port cannot be "70000": it must be at most 65535\./],
    [['--port', 'x'], {}, /server\.port cannot be "x": it must be a number\./],
    [
      ['--planes', 'control,elephants'],
      {},
      /--planes control,elephants cannot be served\.\n {2}Name control, and any of/,
    ],
    [
      [],
      { UV_THREADPOOL_SIZE: '4' },
      /UV_THREADPOOL_SIZE is 4; the server needs 16 threads\.\n.+\n.+leave UV_THREADPOOL_SIZE alone/,
    ],
    [
      [],
      { SYNCODE_SERVER_INSECURE_HTTP: 'perhaps' },
      'SYNCODE_SERVER_INSECURE_HTTP: server.insecureHttp cannot be "perhaps": it must be true or false.',
    ],
  ])('with %j and %j', async (args, env, text) => {
    const directory = await newInstallation();
    expectRefusal(await tryServe(directory, args, env as Record<string, string>), 2, text);
  });
});

describe('rights [S33]', () => {
  it.each([
    ['.', 0o755, 'is open to other users (mode 0755)', 'chmod 0700'],
    ['syncode.db', 0o640, 'is open to other users (mode 0640)', 'chmod 0600'],
    ['keys/access.json', 0o604, 'is open to other users (mode 0604)', 'chmod 0600'],
  ])('serve refuses %s with mode %o', async (name, mode, what, remedy) => {
    const directory = await newInstallation();
    const file = path.join(directory, name);
    chmodSync(file, mode);
    const outcome = await tryServe(directory);
    expectRefusal(outcome, name.startsWith('keys') ? 2 : 1, what, `${remedy} ${path.resolve(file)}`);
  });
});
