import { chmodSync, cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { productVersion } from '../../src/config/product.ts';
import {
  buildProgram,
  cleanUp,
  documentOf,
  expectRefusal,
  newInstallation,
  newPlace,
  program,
  root,
  run,
  runHere,
} from './support.ts';

let nowhere: string;
beforeAll(() => {
  buildProgram();
  nowhere = newPlace();
});
afterAll(cleanUp);

/** Runs where no data directory is. */
const bare = (...args: string[]) => run(args, { env: { SYNCODE_DATA_DIR: nowhere } });

describe('version', () => {
  it('names the program, Node.js and SQLite, and needs no data directory', async () => {
    const { code, out, err } = await bare('version');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(out).toMatch(
      new RegExp(
        `^syncode ${productVersion.replaceAll('.', '\\.')} \\(Node\\.js 2\\d\\.\\d+\\.\\d+, SQLite 3\\.[\\d.]+\\)\\n$`,
      ),
    );
    expect(documentOf(await bare('version', '--json'))).toMatchObject({ syncode: productVersion });
    expect((await bare('--version')).out).toBe(`${productVersion}\n`);
    expect(existsSync(nowhere)).toBe(false);
  });
});

describe('a wrong call ends with 2 and says what was meant', () => {
  it.each([
    [['vesion'], 'There is no command "syncode vesion".', 'Did you mean "syncode version"?'],
    [['xyzzy'], 'There is no command "syncode xyzzy".', 'See "syncode help".'],
    [
      ['admin', 'creat'],
      'There is no command "syncode admin creat".',
      'Did you mean "syncode admin create"?',
    ],
    [['migrate', 'staus'], 'There is no command', 'Did you mean "syncode migrate status"?'],
    [['help', 'srve'], 'There is no command', 'Did you mean "syncode serve"?'],
    [['help', 'admin', 'bam'], 'There is no command', 'Did you mean "syncode admin ban"?'],
    [['serve', '--prot', '1'], '"syncode serve" has no option --prot.', 'Did you mean --port?'],
    [['serve', '--port'], 'The option --port <number> needs a value.', 'See "syncode help serve".'],
    [['admin', 'ban'], '"syncode admin ban" needs <user>.', 'See "syncode help admin ban".'],
    [
      ['config', 'set', 'a', 'b', 'c'],
      '"syncode config set" takes fewer words',
      'See "syncode help config set".',
    ],
    [['seed', '--data-dir', ''], 'The option --data-dir is empty.', 'Name the directory.'],
    [
      ['admin', 'create', '--password-stdin', '--generate-password'],
      'The option --generate-password cannot be used with option --password-stdin',
      'See "syncode help admin create".',
    ],
  ])('%j', async (args, what, remedy) => {
    expectRefusal(await runHere(args), 2, `syncode: ${what}`, remedy);
  });

  it('as a program of its own too', async () => {
    expectRefusal(await bare('vesion'), 2, 'Did you mean "syncode version"?');
  });

  it('without any words shows the help, on standard error', async () => {
    const { code, out, err } = await bare();
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('Usage: syncode');
  });
});

describe('help', () => {
  it('goes to standard output, for groups and what is in them too', async () => {
    const [whole, group, inner] = await Promise.all([
      bare('help'),
      bare('admin', '--help'),
      bare('help', 'admin', 'create'),
    ]);
    for (const { code, err } of [whole, group, inner]) expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(whole.out).toContain('Start with: syncode init');
    expect(group.out).toContain('reset-link');
    expect(inner.out).toContain('--password-stdin');
  });

  it('has no colours, whatever the environment wishes', async () => {
    const env = { SYNCODE_DATA_DIR: nowhere, FORCE_COLOR: '1', CLICOLOR_FORCE: '1' };
    const { out } = await run(['help', 'serve'], { env });
    expect(out).toContain('Usage: syncode serve');
    expect(out).not.toContain('\u001b');
  });
});

describe('shared options', () => {
  it('may stand before the command', async () => {
    const directory = await newInstallation();
    const outcome = await run(['--json', '--data-dir', directory, 'migrate', 'status']);
    expect(documentOf(outcome)).toMatchObject({ pending: [] });
  });

  it('--debug shows the stack, and only --debug', async () => {
    const directory = await newInstallation();
    const plain = await run(['admin', 'ban', 'nobody', '--data-dir', directory]);
    expectRefusal(plain, 3, 'There is no user nobody.', 'by mail address, username or id');
    const debug = await run(['admin', 'ban', 'nobody', '--data-dir', directory, '--debug']);
    expect(debug.code).toBe(3);
    expect(debug.err.startsWith(plain.err)).toBe(true);
    expect(debug.err).toMatch(/\n\s+at .+src\/\S+\.ts:\d+:\d+/);
  });

  it('a reader that stops early is no error', async () => {
    const { stdout, stderr } = await execa('sh', ['-c', '"$0" openapi | head -c 20', program], {
      env: { SYNCODE_DATA_DIR: nowhere },
    });
    expect(stdout).toHaveLength(20);
    expect(stderr).toBe('');
  });
});

describe('the launcher', () => {
  it('is found through a symbolic link', async () => {
    const place = newPlace();
    mkdirSync(place);
    symlinkSync(program, path.join(place, 'link'));
    symlinkSync('link', path.join(place, 'syncode'));
    const { stdout } = await execa(path.join(place, 'syncode'), ['--version']);
    expect(stdout).toBe(productVersion);
  });

  it('says what to do without a build, and without a new enough Node.js', async () => {
    const place = newPlace();
    mkdirSync(path.join(place, 'old'), { recursive: true });
    cpSync(path.join(root, 'bin'), path.join(place, 'bin'), { recursive: true });
    writeFileSync(path.join(place, 'old/node'), '#!/bin/sh\necho v22.99.0\n');
    chmodSync(path.join(place, 'old/node'), 0o755);
    const call = (first: string) =>
      execa(path.join(place, 'bin/syncode'), ['version'], {
        env: { PATH: `${first}:/usr/bin:/bin` },
        extendEnv: false,
        reject: false,
      });
    const unbuilt = await call(path.dirname(process.execPath));
    expect(unbuilt).toMatchObject({ exitCode: 1, stdout: '' });
    expect(unbuilt.stderr).toMatch(/has not been built\.\nRun: cd .+ && \.\/install\.sh$/);
    const old = await call(path.join(place, 'old'));
    expect(old).toMatchObject({ exitCode: 1, stdout: '' });
    expect(old.stderr).toMatch(/no Node\.js 24 or newer was found[\s\S]+install\.sh$/);
  });
});
