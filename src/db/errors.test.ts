import { describe, expect, it } from 'vitest';
import { isUniqueViolation, storageFailure, storageFault } from './errors.ts';

const sqlite = (code: string, message = 'x') => Object.assign(new Error(message), { code });

describe('errors of SQLite', () => {
  it.each([
    ['SQLITE_BUSY', 'busy', 1],
    ['SQLITE_BUSY_SNAPSHOT', 'busy', 1],
    ['SQLITE_FULL', 'full', 30],
    ['SQLITE_READONLY_DBMOVED', 'readonly', 30],
    ['SQLITE_IOERR_WRITE', 'io', 30],
  ])('%s becomes SERVICE_UNAVAILABLE, also as the cause of another error', (code, fault, seconds) => {
    for (const error of [sqlite(code), new Error('query failed', { cause: sqlite(code) })]) {
      expect(storageFault(error)).toBe(fault);
      const mapped = storageFailure(error);
      expect(mapped).toMatchObject({ code: 'SERVICE_UNAVAILABLE', status: 503, retryAfterSeconds: seconds });
      expect(storageFault(mapped)).toBe(fault);
    }
  });

  it('leaves every other error as it is', () => {
    for (const error of [sqlite('SQLITE_CONSTRAINT_UNIQUE'), new Error('rule'), 'text', null])
      expect(storageFailure(error)).toBe(error);
  });

  it('tells which unique column was taken', () => {
    const text = 'UNIQUE constraint failed: users.email, users.email_kind';
    const error = sqlite('SQLITE_CONSTRAINT_UNIQUE', text);
    expect(isUniqueViolation(error)).toBe(true);
    expect(isUniqueViolation(error, 'users.email')).toBe(true);
    expect(isUniqueViolation(error, 'users.email_kind')).toBe(true);
    expect(isUniqueViolation(error, 'users.mail')).toBe(false);
    expect(isUniqueViolation(error, 'users.email_k')).toBe(false);
    expect(isUniqueViolation(sqlite('SQLITE_CONSTRAINT_CHECK', text))).toBe(false);
  });
});
