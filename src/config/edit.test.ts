import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sampleToml, setInToml } from './edit.ts';
import { ConfigError, loadConfig } from './load.ts';
import { environmentName, type SettingKey, settingKeys, settings } from './schema.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(path.join(tmpdir(), 'syncode-config-'));
  file = path.join(directory, 'config.toml');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const load = (text: string) => {
  writeFileSync(file, text);
  return loadConfig({ file });
};

describe('config.toml', () => {
  it('as a sample changes nothing', () => {
    const { config, origins } = load(sampleToml());
    expect(config).toEqual(loadConfig({}).config);
    expect(new Set(Object.values(origins))).toEqual(new Set(['default']));
  });

  it('takes any sequence of numeric settings, the last of a key counts, comments stay', () => {
    const numeric = settingKeys.filter(
      // Of one session's snapshots a mebibyte is the least.
      (key) =>
        typeof settings[key].initial === 'number' &&
        key.startsWith('limits.') &&
        key !== 'limits.snapshotBytesPerSession',
    );
    const change = fc.tuple(fc.constantFrom(...numeric), fc.integer({ min: 4096, max: 9000 }));
    fc.assert(
      fc.property(fc.array(change, { maxLength: 12 }), (changes) => {
        const start = `# mine\n${sampleToml()}`;
        const text = changes.reduce((before, [key, value]) => setInToml(before, key, value), start);
        const { config } = load(text);
        for (const [key, value] of new Map(changes)) expect(config[key]).toBe(value);
        expect(text.startsWith('# mine\n')).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('starts from an empty file and keeps tables together', () => {
    const once = setInToml('', 'server.port', 9000);
    const twice = setInToml(setInToml(once, 'limits.hostedRooms', 3), 'server.host', '::1');
    expect(twice).toBe('[server]\nhost = "::1"\nport = 9000\n\n[limits]\nhostedRooms = 3\n');
  });
});

describe('loadConfig', () => {
  it('resolves default < file < environment < flag and says where from', () => {
    writeFileSync(file, '[server]\nport = 1\nhost = "a"\n[limits]\nhostedRooms = 1\n');
    const { config, origins } = loadConfig({
      file,
      environment: { SYNCODE_SERVER_PORT: '2', SYNCODE_SERVER_HOST: 'b' },
      flags: { 'server.port': 3 },
    });
    expect([config['server.port'], config['server.host'], config['limits.hostedRooms']]).toEqual([3, 'b', 1]);
    expect([origins['server.port'], origins['server.host'], origins['limits.hostedRooms']]).toEqual([
      'flag',
      'environment',
      'file',
    ]);
    expect(origins['auth.registration']).toBe('default');
  });

  it.each([
    ['[server]\nport = "x"\n', /config\.toml:2: server\.port cannot be "x": it must be a number\.\nPort to/],
    ['[server]\nport = 1.5\n', /server\.port cannot be 1\.5: it must be a whole number\./],
    ['[server]\nport = inf\n', /server\.port cannot be Infinity: it must be a number\./],
    [
      '[server]\nprot = 1\n',
      /config\.toml:2: there is no setting server\.prot\.\nDid you mean server\.port\?/,
    ],
    ['[serve]\nport = 1\n', /there is no setting serve\.port\.\nDid you mean server\.port\?/],
    ['[instance]\nelephants = 1\n', /no setting instance\.elephants\.\nSee "syncode config show"/],
    [
      '# port = 1\n[server]\n# port = 2\nport = -3\n',
      /config\.toml:4: server\.port cannot be -3: it must be at least 0\./,
    ],
    ['[instance]\nname = ""\n', /name cannot be "": it must not be empty\./],
    ['[auth]\nregistration = "shut"\n', /cannot be "shut": it must be one of open, closed\./],
    ['[server]\ncorsOrigins = ["*"]\n', /cannot be \["\*"\]: each must be an exact origin/],
    ['[server]\ncorsOrigins = ["https://a.example/"]\n', /each must be an exact origin/],
    ['[server]\ncorsOrigins = "https://a.example, ftp://b.example"\n', /each must be an exact origin/],
    ['[server]\ntrustedProxies = ["10.0.0.0/33"]\n', /each must be an address or a range/],
    ['[server]\ntrustedProxies = ["proxy.example"]\n', /each must be an address or a range/],
    ['[server\n', /config\.toml:1 is not valid TOML/],
    ['[server]\nport = 70000\n', /server\.port cannot be 70000/],
    ['[server]\npublicUrl = "https://a.example/x"\n', /without a path/],
    ['[server]\npublicUrl = "https://a.example"\ninsecureHttp = true\n', /insecureHttp does not go with/],
  ])('refuses %j with key and place', (text, message) => {
    expect(() => load(text)).toThrow(ConfigError);
    expect(() => load(text)).toThrow(message);
  });

  it.each([
    ['https://Syncode.Example.ORG', 'https://syncode.example.org'],
    ['https://a.example:443/', 'https://a.example'],
    ['http://MACHINE:8080', 'http://machine:8080'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ])('takes %s as the public URL %s', (given, origin) => {
    expect(load(`[server]\npublicUrl = "${given}"\n`).config['server.publicUrl']).toBe(origin);
  });

  it.each([
    'a.example',
    'ftp://a.example',
    'https://a.example/x',
    'https://a@a.example',
    'https://a.example?x',
    '*',
  ])('does not take %s as the public URL', (given) => {
    expect(() => load(`[server]\npublicUrl = "${given}"\n`)).toThrow(/it must be an address such as https/);
  });

  it('takes exact origins and proxy ranges', () => {
    const { config } = load(
      '[server]\ncorsOrigins = ["https://a.example", "http://b.example:81"]\ntrustedProxies = ["::1", "10.0.0.0/8"]\n',
    );
    expect(config['server.corsOrigins']).toEqual(['https://a.example', 'http://b.example:81']);
    expect(config['server.trustedProxies']).toEqual(['::1', '10.0.0.0/8']);
  });

  it('refuses a bad environment variable by its name', () => {
    expect(() => loadConfig({ environment: { SYNCODE_LIMITS_HOSTED_ROOMS: 'many' } })).toThrow(
      /SYNCODE_LIMITS_HOSTED_ROOMS/,
    );
  });

  it('gives every key a sentence, a default that its own check accepts, and an environment name of its own', () => {
    for (const key of settingKeys) {
      expect(settings[key].about, key).toMatch(/^[A-Z].*\.$/s);
      expect(settings[key].schema.safeParse(settings[key].initial).success, key).toBe(true);
    }
    expect(new Set(settingKeys.map((key: SettingKey) => environmentName(key))).size).toBe(settingKeys.length);
  });
});
