import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Builds the shim that stands between a child and its disk; gives the file for LD_PRELOAD. */
export function buildDiskShim(directory: string): string {
  const library = join(directory, 'disk-shim.so');
  const source = join(import.meta.dirname, '../support/disk-shim.c');
  execFileSync('gcc', ['-shared', '-fPIC', '-O1', '-Wall', '-pthread', '-o', library, source, '-ldl']);
  return library;
}

const TYPES = ['', 'write', 'truncate', 'syncBegin', 'syncEnd', 'ack', 'unlink'] as const;
const FILES = ['', '', 'database', 'wal', 'acks'] as const;

/** One thing that the child did to its disk, in order. */
export type DiskRecord = {
  readonly type: (typeof TYPES)[number];
  readonly file: (typeof FILES)[number];
  readonly offset: number;
  readonly isMainThread: boolean;
  /** Pairs the begin and the end of a sync. */
  readonly syncId: number;
  readonly data: Buffer;
};

const HEADER_BYTES = 32;

export function readRecording(path: string): DiskRecord[] {
  const bytes = readFileSync(path);
  const records: DiskRecord[] = [];
  for (let at = 0; at + HEADER_BYTES <= bytes.length; ) {
    const type = TYPES[bytes.readUInt32LE(at)] ?? '';
    const length = type === 'write' || type === 'ack' ? Number(bytes.readBigUInt64LE(at + 16)) : 0;
    records.push({
      type,
      file: FILES[bytes.readUInt32LE(at + 4)] ?? '',
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      isMainThread: bytes.readUInt32LE(at + 24) === 1,
      syncId: bytes.readUInt32LE(at + 28),
      data: bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length),
    });
    at += HEADER_BYTES + length;
  }
  return records;
}

/** What a disk holds of one file: content that a sync made safe, and changes that may or may not have arrived. */
export class DiskFile {
  #safe: Buffer;
  #pending: DiskRecord[] = [];
  readonly #begun = new Map<number, number>();

  constructor(safe: Buffer) {
    this.#safe = Buffer.from(safe);
  }

  add(record: DiskRecord): void {
    if (record.type === 'syncBegin') this.#begun.set(record.syncId, this.#pending.length);
    else if (record.type === 'syncEnd') this.#settle(record.syncId);
    else this.#pending.push(record);
  }

  #settle(syncId: number): void {
    const count = this.#begun.get(syncId) ?? 0;
    for (const record of this.#pending.splice(0, count)) this.#safe = apply(this.#safe, record);
    for (const [id, covers] of this.#begun) this.#begun.set(id, Math.max(0, covers - count));
  }

  /**
   * A content that a power cut may leave: of each block any version between the safe and the newest one; `arrived` is
   * the chance of a pending write. Truncations happen in their order or not at all.
   */
  imageAfterPowerCut(random: () => number, blockBytes: number, arrived: number): Buffer {
    let image: Buffer = Buffer.from(this.#safe);
    let pending = this.#pending;
    const cutAt = pending.findIndex(({ type }) => type !== 'write');
    if (cutAt >= 0 && random() < 0.5) {
      for (const record of pending.slice(0, cutAt + 1)) image = apply(image, record);
      pending = pending.slice(cutAt + 1).filter(({ type }) => type === 'write');
    } else if (cutAt >= 0) {
      pending = pending.slice(0, cutAt);
    }
    for (const record of pending)
      for (const block of blocksOf(record, blockBytes)) if (random() < arrived) image = apply(image, block);
    return image;
  }
}

function blocksOf(record: DiskRecord, blockBytes: number): DiskRecord[] {
  const blocks: DiskRecord[] = [];
  for (let at = record.offset; at < record.offset + record.data.length; ) {
    const end = Math.min(record.offset + record.data.length, (Math.floor(at / blockBytes) + 1) * blockBytes);
    blocks.push({
      ...record,
      offset: at,
      data: record.data.subarray(at - record.offset, end - record.offset),
    });
    at = end;
  }
  return blocks;
}

function apply(content: Buffer, { type, offset, data }: DiskRecord): Buffer {
  const size = type === 'write' ? Math.max(content.length, offset + data.length) : offset;
  const next = size === content.length ? content : Buffer.alloc(size);
  if (next !== content) content.copy(next, 0, 0, Math.min(size, content.length));
  if (type === 'write') data.copy(next, offset);
  return next;
}
