import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOutputRight, normaliseText } from './compare.ts';

const text = (actual: string, expected: string) => isOutputRight(actual, expected, { mode: 'text' });
const tokens = (actual: string, expected: string) => isOutputRight(actual, expected, { mode: 'tokens' });
const float = (actual: string, expected: string, tolerance = 1e-6) =>
  isOutputRight(actual, expected, { mode: 'float', tolerance });

const messy = fc.array(
  fc.constantFrom('a', 'B', ' ', '\t', '\n', '\r', '\r\n', '0', '1.5', '-', 'é', '\u00a0'),
  {
    maxLength: 40,
  },
);
const messyText = messy.map((parts) => parts.join(''));

describe('text', () => {
  it.each([
    ['no final newline', 'a\nb', 'a\nb\n'],
    ['CRLF', 'a\r\nb\r\n', 'a\nb'],
    ['CR', 'a\rb', 'a\nb'],
    ['trailing blanks', 'a \t\nb ', 'a\nb'],
    ['blank lines at the end', 'a\n\n \n\t\n', 'a'],
    ['nothing', '', '\n \n'],
  ])('forgives %s', (_, actual, expected) => expect(text(actual, expected)).toBe(true));

  it.each([
    ['case', 'A', 'a'],
    ['leading blanks', ' a', 'a'],
    ['inner blanks', 'a  b', 'a b'],
    ['inner blank lines', 'a\n\nb', 'a\nb'],
    ['leading blank lines', '\na', 'a'],
    ['other white space at line ends', 'a\u00a0', 'a'],
    ['form feeds', 'a\f', 'a'],
    ['missing lines', 'a', 'a\nb'],
  ])('counts %s', (_, actual, expected) => expect(text(actual, expected)).toBe(false));

  it('normalises once and for all', () => {
    fc.assert(
      fc.property(messyText, (one) => {
        expect(normaliseText(normaliseText(one))).toBe(normaliseText(one));
      }),
    );
  });

  it('takes no more than linear time on blanks', () => {
    const blanks = ' '.repeat(1024 * 1024);
    expect(text(`${blanks}x`, `${blanks}x`)).toBe(true);
    expect(text(`x${blanks}`, 'x')).toBe(true);
    expect(tokens(`${blanks}x`, 'x')).toBe(true);
  }, 5000);
});

describe('tokens', () => {
  it('splits on any white space', () => {
    expect(tokens(' a\tb\r\n\n c\u00a0d\f', 'a b c d')).toBe(true);
    expect(tokens('', ' \n')).toBe(true);
  });
  it('wants the same tokens in the same order', () => {
    expect(tokens('a b', 'b a')).toBe(false);
    expect(tokens('a', 'a a')).toBe(false);
    expect(tokens('A', 'a')).toBe(false);
    expect(tokens('1.0', '1')).toBe(false);
    expect(tokens('ab', 'a b')).toBe(false);
  });
});

describe('text and tokens', () => {
  it('are symmetric, and tokens forgive all that text forgives', () => {
    fc.assert(
      fc.property(messyText, messyText, (one, other) => {
        expect(text(one, other)).toBe(text(other, one));
        expect(tokens(one, other)).toBe(tokens(other, one));
        expect(text(one, one)).toBe(true);
        expect(tokens(one, normaliseText(one))).toBe(true);
        if (text(one, other)) expect(tokens(one, other)).toBe(true);
        if (tokens(one, other)) expect(float(one, other)).toBe(true);
      }),
    );
  });
});

describe('float', () => {
  it.each([
    ['1.0000005', '1'],
    ['1000000.9', '1000000'],
    ['-0', '0'],
    ['+1', '1'],
    ['.5', '0.5'],
    ['5.', '5'],
    ['1e3', '1000'],
    ['1E-7', '0'],
    ['nan', 'NaN'],
    ['-nan', 'nan'],
    ['inf', '+Infinity'],
    ['-inf', '-INF'],
    ['x 1.0 y', 'x 1 y'],
    ['1e999', '1e999'],
    ['1e999', '2e999'],
  ])('%s for %s', (actual, expected) => expect(float(actual, expected)).toBe(true));

  it.each([
    ['1.000002', '1'],
    ['1000002', '1000000'],
    ['nan', '1'],
    ['1', 'nan'],
    ['inf', '-inf'],
    ['inf', '1e308'],
    ['1e999', '1'],
    ['0x10', '16'],
    ['1_000', '1000'],
    ['1,5', '1.5'],
    ['', '0'],
    ['1 2', '1'],
    ['one', '1'],
    ['1', 'one'],
    ['--1', '1'],
    ['1e', '1'],
  ])('not %s for %s', (actual, expected) => expect(float(actual, expected)).toBe(false));

  it('takes what lies within the wider of both tolerances, and nothing beyond', () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(number, fc.double({ min: -2, max: 2, noNaN: true }), (expected, part) => {
        const allowed = 0.001 * Math.max(1, Math.abs(expected));
        const actual = expected + part * allowed;
        const close = Math.abs(part);
        fc.pre(close < 0.99 || close > 1.01);
        expect(float(String(actual), String(expected), 0.001)).toBe(close < 1);
      }),
    );
  });

  it('takes no more than linear time on digits', () => {
    const digits = '1'.repeat(512 * 1024);
    expect(float(`${digits}x`, digits)).toBe(false);
  }, 5000);
});
