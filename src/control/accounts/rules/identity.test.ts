import { describe, expect, it } from 'vitest';
import { isDomainError, ValidationFailed } from '../../../kernel/errors.ts';
import { checkNewAccount, checkPasswordNames, normaliseIdentifier } from './identity.ts';

function fieldsOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    if (isDomainError(error, ValidationFailed)) return error.details?.fields;
    throw error;
  }
  return null;
}

const names = { username: 'Ada_L', email: 'ada@example.org' };

describe('a new password [S2]', () => {
  it.each(['Ada_L', 'ada_l', 'ADA@example.org'])('is not the own name: %s', (password) => {
    expect(fieldsOf(() => checkPasswordNames(password, names, 'newPassword'))).toEqual([
      { field: 'newPassword', constraint: 'notIdentifier', value: null },
    ]);
  });

  it('may contain the name', () => {
    expect(fieldsOf(() => checkPasswordNames('ada@example.org ', names, 'password'))).toBeNull();
  });
});

describe('identifiers', () => {
  it('are compared without regard to case, outer spaces and Unicode form', () => {
    expect(normaliseIdentifier('  ADA@Example.org ')).toBe('ada@example.org');
    expect(normaliseIdentifier('e\u0301')).toBe(normaliseIdentifier('\u00c9'));
  });
});

describe('an account made by the operator', () => {
  it('is brought to the form of a registered one', () => {
    const input = { username: ' ada ', email: ' Ada@Example.ORG', displayName: '  ' };
    expect(checkNewAccount(input, 'correct horse')).toEqual({
      username: 'ada',
      email: 'ada@example.org',
      displayName: null,
    });
  });

  it('is refused with every field that does not fit, without the password', () => {
    const input = { username: 'a b', email: 'nobody', displayName: 'x'.repeat(101) };
    expect(fieldsOf(() => checkNewAccount(input, 'short'))).toEqual([
      { field: 'username', constraint: 'matches', value: 'a b' },
      { field: 'email', constraint: 'isEmail', value: 'nobody' },
      { field: 'displayName', constraint: 'maxLength', value: 'x'.repeat(101) },
      { field: 'password', constraint: 'minLength', value: null },
    ]);
  });
});
