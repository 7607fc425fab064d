import { framePayloadMax } from './protocol.ts';

const frameHeaderBytes = 5;
const fieldHeaderBytes = 6;
const numberBytes = 8;

/** Collects the fields of one payload: u16 tag, u32 length, bytes; numbers are u64, text ends with a NUL. */
export interface FieldWriter {
  bytes(tag: number, value: Uint8Array): void;
  /** A whole number from 0 to 2^53 - 1. */
  number(tag: number, value: number): void;
  /** Throws a TypeError when the text holds a NUL. */
  text(tag: number, value: string): void;
  /** Everything written so far, in one piece. */
  payload(): Buffer;
}

/** An empty row of fields. */
export function createFieldWriter(): FieldWriter {
  const parts: Uint8Array[] = [];

  function bytes(tag: number, value: Uint8Array): void {
    const header = Buffer.alloc(fieldHeaderBytes);
    header.writeUInt16LE(tag, 0);
    header.writeUInt32LE(value.byteLength, 2);
    parts.push(header, value);
  }

  function number(tag: number, value: number): void {
    if (!Number.isSafeInteger(value) || value < 0) throw new TypeError(`not a whole number: ${value}`);
    const field = Buffer.alloc(numberBytes);
    field.writeBigUInt64LE(BigInt(value), 0);
    bytes(tag, field);
  }

  function text(tag: number, value: string): void {
    if (value.includes('\0')) throw new TypeError('a text with a NUL cannot be passed to a program');
    bytes(tag, Buffer.from(`${value}\0`, 'utf8'));
  }

  return { bytes, number, text, payload: () => Buffer.concat(parts) };
}

/** A whole frame. Throws a TypeError when the payload is too long to be taken. */
export function encodeFrame(kind: number, payload: Uint8Array): Buffer {
  if (payload.byteLength > framePayloadMax) throw new TypeError('the request is too large');
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32LE(payload.byteLength, 0);
  header.writeUInt8(kind, 4);
  return Buffer.concat([header, payload]);
}

/** One field; `value` is a view of the payload. */
export interface Field {
  readonly tag: number;
  readonly value: Buffer;
}

/** All fields of a payload. Throws when one is cut short. */
export function decodeFields(payload: Buffer): Field[] {
  const fields: Field[] = [];
  let at = 0;
  while (at < payload.length) {
    if (payload.length - at < fieldHeaderBytes) throw new Error('a field without its header');
    const length = payload.readUInt32LE(at + 2);
    const start = at + fieldHeaderBytes;
    if (length > payload.length - start) throw new Error('a field that is cut short');
    fields.push({ tag: payload.readUInt16LE(at), value: payload.subarray(start, start + length) });
    at = start + length;
  }
  return fields;
}

/** The number of a field of 8 bytes. Throws for another length. */
export function fieldNumber(field: Field): number {
  if (field.value.length !== numberBytes) throw new Error(`field ${field.tag} is not a number`);
  return Number(field.value.readBigUInt64LE(0));
}

/** The text of a field, without its NUL. */
export function fieldText(field: Field): string {
  return field.value.toString('utf8', 0, Math.max(0, field.value.length - 1));
}

/** Cuts a stream of bytes, in pieces of any size, into frames; throws when one is too long. */
export function createFrameReader(onFrame: (kind: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let have = 0;
  let wanted = frameHeaderBytes;

  return function take(chunk: Buffer): void {
    parts.push(chunk);
    have += chunk.length;
    while (have >= wanted) {
      const all = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
      parts = [all];
      const length = all.readUInt32LE(0);
      if (length > framePayloadMax) throw new Error('a frame that is too long');
      wanted = frameHeaderBytes + length;
      if (have < wanted) return;
      parts = have > wanted ? [all.subarray(wanted)] : [];
      have -= wanted;
      const payload = all.subarray(frameHeaderBytes, wanted);
      wanted = frameHeaderBytes;
      onFrame(all.readUInt8(4), payload);
    }
  };
}
