import { describe, expect, it } from 'vitest';
import { checkBan, cleanMetadata } from './rules.ts';

const codeOf = (run: () => void) => {
  try {
    run();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return null;
};

describe('who may be banned', () => {
  it.each([
    ['another user', 'actor', { id: 'target', role: 'user' }, null],
    ['another admin', 'actor', { id: 'target', role: 'admin' }, 'ADMIN_TARGET_PROTECTED'],
    ['oneself', 'actor', { id: 'actor', role: 'admin' }, 'ADMIN_SELF_MODIFICATION'],
    ['an admin, by the operator', null, { id: 'target', role: 'admin' }, 'ADMIN_TARGET_PROTECTED'],
    ['a user, by the operator', null, { id: 'target', role: 'user' }, null],
  ] as const)('%s', (_, actorId, target, expected) => {
    expect(codeOf(() => checkBan(actorId, target))).toBe(expected);
  });
});

describe('metadata of the audit log [S13]', () => {
  it('is kept, but for values whose names sound secret, at any depth', () => {
    const metadata = {
      reason: 'manual',
      resetToken: 'abc',
      nested: { newPassword: 'x', Authorization: 'Bearer y', items: [{ cookie: 'z', id: 1 }] },
      keyCount: 3,
    };
    expect(cleanMetadata(metadata)).toEqual({
      reason: 'manual',
      resetToken: '[redacted]',
      nested: {
        newPassword: '[redacted]',
        Authorization: '[redacted]',
        items: [{ cookie: '[redacted]', id: 1 }],
      },
      keyCount: 3,
    });
  });

  it('is null when empty, and bounded', () => {
    expect(cleanMetadata({})).toBeNull();
    expect(cleanMetadata({ note: 'x'.repeat(5000) })).toEqual({ truncated: true, names: ['note'] });
    const deep = { a: { b: { c: { d: { e: 1 } } } } };
    expect(cleanMetadata(deep)).toEqual({ a: { b: { c: { d: '[cut]' } } } });
  });
});
