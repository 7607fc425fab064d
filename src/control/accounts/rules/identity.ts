import { formats } from '../../../http/formats.ts';
import { type FieldFailure, invalidFields } from '../../../kernel/errors.ts';

const USERNAME = /^[A-Za-z0-9_]{3,30}$/;
const MAX_EMAIL = 254;
const MIN_PASSWORD = 8;
const MAX_PASSWORD = 128;
const MAX_DISPLAY_NAME = 100;

/** How deleted accounts appear to others; nobody may be called so. */
export const DELETED_USERNAME = 'deleted_user';

export type AccountNames = { readonly username: string; readonly email: string };
export type NewAccount = AccountNames & { readonly displayName: string | null };

/** The form in which identifiers are compared and failures counted. */
export function normaliseIdentifier(identifier: string): string {
  return identifier.normalize('NFC').trim().toLowerCase();
}

/** An identifier with '@' means an email address, any other a username. */
export function isEmailIdentifier(identifier: string): boolean {
  return identifier.includes('@');
}

export function isReservedUsername(username: string): boolean {
  return username.toLowerCase() === DELETED_USERNAME;
}

/** A new password must not be the account's username or email address, in whatever case. Throws VALIDATION_FAILED. */
export function checkPasswordNames(password: string, names: AccountNames, field: string): void {
  const typed = password.normalize('NFC').toLowerCase();
  const isName = typed === names.username.toLowerCase() || typed === names.email.toLowerCase();
  if (isName) throw invalidFields({ field, constraint: 'notIdentifier', value: null });
}

/** Null for a text without anything but white space. */
export function blankToNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

/**
 * Brings an account made by the operator to the form that registration demands. Throws VALIDATION_FAILED with every
 * field that does not fit.
 */
export function checkNewAccount(input: NewAccount, password: string): NewAccount {
  const username = input.username.normalize('NFC').trim();
  const email = input.email.normalize('NFC').trim().toLowerCase();
  const displayName = blankToNull(input.displayName?.normalize('NFC').trim() ?? null);
  const failures: FieldFailure[] = [];
  if (!USERNAME.test(username)) failures.push({ field: 'username', constraint: 'matches', value: username });
  if (!formats.email.test(email)) failures.push({ field: 'email', constraint: 'isEmail', value: email });
  if (email.length > MAX_EMAIL) failures.push({ field: 'email', constraint: 'maxLength', value: email });
  if (displayName !== null && [...displayName].length > MAX_DISPLAY_NAME)
    failures.push({ field: 'displayName', constraint: 'maxLength', value: displayName });
  const length = [...password].length;
  if (length < MIN_PASSWORD) failures.push({ field: 'password', constraint: 'minLength', value: null });
  if (length > MAX_PASSWORD) failures.push({ field: 'password', constraint: 'maxLength', value: null });
  if (failures.length > 0) throw invalidFields(...failures);
  checkPasswordNames(password, { username, email }, 'password');
  return { username, email, displayName };
}
