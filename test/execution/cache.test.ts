import { mkdirSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ArtefactCache } from '../../src/execution/artefact-cache.ts';
import { Artefacts, artefactKey } from '../../src/execution/artefacts.ts';
import { cacheFolders, makeCacheFolders } from '../../src/execution/cache-folders.ts';
import { silentLog as log } from '../../src/kernel/log.ts';
import { createTestDirectory } from '../support/database.ts';
import { createFacts } from './support/jobs.ts';

let directory: ReturnType<typeof createTestDirectory>;
let cacheDir: string;
let nowMs = 0;
const clock = { now: () => nowMs };
const DAY_MS = 86_400_000;

beforeEach(() => {
  directory = createTestDirectory();
  cacheDir = join(directory.path, 'cache');
  makeCacheFolders(cacheDir);
  nowMs = Date.now();
});
afterEach(() => directory.remove());

const toolchain = { programs: { cc: '/usr/bin/cc' }, version: '1', identity: 'a' };
const command = { argv: ['/usr/bin/cc'], output: 'main' };
const keyOf = (text: string) => artefactKey('c', toolchain, command, [{ name: 'main.c', text }]);

/** Makes an artefact of one file of so many bytes. */
function make(text: string, bytes = 1000): { key: string; size: number } {
  const artefacts = new Artefacts(cacheDir);
  const workshop = artefacts.open([{ name: 'main.c', text }]);
  writeFileSync(join(workshop.files, 'main'), 'x'.repeat(bytes));
  const key = keyOf(text);
  const facts = createFacts({ stderr: new TextEncoder().encode(`warned about ${text}`) });
  return { key, size: artefacts.keep(workshop, key, 'main', ['main'], facts) };
}
const stored = () => readdirSync(cacheFolders(cacheDir).artefacts);

const gone = async (key = '') => {
  while (stored().includes(key)) await new Promise((wake) => setTimeout(wake, 5));
};

async function openCache(): Promise<ArtefactCache> {
  const cache = new ArtefactCache({ cacheDir, clock, log, maxBytes: 1_000_000, maxIdleMs: DAY_MS });
  await cache.open();
  return cache;
}

describe('artefacts', () => {
  it('are found again with what their compiler said', () => {
    const { key } = make('a');
    const fresh = new Artefacts(cacheDir);
    expect(fresh.find(key)).toMatchObject({ key, entry: 'main' });
    expect(new TextDecoder().decode(fresh.factsOf(key)?.stderr)).toBe('warned about a');
    expect(fresh.find(keyOf('b'))).toBeNull();
    expect(fresh.find('../../etc')).toBeNull();
  });

  it('have another name for everything that decides what they are', () => {
    const sources = [{ name: 'main.c', text: 'x' }];
    const keys = [
      artefactKey('c', toolchain, command, sources),
      artefactKey('cpp', toolchain, command, sources),
      artefactKey('c', { ...toolchain, version: '2' }, command, sources),
      artefactKey('c', { ...toolchain, identity: 'b' }, command, sources),
      artefactKey('c', toolchain, { ...command, argv: ['/usr/bin/cc', '-O2'] }, sources),
      artefactKey('c', toolchain, { ...command, env: { A: '1' } }, sources),
      artefactKey('c', toolchain, command, [{ name: 'main.c', text: 'y' }]),
      artefactKey('c', toolchain, command, [{ name: 'other.c', text: 'x' }]),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it.each([
    ['other bytes', (path: string) => writeFileSync(path, 'y'.repeat(1000))],
    ['fewer bytes', (path: string) => writeFileSync(path, 'x')],
  ])('with %s than they were made with are thrown away', (_, damage) => {
    const { key } = make('a');
    damage(join(cacheFolders(cacheDir).artefacts, key, 'files/main'));
    expect(new Artefacts(cacheDir).find(key)).toBeNull();
    expect(stored()).toEqual([]);
  });

  it('with a broken manifest are thrown away', () => {
    const { key } = make('a');
    writeFileSync(join(cacheFolders(cacheDir).artefacts, key, 'manifest.json'), '{');
    expect(new Artefacts(cacheDir).find(key)).toBeNull();
    expect(stored()).toEqual([]);
  });

  it('of two workers with the same program become one', () => {
    make('a');
    const { key } = make('a');
    expect(stored()).toEqual([key]);
    expect(new Artefacts(cacheDir).find(key)).not.toBeNull();
    expect(readdirSync(cacheFolders(cacheDir).making)).toEqual([]);
  });

  it('lie in a directory that is closed to others, in folders that are open to jails', () => {
    const mode = (path: string) => statSync(path).mode & 0o777;
    expect(mode(cacheDir)).toBe(0o700);
    const { key } = make('a');
    expect(mode(join(cacheFolders(cacheDir).artefacts, key, 'files'))).toBe(0o755);
  });
});

describe('the cache', () => {
  it('removes what a start left half done', async () => {
    const { making, artefacts } = cacheFolders(cacheDir);
    new Artefacts(cacheDir).open([{ name: 'main.c', text: 'x' }]);
    mkdirSync(join(artefacts, 'no-manifest'));
    await openCache();
    expect(readdirSync(making)).toEqual([]);
    expect(stored()).toEqual([]);
  });

  it('keeps within its size; the least recently used go first, never one in use', async () => {
    const made = Array.from({ length: 12 }, (_, index) => make(String(index)));
    const keys = made.map(({ key }) => key);
    const total = made.reduce((sum, { size }) => sum + size, 0);
    const cache = new ArtefactCache({ cacheDir, clock, log, maxBytes: total - 1, maxIdleMs: DAY_MS });
    for (const { key, size } of made.slice(0, 11)) cache.noteMade(key, size);
    const release = cache.use(keys[0] ?? '');
    cache.noteMade(keys[1] ?? '', 0);
    cache.noteMade(keys[11] ?? '', made[11]?.size ?? 0);
    await gone(keys[2]);
    expect(stored().sort()).toEqual(keys.filter((key) => key !== keys[2]).sort());
    release();
  });

  it('never removes one in use, nor for their size the newest', async () => {
    const made = Array.from({ length: 11 }, (_, index) => make(String(index)));
    const keys = made.map(({ key }) => key);
    const cache = new ArtefactCache({ cacheDir, clock, log, maxBytes: 1, maxIdleMs: DAY_MS });
    for (const { key, size } of made.slice(0, 8)) cache.noteMade(key, size);
    const release = cache.use(keys[0] ?? '');
    for (const { key } of made.slice(1, 8)) cache.noteMade(key, 0);
    for (const { key, size } of made.slice(8)) cache.noteMade(key, size);
    await Promise.all([gone(keys[1]), gone(keys[2])]);
    expect(stored().sort()).toEqual([keys[0], ...keys.slice(3)].sort());
    release();
    await cache.sweep();
    expect(stored().sort()).toEqual(keys.slice(3).sort());
    nowMs += 2 * DAY_MS;
    await cache.sweep();
    expect(stored()).toEqual([]);
    expect(cache.bytes).toBe(0);
  });

  it('removes what nobody used for a day, also across starts', async () => {
    const old = make('old');
    const others = Array.from({ length: 8 }, (_, index) => make(String(index)).key);
    const seconds = (nowMs - 2 * DAY_MS) / 1000;
    utimesSync(join(cacheFolders(cacheDir).artefacts, old.key, 'manifest.json'), seconds, seconds);
    await openCache();
    expect(stored().sort()).toEqual(others.sort());
  });
});
