import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { productPath } from '../../src/config/product.ts';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import { pendingMigrations } from '../../src/db/migrate.ts';
import { openDb } from '../../src/db/open.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { createTestDirectory } from '../support/database.ts';
import { Disk } from './disk.ts';
import { buildDiskShim, readRecording } from './recording.ts';

let directory: ReturnType<typeof createTestDirectory>;

beforeEach(() => {
  directory = createTestDirectory();
});
afterEach(() => directory.remove());

it('a new installation is on disk, keys and settings included, when it is said to be made', async () => {
  const data = path.join(directory.path, 'data');
  const recording = path.join(directory.path, 'recording');
  const shim = buildDiskShim(directory.path);
  execFileSync(productPath('bin/syncode'), ['init', '--no-admin', '--no-seed', '--data-dir', data], {
    env: { PATH: process.env.PATH, LD_PRELOAD: shim, DISK_DIRECTORY: data, DISK_RECORDING: recording },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const disk = new Disk();
  for (const record of readRecording(recording)) disk.add(record);
  const image = path.join(directory.path, 'image');
  mkdirSync(image);
  // Only what was synced has arrived.
  disk.writeImage(image, { random: () => 0, blockBytes: 4096, arrived: 0 });
  const db = openDb({ path: path.join(image, DATABASE_FILE), log: silentLog, mode: 'command' });
  expect(pendingMigrations(db.raw)).toEqual([]);
  await db.close();
  const keys = readdirSync(path.join(data, 'keys')).map((name) => path.join('keys', name));
  expect(keys.length).toBeGreaterThan(3);
  const read = (name: string) => readFileSync(path.join(image, name), 'utf8');
  for (const name of ['config.toml', ...keys])
    expect(read(name)).toBe(readFileSync(path.join(data, name), 'utf8'));
}, 120_000);
