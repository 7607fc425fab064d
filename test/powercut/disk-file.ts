import type { Cut } from './disk.ts';
import type { DiskRecord } from './recording.ts';

type Change = Pick<DiskRecord, 'type' | 'offset' | 'data'>;

/** What a disk holds of one file: content that a sync made safe, and changes that may or may not have arrived. */
export class DiskFile {
  readonly #safe: Content;
  #pending: Change[] = [];
  readonly #begun = new Map<number, number>();

  constructor(safe: Buffer) {
    this.#safe = new Content(safe);
  }

  change(record: Change): void {
    this.#pending.push(record);
  }

  beginSync(id: number): void {
    this.#begun.set(id, this.#pending.length);
  }

  endSync(id: number): void {
    const count = this.#begun.get(id) ?? 0;
    for (const change of this.#pending.splice(0, count)) this.#safe.apply(change);
    for (const [other, covers] of this.#begun) this.#begun.set(other, Math.max(0, covers - count));
  }

  /**
   * A content that a power cut may leave: of each block of pending writes any subset, on top of what is safe.
   * Truncations happen in their order or not at all (all of them if everything has arrived); the file may have its new length without its new content.
   */
  imageAfterPowerCut({ random, blockBytes, arrived }: Cut): Buffer {
    const image = new Content(this.#safe.bytes());
    let pending = this.#pending;
    const cutAt = pending.findLastIndex(({ type }) => type === 'truncate');
    const firstCut = pending.findIndex(({ type }) => type === 'truncate');
    if (cutAt >= 0 && (arrived === 1 || random() < 0.5)) {
      for (const change of pending.slice(0, cutAt + 1)) image.apply(change);
      pending = pending.slice(cutAt + 1);
    } else if (cutAt >= 0) {
      pending = pending.slice(0, firstCut);
    }
    for (const change of pending)
      for (const block of blocksOf(change, blockBytes)) if (random() < arrived) image.apply(block);
    const fullLength = Math.max(0, ...pending.map(({ offset, data }) => offset + data.length));
    if (random() < 0.3) image.extend(fullLength);
    return image.bytes();
  }
}

function blocksOf({ type, offset, data }: Change, blockBytes: number): Change[] {
  const blocks: Change[] = [];
  for (let at = offset; at < offset + data.length; ) {
    const end = Math.min(offset + data.length, (Math.floor(at / blockBytes) + 1) * blockBytes);
    blocks.push({ type, offset: at, data: data.subarray(at - offset, end - offset) });
    at = end;
  }
  return blocks;
}

/** Bytes that grow without being copied at each write. */
class Content {
  #buffer: Buffer;
  #length: number;

  constructor(bytes: Buffer) {
    this.#buffer = Buffer.from(bytes);
    this.#length = bytes.length;
  }

  bytes(): Buffer {
    return this.#buffer.subarray(0, this.#length);
  }

  apply({ type, offset, data }: Change): void {
    if (type === 'truncate') {
      if (offset < this.#length) this.#buffer.fill(0, offset, this.#length);
      this.extend(offset);
      this.#length = offset;
      return;
    }
    this.extend(offset + data.length);
    data.copy(this.#buffer, offset);
  }

  /** Makes it so long at least, with zeros. */
  extend(length: number): void {
    if (length <= this.#length) return;
    if (length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(length, this.#buffer.length * 2));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    this.#length = length;
  }
}
