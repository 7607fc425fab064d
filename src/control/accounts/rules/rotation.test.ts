import { describe, expect, it } from 'vitest';
import { judgeRefresh } from './rotation.ts';

const token = (spentAt: number | null, revokedAt: number | null = null) => ({ spentAt, revokedAt });

describe('a refresh token [S10]', () => {
  it('is spent at its first use', () => {
    expect(judgeRefresh(token(null), 5000, 10_000)).toBe('spend');
  });

  it('gives a further successor up to and at the end of the grace, and raises the alarm after it', () => {
    expect(judgeRefresh(token(1000), 1000, 10_000)).toBe('again');
    expect(judgeRefresh(token(1000), 11_000, 10_000)).toBe('again');
    expect(judgeRefresh(token(1000), 11_001, 10_000)).toBe('theft');
  });

  it('knows no grace when it is switched off', () => {
    expect(judgeRefresh(token(1000), 1000, 0)).toBe('theft');
  });

  it('is worthless but no alarm when a password change revoked it, grace or not', () => {
    expect(judgeRefresh(token(null, 2000), 90_000, 10_000)).toBe('revoked');
    expect(judgeRefresh(token(1000, 2000), 3000, 10_000)).toBe('revoked');
  });

  it('raises the alarm when it had been spent long before it was revoked', () => {
    expect(judgeRefresh(token(1000, 2000), 90_000, 10_000)).toBe('theft');
  });
});
