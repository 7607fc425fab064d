import { checkNewAccount } from '../control/accounts/index.ts';
import { type FieldFailure, isDomainError, ValidationFailed } from '../kernel/errors.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { ask, askSecret, isInteractive, readStdinLine } from './prompt.ts';
import { accountRules, describeField } from './wording.ts';

/** What the flags of a command say of an account; what they leave open is asked for. */
export type AccountFlags = {
  readonly email: string | undefined;
  readonly username: string | undefined;
  readonly displayName?: string | undefined;
  readonly passwordStdin: boolean | undefined;
  readonly generatePassword: boolean | undefined;
};

/** An account that may be made; `password` null: one is generated. */
export type AccountOrder = {
  readonly email: string;
  readonly username: string;
  readonly displayName: string | null;
  readonly password: string | null;
};

const valid = { email: 'nobody@example.org', username: 'nobody', displayName: null };
/** Longer than any username, and no mail address: never refused. */
const VALID_PASSWORD = 'x'.repeat(40);

/** What is wrong with one field, in words; null when nothing is. */
function objectionTo(field: string, account: { email?: string; username?: string; password?: string }) {
  const { password = VALID_PASSWORD, ...names } = account;
  try {
    checkNewAccount({ ...valid, ...names }, password);
    return null;
  } catch (error) {
    if (!isDomainError(error, ValidationFailed)) throw error;
    const failures = (error.details?.fields ?? []) as FieldFailure[];
    const own = failures.find((failure) => failure.field === field);
    return own === undefined ? null : `${describeField(own)}.`;
  }
}

/** `names` are the flags by which the missing answers can be given. */
function checkAnswerable(flags: AccountFlags, names: { email: string; username: string; instead?: string }) {
  if (isInteractive()) return;
  const missing = (['email', 'username'] as const).filter((field) => flags[field] === undefined);
  if (missing.length === 0) return;
  const words = { email: 'mail address', username: 'username' };
  const remedy = `Add ${missing.map((field) => names[field]).join(' and ')}`;
  throw new CliFailure(
    exitCodes.usage,
    `The ${missing.map((field) => words[field]).join(' and the ')} of the account ${missing.length > 1 ? 'are' : 'is'} missing.`,
    {
      why: 'There is no terminal to ask on.',
      remedy: names.instead === undefined ? `${remedy}.` : `${remedy}, or ${names.instead}.`,
    },
  );
}

async function askPassword(names: { email: string; username: string }): Promise<string | null> {
  for (;;) {
    const password = await askSecret('Password (empty: generate one)');
    if (password === '') return null;
    const objection = objectionTo('password', { ...names, password });
    if (objection !== null) process.stderr.write(`  ${objection}\n`);
    else if ((await askSecret('The same password again')) === password) return password;
    else process.stderr.write('  The two differ; once more.\n');
  }
}

async function choosePassword(flags: AccountFlags, names: { email: string; username: string }) {
  if (flags.passwordStdin === true) return readStdinLine();
  if (flags.generatePassword === true || !isInteractive()) return null;
  return askPassword(names);
}

/**
 * Gathers an account from flags and answers, all before anything is changed. Throws CliFailure when an answer is missing
 * and nobody can be asked, VALIDATION_FAILED when flags do not fit.
 */
export async function orderAccount(
  flags: AccountFlags,
  names: { email: string; username: string; instead?: string },
): Promise<AccountOrder> {
  checkAnswerable(flags, names);
  const { displayName = null } = flags;
  checkNewAccount(
    { email: flags.email ?? valid.email, username: flags.username ?? valid.username, displayName },
    VALID_PASSWORD,
  );
  const email =
    flags.email ??
    (await ask(`Mail address (${accountRules.email})`, (text) => objectionTo('email', { email: text })));
  const username =
    flags.username ??
    (await ask(`Username (${accountRules.username})`, (text) => objectionTo('username', { username: text })));
  const password = await choosePassword(flags, { email, username });
  checkNewAccount({ email, username, displayName }, password ?? VALID_PASSWORD);
  return { email, username, displayName, password };
}
