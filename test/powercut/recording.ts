import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the shim that stands between a child and its disk; gives the file for LD_PRELOAD. */
export function buildDiskShim(directory: string): string {
  const library = join(directory, 'disk-shim.so');
  const source = join(import.meta.dirname, '../support/disk-shim.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-pthread', '-o', library, source]);
  return library;
}

const TYPES = [
  '',
  'write',
  'truncate',
  'syncBegin',
  'syncEnd',
  'create',
  'remove',
  'rename',
  'makeFolder',
] as const;

/** One thing that a process did to its disk, in order. */
export type DiskRecord = {
  readonly type: (typeof TYPES)[number];
  /** Name below the directory; empty for the directory itself. */
  readonly name: string;
  /** Where it was written, or the length to which the file was cut. */
  readonly offset: number;
  readonly isMainThread: boolean;
  /** Pairs the begin and the end of a sync. */
  readonly syncId: number;
  /** What was written, or the new name. */
  readonly data: Buffer;
  /** Size of the recording up to the end of this record. */
  readonly end: number;
};

const HEADER_BYTES = 32;

/** All whole records; a process that was killed may have left half a one. */
export function readRecording(path: string): DiskRecord[] {
  const bytes = readFileSync(path);
  const records: DiskRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const type = TYPES[bytes.readUInt32LE(at)] ?? '';
    const nameAt = at + HEADER_BYTES;
    const dataAt = nameAt + bytes.readUInt32LE(at + 4);
    const hasData = type === 'write' || type === 'rename';
    const end = dataAt + (hasData ? Number(bytes.readBigUInt64LE(at + 16)) : 0);
    if (end > bytes.length) break;
    records.push({
      type,
      name: bytes.toString('utf8', nameAt, dataAt),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      isMainThread: bytes.readUInt32LE(at + 24) === 1,
      syncId: bytes.readUInt32LE(at + 28),
      data: bytes.subarray(dataAt, end),
      end,
    });
    at = end;
  }
  return records;
}
