import { describe, expect, it } from 'vitest';
import { isNamedBy, weakTag } from './entity-tag.ts';

describe('weak ETags', () => {
  const tag = weakTag(1_700_000_000_000, { a: 1 });

  it('name the time of the last change and the body', () => {
    expect(tag).toMatch(/^W\/"1700000000000\.[\w-]{16}"$/);
    expect(weakTag(1_700_000_000_000, { a: 2 })).not.toBe(tag);
    expect(weakTag(1_700_000_000_001, { a: 1 })).not.toBe(tag);
    expect(weakTag(1_700_000_000_000, { a: 1 })).toBe(tag);
  });

  it('are found in If-None-Match alone, in a list, without W/, and by a star', () => {
    for (const header of [tag, `"x", ${tag}`, tag.slice(2), '*', ` ${tag} , "y"`])
      expect(isNamedBy(tag, header)).toBe(true);
  });

  it('are not found elsewhere', () => {
    for (const header of [undefined, '', '"x"', tag.slice(0, -2), 'W/'])
      expect(isNamedBy(tag, header)).toBe(false);
  });
});
