import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const commands = ['init', 'serve', 'seed', 'admin', 'config', 'migrate', 'version'];

describe('what was probably meant', () => {
  it.each([
    ['sreve', 'serve'],
    ['SERVE', 'serve'],
    ['vesion', 'version'],
    ['migrat', 'migrate'],
    ['ini', 'init'],
    ['elephant', null],
    ['', null],
    ['s'.repeat(100_000), null],
  ])('%s', (word, expected) => {
    expect(nearest(word.slice(0, 100_000), commands)).toBe(expected);
  });

  it('is found after any one mistake', () => {
    const word = fc.constantFrom(...commands);
    fc.assert(
      fc.property(word, fc.nat(20), fc.constantFrom('drop', 'double', 'swap'), (name, place, mistake) => {
        const at = place % (name.length - 1);
        const [before, own, next, after] = [name.slice(0, at), name[at], name[at + 1], name.slice(at + 2)];
        const typed =
          mistake === 'drop'
            ? `${before}${next}${after}`
            : mistake === 'double'
              ? `${before}${own}${own}${next}${after}`
              : `${before}${next}${own}${after}`;
        expect(nearest(typed, commands)).toBe(name);
      }),
    );
  });
});
