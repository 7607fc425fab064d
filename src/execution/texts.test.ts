import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headText, showText, tailText } from './texts.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const words = fc.string({ unit: fc.constantFrom('a', 'é', '€', '𝄞', '\n', ' ') });

describe('texts', () => {
  it('replaces NUL and bad bytes, keeps other control characters and a byte order mark', () => {
    expect(showText(new Uint8Array([97, 0, 27, 255, 98]))).toBe('a\uFFFD\u001b\uFFFDb');
    expect(showText(bytes('\uFEFFx'))).toBe('\uFEFFx');
  });

  it('keeps what fits', () => {
    expect(headText(bytes('né'), 3, false)).toBe('né');
    expect(tailText(bytes('né'), 3, false)).toBe('né');
    expect(headText(new Uint8Array(), 0, true)).toBe('');
    expect(tailText(new Uint8Array(), 0, true)).toBe('');
  });

  it('never splits a character, whatever the cut', () => {
    fc.assert(
      fc.property(words, fc.nat(20), (text, max) => {
        const head = headText(bytes(text), max, false);
        const tail = tailText(bytes(text), max, false);
        expect(text.startsWith(head)).toBe(true);
        expect(text.endsWith(tail)).toBe(true);
        expect(bytes(head).length).toBeLessThanOrEqual(max);
        expect(bytes(tail).length).toBeLessThanOrEqual(max);
        const lost = Math.max(0, bytes(text).length - max);
        expect(bytes(text).length - bytes(head).length).toBeLessThanOrEqual(lost + 3);
        expect(bytes(text).length - bytes(tail).length).toBeLessThanOrEqual(lost + 3);
      }),
    );
  });

  it('drops half a character where the reader had cut, but shows one that the program left', () => {
    const half = bytes('a€').subarray(0, 3);
    expect(headText(half, 10, true)).toBe('a');
    expect(headText(half, 10, false)).toBe('a\uFFFD');
    expect(tailText(bytes('€a').subarray(1), 10, true)).toBe('a');
  });

  it('cuts any bytes without loss of more than a character', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), fc.nat(30), (any, max) => {
        expect(headText(any, max, false).length).toBeGreaterThanOrEqual(
          Math.min(any.length, max) > 3 ? 1 : 0,
        );
        expect(tailText(any, max, false).length).toBeLessThanOrEqual(Math.max(max, 0));
      }),
    );
  });
});
