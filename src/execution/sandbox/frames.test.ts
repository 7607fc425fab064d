import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createFieldWriter,
  createFrameReader,
  decodeFields,
  encodeFrame,
  fieldNumber,
  fieldText,
} from './frames.ts';

const payload = fc.uint8Array({ maxLength: 300 });
const frames = fc.array(fc.record({ kind: fc.integer({ min: 0, max: 255 }), payload }), { maxLength: 8 });

/** A stream cut at arbitrary places. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = [];
  let at = 0;
  for (let i = 0; at < bytes.length; i++) {
    const size = sizes.length === 0 ? bytes.length : (sizes[i % sizes.length] ?? 1);
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

describe('frames', () => {
  it('come out as they went in, whatever the pieces', () => {
    fc.assert(
      fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 10 }), (sent, sizes) => {
        const got: { kind: number; payload: number[] }[] = [];
        const take = createFrameReader((kind, bytes) => got.push({ kind, payload: [...bytes] }));
        const stream = Buffer.concat(sent.map((one) => encodeFrame(one.kind, one.payload)));
        for (const piece of cut(stream, sizes)) take(piece);
        expect(got).toEqual(sent.map((one) => ({ kind: one.kind, payload: [...one.payload] })));
      }),
    );
  });

  it('a length out of bounds is refused before anything is kept', () => {
    const take = createFrameReader(() => {});
    expect(() => take(Buffer.from([0xff, 0xff, 0xff, 0xff, 1]))).toThrow('too long');
    expect(() => encodeFrame(1, Buffer.alloc(129 * 1024 * 1024))).toThrow(TypeError);
  });

  it('garbage never gives more than it has', () => {
    fc.assert(
      fc.property(payload, (bytes) => {
        try {
          const total = decodeFields(Buffer.from(bytes)).reduce(
            (sum, field) => sum + 6 + field.value.length,
            0,
          );
          expect(total).toBe(bytes.length);
        } catch (error) {
          expect((error as Error).message).toMatch(/field/);
        }
      }),
    );
  });
});

describe('fields', () => {
  it('numbers and texts', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.string({ unit: 'grapheme' }), (number, text) => {
        fc.pre(!text.includes('\0'));
        const writer = createFieldWriter();
        writer.number(1, number);
        writer.text(2, text);
        const [first, second] = decodeFields(writer.payload());
        if (!first || !second) throw new Error('two fields');
        expect(fieldNumber(first)).toBe(number);
        expect(fieldText(second)).toBe(text);
      }),
    );
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, -1, 0.5, 2 ** 53])('%d is no number of a field', (value) => {
    expect(() => createFieldWriter().number(1, value)).toThrow(TypeError);
  });

  it('a text with a NUL is refused, a number of another length too', () => {
    expect(() => createFieldWriter().text(1, 'a\0b')).toThrow(TypeError);
    expect(() => fieldNumber({ tag: 1, value: Buffer.alloc(4) })).toThrow('not a number');
  });
});
