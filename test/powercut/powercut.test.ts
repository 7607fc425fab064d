import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import type { Arena } from '../chaos/arena.ts';
import { sumUp } from '../chaos/ledger.ts';
import { waitUpTo } from '../interview/support/wait.ts';
import { createTestDirectory } from '../support/database.ts';
import { Disk } from './disk.ts';
import { cutPower, type RecordedLoad, withoutFlush } from './images.ts';
import { recordLoad } from './record.ts';
import { buildDiskShim } from './recording.ts';

const IMAGES = 40;
// SYNCODE_TEST_SEED repeats it, but for the moments of processes. `npm run powercut` makes as many images as one likes.
const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);

/** Hashes of what must outlive a power cut. */
function hashFiles(directory: string): Map<string, string> {
  const files = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(directory, path.join(entry.parentPath, entry.name)))
    .filter((name) => !/^cache|-shm$|^syncode\.lock/.test(name));
  const hashOf = (name: string) =>
    createHash('sha256')
      .update(readFileSync(path.join(directory, name)))
      .digest('hex');
  return new Map(files.sort().map((name) => [name, hashOf(name)]));
}

let scratch: ReturnType<typeof createTestDirectory>;
let load: RecordedLoad & { faults: string[]; arena: Arena };

beforeEach(() => waitUpTo(240_000));

describe(`a power cut while everybody types, runs and submits (seed ${seed})`, () => {
  beforeAll(async () => {
    waitUpTo(240_000);
    scratch = createTestDirectory();
    load = await recordLoad({ seed, rounds: 1, shim: buildDiskShim(scratch.path) });
  }, 900_000);
  afterAll(async () => {
    await load?.arena.dispose(false);
    scratch.remove();
  });
  const cut = (of: RecordedLoad, images: number) => cutPower(of, { images, seed, directory: scratch.path });

  it('was recorded with promises of all kinds', () => {
    expect(load.faults).toEqual([]);
    const { marks, results, calls, chat } = sumUp(load.entries);
    expect(marks.size).toBeGreaterThan(3);
    const verdicts = [...results.values()].map(({ outcome, verdict }) => outcome ?? verdict);
    expect(verdicts.length).toBeGreaterThan(5);
    expect(chat.size).toBeGreaterThan(0);
    expect(calls.size).toBeGreaterThan(20);
  });

  it('was recorded without a gap: played back, it makes the directory that is there', () => {
    const disk = new Disk();
    for (const record of load.records) disk.add(record);
    const image = path.join(scratch.path, 'whole');
    mkdirSync(image);
    disk.writeImage(image, { random: Math.random, blockBytes: 4096, arrived: 1 });
    const digests = hashFiles(load.data);
    expect([...digests.keys()]).toContain(DATABASE_FILE);
    expect(hashFiles(image)).toEqual(digests);
  });

  it('loses nothing that was acknowledged, wherever it comes', () => {
    const { losses, images } = cut(load, IMAGES);
    expect(losses).toEqual([]);
    expect(images).toBe(IMAGES);
  }, 300_000);

  it('would be noticed to lose edits, requests and verdicts if the flush did nothing', () => {
    expect(cut(withoutFlush(load), 12).failed).toBeGreaterThan(0);
  }, 300_000);
});
