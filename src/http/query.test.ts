import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQuery } from './query.ts';

const read = (type: Parameters<typeof readQuery>[0][string], value: unknown) =>
  readQuery({ x: type }, { x: value }).x;

describe('readQuery', () => {
  it('reads every safe integer as itself, and keeps every other text', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(read('integer', String(value))).toBe(value === 0 ? 0 : value);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const value = read('integer', text);
        if (typeof value === 'number') expect(String(value)).toBe(text === '-0' ? '0' : text);
        else expect(value).toBe(text);
      }),
    );
  });

  it.each(['0x10', ' 5', '5 ', '1e3', '+5', '05', '5.0', '9007199254740993', '', '-', 'NaN', 'Infinity'])(
    'keeps %j for validation to refuse as an integer',
    (text) => {
      expect(read('integer', text)).toBe(text);
    },
  );

  it('reads plain decimals as numbers, and nothing else', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = String(value);
        const isPlain = /^-?\d{1,16}(\.\d{1,15})?$/.test(text);
        expect(read('number', text)).toBe(isPlain ? value + 0 : text);
      }),
    );
  });

  it('takes true and false only', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom('true', 'false', 'TRUE', '1', 'yes'), fc.string()), (text) => {
        expect(read('boolean', text)).toBe(text === 'true' ? true : text === 'false' ? false : text);
      }),
    );
  });

  it('reads a list the same whether keys are repeated or values joined, without duplicates and blanks', () => {
    const entry = fc.string({ minLength: 1 }).filter((text) => !text.includes(','));
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1 }), (entries) => {
        const unique = [...new Set(entries)];
        expect(read('string[]', entries)).toEqual(unique);
        expect(read('string[]', `${entries.join(',')},,`)).toEqual(unique);
        expect(read('string[]', [entries.join(','), ...entries])).toEqual(unique);
      }),
    );
  });

  it('leaves out what it does not know, and a repeated scalar as it is', () => {
    const keys = fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'toString'));
    fc.assert(
      fc.property(fc.dictionary(keys, fc.string()), (raw) => {
        const { x: _x, ...others } = raw;
        expect(readQuery({ x: 'string' }, others)).toEqual({});
      }),
    );
    expect(read('integer', ['1', '2'])).toEqual(['1', '2']);
  });
});
