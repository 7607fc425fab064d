import type { Secrets } from './context.ts';
import type { UserRow } from './tables.ts';

type Hashing = Pick<Secrets, 'hashIdentifier'>;

/** Counts sign-ins under one identifier as typed (normalised), whether or not an account has it. */
export function identifierKey({ hashIdentifier }: Hashing, identifier: string): string {
  return hashIdentifier(`identifier:${identifier}`);
}

/** Counts wrong current passwords of a signed-in user. */
export function userKey({ hashIdentifier }: Hashing, userId: string): string {
  return hashIdentifier(`user:${userId}`);
}

/** Counts sign-ins from a known browser while the identifier is locked, so that they are bounded too. */
export function browserKey({ hashIdentifier }: Hashing, userId: string): string {
  return hashIdentifier(`browser:${userId}`);
}

/** Every key under which failures of an account can have been counted. */
export function accountKeys(secrets: Hashing, user: Pick<UserRow, 'id' | 'email' | 'username'>): string[] {
  return [
    identifierKey(secrets, user.email.toLowerCase()),
    identifierKey(secrets, user.username.toLowerCase()),
    userKey(secrets, user.id),
    browserKey(secrets, user.id),
  ];
}
