import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemRandom } from '../kernel/random.ts';
import { createKeys, keyPurposes, loadKeys, rotateKey } from './keys.ts';
import { ConfigError } from './load.ts';

const NOW = Date.UTC(2026, 0, 5);
let directory: string;
const fileOf = (purpose: string) => path.join(directory, `${purpose}.json`);

beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'syncode-keys-'));
});
afterEach(() => rmSync(directory, { recursive: true }));

const change = (purpose: string, edit: (content: { current: { secret: string } }) => void) => {
  const content = JSON.parse(readFileSync(fileOf(purpose), 'utf8'));
  edit(content);
  writeFileSync(fileOf(purpose), JSON.stringify(content));
};
const refusal = () => {
  try {
    loadKeys(directory);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return null;
};

describe('keys of an installation', () => {
  it('are 32 bytes each, all different, in files that only their owner reads [S34]', () => {
    expect(createKeys(directory, systemRandom, NOW)).toEqual(keyPurposes);
    const keys = loadKeys(directory);
    const secrets = keyPurposes.map((purpose) =>
      Buffer.from(keys.pair(purpose).current.secret).toString('hex'),
    );
    expect(new Set(secrets).size).toBe(keyPurposes.length);
    expect(secrets.every((secret) => secret.length === 64)).toBe(true);
    for (const purpose of keyPurposes) expect(statSync(fileOf(purpose)).mode & 0o777).toBe(0o600);
  });

  it('are generated once: what exists stays, what is missing comes', () => {
    createKeys(directory, systemRandom, NOW);
    const before = readFileSync(fileOf('access'), 'utf8');
    rmSync(fileOf('collab'));
    expect(createKeys(directory, systemRandom, NOW)).toEqual(['collab']);
    expect(readFileSync(fileOf('access'), 'utf8')).toBe(before);
  });

  it('keep the one before as previous key after a rotation, which a running server takes over', () => {
    createKeys(directory, systemRandom, NOW);
    const keys = loadKeys(directory);
    const old = keys.pair('refresh').current;
    rotateKey(directory, 'refresh', systemRandom, NOW + 1000);
    expect(keys.pair('refresh').current.kid).toBe(old.kid);
    keys.reload();
    expect(keys.pair('refresh').current.kid).not.toBe(old.kid);
    expect(keys.pair('refresh').previous).toEqual({ ...old, retiredAtMs: NOW + 1000 });
    expect(statSync(fileOf('refresh')).mode & 0o777).toBe(0o600);
  });

  it.each([0o640, 0o604, 0o666])('are refused with mode %o, with the command that mends it [S33]', (mode) => {
    createKeys(directory, systemRandom, NOW);
    chmodSync(fileOf('files'), mode);
    expect(refusal()).toContain(`chmod 0600 ${fileOf('files')}`);
  });

  it('are refused when one is missing', () => {
    createKeys(directory, systemRandom, NOW);
    rmSync(fileOf('access'));
    expect(refusal()).toContain('syncode init');
  });

  it.each([
    ['shorter than 32 bytes', Buffer.alloc(31, 'abcdefghij').toString('base64url')],
    ['a placeholder', Buffer.alloc(32, 'a').toString('base64url')],
  ])('are refused when a secret is %s', (_, secret) => {
    createKeys(directory, systemRandom, NOW);
    change('access', (content) => {
      content.current.secret = secret;
    });
    expect(refusal()).toContain('weak key');
    expect(refusal()).not.toContain(secret);
  });

  it('are refused when damaged, without quoting what the file holds [S34]', () => {
    createKeys(directory, systemRandom, NOW);
    writeFileSync(fileOf('access'), readFileSync(fileOf('access'), 'utf8').slice(0, 80));
    expect(refusal()).toContain('It is not JSON.');
    writeFileSync(fileOf('access'), '{"version":1}');
    expect(refusal()).toContain('"current"');
  });

  it('stay as they were when a reload finds damaged ones', () => {
    createKeys(directory, systemRandom, NOW);
    const keys = loadKeys(directory);
    const before = keys.pair('access');
    rmSync(fileOf('access'));
    expect(() => keys.reload()).toThrow(ConfigError);
    expect(keys.pair('access')).toBe(before);
  });
});
