import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import { Disk } from '../powercut/disk.ts';
import { buildDiskShim, type DiskRecord, readRecording } from '../powercut/recording.ts';
import { createTestDirectory } from '../support/database.ts';
import { createRandom } from '../support/random.ts';
import type { WriterOptions } from './children/writer.ts';

import { createRowsDatabase, findLosses, readAcknowledged, runWriter } from './writer-process.ts';

// Printed by every failure of this file; SYNCODE_TEST_SEED repeats it.
const seed = Number(process.env.SYNCODE_TEST_SEED ?? Date.now() % 1_000_000);

// Each starts processes, on machines that may be busy.
vi.setConfig({ testTimeout: 120_000 });

let shimDirectory: ReturnType<typeof createTestDirectory>;
let shim: string;
let directory: ReturnType<typeof createTestDirectory>;
let path: string;
let base: Buffer;

beforeAll(() => {
  shimDirectory = createTestDirectory();
  shim = buildDiskShim(shimDirectory.path);
});
afterAll(() => shimDirectory.remove());
beforeEach(async () => {
  directory = createTestDirectory();
  path = await createRowsDatabase(directory.path);
  base = readFileSync(path);
});
afterEach(() => directory.remove());

const options = (changes: Partial<WriterOptions> = {}): WriterOptions => ({
  directory: directory.path,
  rows: 400,
  acknowledge: 'recording',
  waitsForDisk: true,
  checkpointEvery: 60,
  ...changes,
});

/** Runs a writer behind the shim and gives everything that was done to its disk since the last one, or since the first. */
async function record(
  changes: Partial<WriterOptions>,
  faults: Record<string, string> = {},
  since: 'last' | 'base' = 'last',
) {
  const recording = join(shimDirectory.path, 'recording');
  if (since === 'last') rmSync(recording, { force: true });
  const run = await runWriter(options(changes), {
    LD_PRELOAD: shim,
    DISK_DIRECTORY: directory.path,
    DISK_RECORDING: recording,
    ...faults,
  });
  return { ...run, records: readRecording(recording) };
}

const acknowledgedOf = (records: readonly DiskRecord[]) =>
  readAcknowledged(
    records
      .filter(isAck)
      .map(({ data }) => data.toString())
      .join(''),
  );

const isAck = ({ type, name }: DiskRecord) => type === 'write' && name === `${DATABASE_FILE}.ack`;

/** Losses over many images of what a power cut could leave, at points spread over the recording from `first` on. */
function cutPower(records: readonly DiskRecord[], images: number, first = 0): string[] {
  const random = createRandom(seed);
  const disk = new Disk();
  disk.addSafe(DATABASE_FILE, base);
  const image = join(shimDirectory.path, 'image');
  const points = Array.from({ length: images }, () => first + Math.ceil(random() * (records.length - first)));
  points.push(records.length, records.length, records.length);
  const losses: string[] = [];
  let done = 0;
  for (const point of points.sort((a, b) => a - b)) {
    for (; done < point; done++) disk.add(records[done] as DiskRecord);
    const blockBytes = random() < 0.5 ? 512 : 4096;
    const arrived = [0, 1, 0.5, 0.9, 0.1][Math.floor(random() * 5)] ?? 0;
    rmSync(image, { recursive: true, force: true });
    mkdirSync(image);
    disk.writeImage(image, { random, blockBytes, arrived });
    losses.push(...findLosses(join(image, DATABASE_FILE), acknowledgedOf(records.slice(first, point))));
  }
  return losses;
}

describe('a process that is killed', () => {
  it('has stored every row that it acknowledged, in all of four rounds over one database', async () => {
    const random = createRandom(seed);
    const acknowledged: number[] = [];
    for (let round = 0; round < 4; round++) {
      const killAfterMs = Math.floor(20 + random() * 300);
      const run = await runWriter(options({ acknowledge: 'stdout', rows: 1_000_000 }), {}, killAfterMs);
      expect(run.signal, run.stderr).toBe('SIGKILL');
      acknowledged.push(...run.acknowledged);
      expect(findLosses(path, acknowledged), `seed ${seed}, round ${round}`).toEqual([]);
    }
    expect(acknowledged.length).toBeGreaterThan(100);
  });
});

describe('a power cut', () => {
  it('loses no acknowledged row, wherever it comes, checkpoints and restarts of the WAL included', async () => {
    const { records, stderr } = await record({});
    expect(JSON.parse(stderr).restarts).toBeGreaterThan(2);
    expect(acknowledgedOf(records)).toHaveLength(400);
    expect(cutPower(records, 150), `seed ${seed}`).toEqual([]);
  });

  it('would be noticed to lose rows if acknowledgements did not wait for the disk', async () => {
    const { records } = await record({ waitsForDisk: false });
    expect(cutPower(records, 40).length, `seed ${seed}`).toBeGreaterThan(0);
  });
});

describe('the successor of a killed process', () => {
  it('shows nothing that a power cut could still take back', async () => {
    // Slow, so that the rows are committed and not yet flushed when it dies.
    const changes = { rows: 60, waitsForDisk: false, checkpointEvery: 1_000 };
    const before = await record(changes, { DISK_SYNC_DELAY_US: '200000' });
    const { records } = await record({ rows: 0, showsRows: true }, {}, 'base');
    const shown = acknowledgedOf(records.slice(before.records.length));
    expect(shown.length).toBeGreaterThan(20);
    expect(cutPower(records, 60, before.records.length), `seed ${seed}`).toEqual([]);
  });
});

describe('a disk that fails a sync', () => {
  const never = 1_000_000;
  it.each([
    ['of the flush', never, '12'],
    ['of the flush or a checkpoint', 20, '15'],
  ])(
    'ends the process by SIGKILL, with its reason in the log and nothing acknowledged lost: %s',
    async (_, checkpointEvery, nth) => {
      const changes = { rows: 100_000, checkpointEvery };
      const { records, signal, stderr } = await record(changes, { DISK_FAIL_WAL_SYNC: nth });
      expect(signal).toBe('SIGKILL');
      expect(stderr).toContain('storage failed');
      const acknowledged = acknowledgedOf(records);
      expect(acknowledged.length).toBeGreaterThan(0);
      expect(cutPower(records, 40), `seed ${seed}`).toEqual([]);
      expect(findLosses(path, acknowledged)).toEqual([]);
    },
  );
});

describe('a slow disk', () => {
  it('never holds up the event loop: no sync of it runs there, and its delays are those of a fast disk', async () => {
    const fast = await record({ rows: 100 });
    const delayMs = 300;
    const slow = await record({ rows: 100 }, { DISK_SYNC_DELAY_US: `${delayMs * 1000}` });
    const started = slow.records.findIndex(isAck);
    const syncs = slow.records.slice(started).filter(({ type }) => type === 'syncBegin');
    expect(syncs.length).toBeGreaterThan(5);
    expect(syncs.filter(({ isMainThread }) => isMainThread)).toEqual([]);
    const delayOf = ({ stderr }: { stderr: string }) => JSON.parse(stderr).loopDelayMs as number;
    // Half a sync above the fast disk: a loop that waited for syncs would be a whole one above.
    expect(delayOf(slow)).toBeLessThan(delayOf(fast) + delayMs / 2);
  });
});
