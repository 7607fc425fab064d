import { type Command, Option } from 'commander';
import { z } from 'zod';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { enterDataDirectory, outputOf } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { operate } from '../operator.ts';
import { localTime } from '../output.ts';
import { listUsersCommand, showUserCommand } from './admin-look-up.ts';

const createdSchema = z.object({
  id: z.string(),
  email: z.string(),
  username: z.string(),
  role: z.string(),
  generatedPassword: z.string().nullable(),
});
const changedSchema = z.object({ userId: z.string(), username: z.string(), changed: z.boolean() });
const endedSchema = z.object({ userId: z.string(), username: z.string(), ended: z.number() });
const linkSchema = z.object({
  userId: z.string(),
  username: z.string(),
  link: z.string(),
  expiresAt: z.string(),
});

type CreateOptions = {
  email?: string;
  username?: string;
  displayName?: string;
  admin?: boolean;
  passwordStdin?: boolean;
  generatePassword?: boolean;
};

/** Exit codes of what names a user. */
const naming = [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused] as const;

function createUserCommand(): Command {
  const command = createCommand('create', {
    about: 'Makes an account, with --admin that of an administrator.',
    examples: [
      'syncode admin create --admin --email ada@example.org --username ada',
      'syncode admin create --email bob@example.org --username bob --generate-password',
    ],
    exits: naming,
  });
  command
    .option('--email <address>', 'mail address, also for signing in')
    .option('--username <name>', '3 to 30 letters, digits and _')
    .option('--display-name <name>', 'name that others see')
    .option('--admin', 'make an administrator')
    .option('--password-stdin', 'read the password from the first line of standard input')
    .addOption(
      new Option('--generate-password', 'generate the password and print it once').conflicts('passwordStdin'),
    );
  return command.action(async () => {
    const options = optionsOf<CreateOptions>(command);
    // Before anything is asked: a missing directory should not cost the answers.
    enterDataDirectory(options);
    const { email, username, displayName, passwordStdin, generatePassword } = options;
    const { orderAccount } = await import('../account-order.ts');
    const order = await orderAccount(
      { email, username, displayName, passwordStdin, generatePassword },
      { email: '--email', username: '--username' },
    );
    const args = { ...order, role: options.admin === true ? 'admin' : 'user' };
    const created = createdSchema.parse(await operate(options, 'admin.create', args));
    outputOf(options).result(created, () => {
      const kind = created.role === 'admin' ? 'Administrator' : 'User';
      const secret = created.generatedPassword;
      const lines = [`${kind} ${created.username} (${created.email}) was created.`];
      if (secret !== null) lines.push(`Password, shown only now: ${secret}`);
      return lines.join('\n');
    });
  });
}

function banCommand(): Command {
  const command = createCommand('ban', {
    about: 'Bans an account: its logins end and its connections are closed at once.',
    examples: [
      'syncode admin ban mallory --reason "shares solutions"',
      'syncode admin ban mallory@example.org',
    ],
    exits: naming,
  });
  command
    .argument('<user>', 'mail address, username or id')
    .option('--reason <text>', 'for the records; the user is not told');
  return command.action(async (user: string) => {
    const options = optionsOf<{ reason?: string }>(command);
    const args = { user, reason: options.reason ?? null };
    const outcome = changedSchema.parse(await operate(options, 'admin.ban', args));
    outputOf(options).result(outcome, () =>
      outcome.changed
        ? `${outcome.username} is banned.`
        : `${outcome.username} was banned already; nothing changed.`,
    );
  });
}

function unbanCommand(): Command {
  const command = createCommand('unban', {
    about: 'Lifts the ban of an account, which may then sign in again.',
    examples: ['syncode admin unban mallory', 'syncode admin unban mallory --json'],
    exits: naming,
  });
  command.argument('<user>', 'mail address, username or id');
  return command.action(async (user: string) => {
    const options = optionsOf(command);
    const outcome = changedSchema.parse(await operate(options, 'admin.unban', { user }));
    outputOf(options).result(outcome, () =>
      outcome.changed
        ? `${outcome.username} may sign in again.`
        : `${outcome.username} was not banned; nothing changed.`,
    );
  });
}

function logoutCommand(): Command {
  const command = createCommand('logout', {
    about: 'Signs an account out everywhere at once; it may sign in again.',
    examples: ['syncode admin logout ada', 'syncode admin logout ada@example.org --json'],
    exits: naming,
  });
  command.argument('<user>', 'mail address, username or id');
  return command.action(async (user: string) => {
    const options = optionsOf(command);
    const outcome = endedSchema.parse(await operate(options, 'admin.logout', { user }));
    const { username, ended } = outcome;
    outputOf(options).result(outcome, () =>
      ended === 0
        ? `${username} was not signed in anywhere; nothing changed.`
        : `${username} is signed out everywhere (${ended} login${ended === 1 ? '' : 's'}).`,
    );
  });
}

function resetLinkCommand(): Command {
  const command = createCommand('reset-link', {
    about: 'Shows the password reset link that waits for a user who asked for one; each look is audited.',
    examples: ['syncode admin reset-link bob', 'syncode admin reset-link bob@example.org --json'],
    exits: naming,
  });
  command.argument('<user>', 'mail address, username or id');
  return command.action(async (user: string) => {
    const options = optionsOf(command);
    const { username, link, expiresAt } = linkSchema.parse(
      await operate(options, 'admin.resetLink', { user }),
    );
    outputOf(options).result(
      { username, link, expiresAt },
      () => `${link}\nFor ${username}, to be used once, until ${localTime(expiresAt)}.`,
    );
  });
}

export function adminCommand(): Command {
  const commands = [
    createUserCommand(),
    listUsersCommand(),
    showUserCommand(),
    banCommand(),
    unbanCommand(),
    logoutCommand(),
    resetLinkCommand(),
  ];
  return createGroup('admin', 'Accounts: makes them, shows them, bans them, helps them back in.', commands);
}
