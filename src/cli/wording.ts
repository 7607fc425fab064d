import type { DomainError, FieldFailure } from '../kernel/errors.ts';

/** What each field of an account must be, for the prompts too. */
export const accountRules = {
  email: 'an address such as ada@example.org',
  username: '3 to 30 letters, digits and _',
  displayName: 'at most 100 characters',
  password: '8 to 128 characters',
} as const;

/** Where what is said differs from the general rule. */
const special: Readonly<Record<string, string>> = {
  'email.maxLength': 'at most 254 characters',
  'password.notIdentifier': 'it must not be the username or the mail address',
};

/** One wrong field, such as "username: 3 to 30 letters, digits and _". */
export function describeField({ field, constraint }: FieldFailure): string {
  const rule = special[`${field}.${constraint}`] ?? (accountRules as Readonly<Record<string, string>>)[field];
  return `${field}: ${rule ?? 'it is not valid'}`;
}

const remedies: Readonly<Record<string, string>> = {
  USER_NOT_FOUND: 'Users are named by mail address, username or id.',
  AUTH_EMAIL_TAKEN: 'Another account has it. To help its owner back in: syncode admin reset-link.',
  AUTH_USERNAME_TAKEN: 'Choose another; upper and lower case are the same.',
  COMMAND_UNKNOWN: 'It may be older than this program: restart it.',
  SERVICE_UNAVAILABLE: 'Try again in a moment.',
  INTERNAL_ERROR: 'Look at the last lines of its log (journalctl -u syncode).',
};

const stop = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

/** A refusal of the product in lines for the operator. */
export function describeDomainError({ code, message, details }: DomainError): string[] {
  const lines = [stop(message)];
  const { fields, userIds } = details ?? {};
  if (Array.isArray(fields))
    return [
      'What was given is not valid.',
      ...(fields as FieldFailure[]).map((field) => stop(describeField(field))),
    ];
  if (Array.isArray(userIds)) lines.push(`Their ids: ${userIds.join(', ')}.`);
  const remedy = remedies[code];
  if (remedy !== undefined) lines.push(remedy);
  return lines;
}
