import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import { openDb } from '../../src/db/open.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { audit } from '../chaos/audit.ts';
import { type Noted, type Promises, sumUp } from '../chaos/ledger.ts';
import { between, createRandom, pick } from '../support/random.ts';
import { Disk } from './disk.ts';
import type { DiskRecord } from './recording.ts';

const WAL = `${DATABASE_FILE}-wal`;

/** What a server did to its disk from the first start on, and what it has promised meanwhile. */
export type RecordedLoad = {
  readonly records: readonly DiskRecord[];
  readonly entries: readonly Noted[];
  /** The data directory as it is now. */
  readonly data: string;
};

export type CutOptions = {
  readonly images: number;
  readonly seed: number;
  /** Where images are made, and the first one that lost something is kept. */
  readonly directory: string;
};

export type CutResult = {
  readonly images: number;
  /** Images that lost something, or do not open. */
  readonly failed: number;
  /** What the first of them lost. */
  readonly losses: string[];
};

/** The same recording as if no sync of the log had ever worked, checkpoints aside. */
export function withoutFlush({ records, ...load }: RecordedLoad): RecordedLoad {
  return { ...load, records: records.filter(({ type, name }) => type !== 'syncEnd' || name !== WAL) };
}

/** Makes images of what power cuts at many points may leave, opens each and compares it with what was promised by then. */
export function cutPower(load: RecordedLoad, options: CutOptions): CutResult {
  const random = createRandom(options.seed);
  const disk = new Disk();
  const image = path.join(options.directory, 'image');
  const result = { images: 0, failed: 0, losses: [] as string[] };
  let done = 0;
  for (const point of choosePoints(load, options.images, random)) {
    for (; done < point; done++) disk.add(load.records[done] as DiskRecord);
    rmSync(image, { recursive: true, force: true });
    mkdirSync(image, { mode: 0o700 });
    const cut = {
      random,
      blockBytes: pick(random, [512, 4096]),
      arrived: pick(random, [0, 1, 0.5, 0.9, 0.1]),
    };
    disk.writeImage(image, cut);
    const kept = result.failed === 0 ? path.join(options.directory, 'lost') : null;
    const found = findLosses(image, load, sumUp(load.entries, load.records[point - 1]?.end ?? 0), kept);
    result.images++;
    if (found.length === 0) continue;
    result.failed++;
    if (result.losses.length === 0)
      result.losses.push(`point ${point} of ${load.records.length}, seed ${options.seed}`, ...found);
  }
  rmSync(image, { recursive: true, force: true });
  return result;
}

/** In order: half of them anywhere after the first promise, half where files begin anew, are cut, or change their names. */
function choosePoints({ records, entries }: RecordedLoad, images: number, random: () => number): number[] {
  const promisedAt = entries.find(({ kind }) => kind === 'cookie')?.at ?? 0;
  const first = records.findIndex(({ end }) => end >= promisedAt) + 1;
  const hot = records.flatMap((record, at) => (at >= first && isHot(record) ? [at] : []));
  const points = Array.from({ length: images }, (_, index) => {
    if (index % 2 === 0 || hot.length === 0) return between(random, first, records.length);
    return pick(random, hot) + between(random, -3, 8);
  });
  return points.map((point) => Math.min(records.length, Math.max(first, point))).sort((a, b) => a - b);
}

function isHot({ type, name, offset }: DiskRecord): boolean {
  if (type === 'write') return name === DATABASE_FILE || offset === 0;
  return type !== 'syncBegin' && type !== 'syncEnd';
}

/** What an image lacks; copies of it go to `kept` then, as they were before anybody opened them. */
function findLosses(image: string, load: RecordedLoad, promises: Promises, kept: string | null): string[] {
  const before = kept && `${kept}-maybe`;
  if (before !== null) cpSync(image, before, { recursive: true, force: true });
  const losses = [...compareSmallFiles(image, load.data), ...openAndAudit(image, promises)];
  if (kept !== null && before !== null) {
    if (losses.length > 0) cpSync(before, kept, { recursive: true });
    rmSync(before, { recursive: true });
  }
  return losses;
}

/** Keys and settings do not change while the server runs, and nothing that it signed is worth anything without them. */
function compareSmallFiles(image: string, data: string): string[] {
  const names = [
    'config.toml',
    ...readdirSync(path.join(data, 'keys')).map((name) => path.join('keys', name)),
  ];
  return names.flatMap((name) => {
    const file = path.join(image, name);
    if (!existsSync(file)) return [`${name} is lost`];
    return readFileSync(file).equals(readFileSync(path.join(data, name))) ? [] : [`${name} is damaged`];
  });
}

/** Opens it as the program does, with which the log is taken over. */
function openAndAudit(image: string, promises: Promises): string[] {
  try {
    const db = openDb({ path: path.join(image, DATABASE_FILE), log: silentLog, mode: 'command' });
    try {
      return audit(db.raw, promises);
    } finally {
      db.raw.close();
      db.durable.stop();
    }
  } catch (error) {
    return [`the database does not open: ${error instanceof Error ? error.message : error}`];
  }
}
