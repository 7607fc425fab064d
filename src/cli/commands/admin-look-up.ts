import { type Command, InvalidArgumentError, Option } from 'commander';
import { readAccount, readAccounts } from '../../control/admin/index.ts';
import { isoTime, systemClock } from '../../kernel/clock.ts';
import { getUserNamed } from '../../server/operator-accounts.ts';
import { createCommand, optionsOf } from '../command.ts';
import { outputOf, pasteable } from '../context.ts';
import { exitCodes } from '../failure.ts';
import { localTime, table } from '../output.ts';
import { readDatabase } from '../reading.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1000;
const MAX_SEARCH = 100;

type ListOptions = {
  role?: 'user' | 'admin';
  banned?: boolean;
  search?: string;
  limit: number;
  cursor?: string;
};

function parseLimit(text: string): number {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw new InvalidArgumentError(`It is a number from 1 to ${MAX_LIMIT}.`);
}

function parseSearch(text: string): string {
  if (text.length >= 1 && text.length <= MAX_SEARCH) return text;
  throw new InvalidArgumentError(`It has 1 to ${MAX_SEARCH} characters.`);
}

const timeOrNull = (time: number | null) => (time === null ? null : isoTime(time));
const shownTime = (time: number | null) => (time === null ? 'never' : localTime(time));
/** What people chose themselves may hold what a terminal would obey. */
const plain = (text: string | null) => (text ?? '').replaceAll(/\p{Cc}/gu, '?');

type Account = ReturnType<typeof readAccounts>['data'][number];

const accountDocument = (user: Account) => ({
  id: user.id,
  email: user.email,
  username: user.username,
  displayName: user.displayName,
  role: user.role,
  createdAt: isoTime(user.createdAt),
  lastLoginAt: timeOrNull(user.lastLoginAt),
  lastActiveAt: timeOrNull(user.lastActiveAt),
  bannedAt: timeOrNull(user.bannedAt),
  bannedReason: user.bannedReason,
});

const accountRow = (user: Account) => [
  user.username,
  user.email,
  plain(user.displayName),
  user.role,
  user.bannedAt === null ? '' : 'banned',
  shownTime(user.lastActiveAt),
];
const HEAD = ['USERNAME', 'EMAIL', 'NAME', 'ROLE', 'STATE', 'LAST ACTIVE'];

/** The same list from where this page ends, to paste. */
function nextPage(options: ListOptions & { dataDir?: string }, cursor: string): string {
  const { role, banned, search, limit } = options;
  const words = [
    'admin list',
    ...(role === undefined ? [] : [`--role ${role}`]),
    ...(banned === undefined ? [] : [banned ? '--banned' : '--no-banned']),
    ...(search === undefined ? [] : [`--search '${search.replaceAll("'", "'\\''")}'`]),
    ...(limit === DEFAULT_LIMIT ? [] : [`--limit ${limit}`]),
    `--cursor ${cursor}`,
  ];
  return pasteable(options, words.join(' '));
}

/** `admin list`. */
export function listUsersCommand(): Command {
  const command = createCommand('list', {
    about: 'Lists accounts in alphabetical order, a page at a time.',
    examples: ['syncode admin list --role admin', 'syncode admin list --banned --search example.org --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command
    .addOption(new Option('--role <role>', 'only users or only administrators').choices(['user', 'admin']))
    .option('--banned', 'only banned accounts')
    .option('--no-banned', 'only accounts that are not banned')
    .option('--search <text>', 'only accounts with this in mail address, username or name', parseSearch)
    .addOption(
      new Option('--limit <number>', `accounts a page, at most ${MAX_LIMIT}`)
        .argParser(parseLimit)
        .default(DEFAULT_LIMIT),
    )
    .option('--cursor <text>', 'where the page before ended, as it says');
  // Both forms of the option together would make "not banned" the default.
  command.setOptionValue('banned', undefined);
  return command.action(() => {
    const options = optionsOf<ListOptions>(command);
    const { role = null, banned = null, search = null, limit, cursor } = options;
    const page = readDatabase(options, (reader) =>
      readAccounts(reader, { role, banned, search }, { limit, cursor }),
    );
    const { data, pagination, total } = page;
    const output = outputOf(options);
    output.result({ accounts: data.map(accountDocument), total, pagination }, () =>
      data.length === 0 ? 'There is no such account.' : table(HEAD, data.map(accountRow)),
    );
    const { nextCursor } = pagination;
    if (output.json) return;
    if (nextCursor !== null) output.note(`${total} in all. More: ${nextPage(options, nextCursor)}`);
    else if (data.length > 0) output.note(`${total} in all.`);
  });
}

type Details = ReturnType<typeof readAccount>;

function describeAccount(user: Account, { logins, rooms, submissions }: Details): string {
  const { bannedAt, bannedReason } = user;
  const ban =
    bannedAt === null
      ? 'no'
      : `since ${localTime(bannedAt)}${bannedReason === null ? '' : `: ${plain(bannedReason)}`}`;
  const lines: [string, string][] = [
    ['username', user.username],
    ['email', user.email],
    ['name', plain(user.displayName)],
    ['id', user.id],
    ['role', user.role],
    ['created', localTime(user.createdAt)],
    ['last sign-in', shownTime(user.lastLoginAt)],
    ['last active', shownTime(user.lastActiveAt)],
    ['banned', ban],
    ['submissions', String(submissions)],
    ...logins.map(({ createdAt, expiresAt }): [string, string] => [
      'signed in',
      `${localTime(createdAt)}, until ${localTime(expiresAt)}`,
    ]),
    ...rooms.map(({ roomId, name, status, role, isHost, isPresent }): [string, string] => [
      'room',
      [
        plain(name) || roomId,
        status,
        role ?? 'not a member',
        ...(isHost ? ['host'] : []),
        isPresent ? 'present' : 'away',
      ].join(', '),
    ]),
  ];
  return lines.map(([name, value]) => `${name.padEnd(14)}${value}`.trimEnd()).join('\n');
}

/** `admin show`. */
export function showUserCommand(): Command {
  const command = createCommand('show', {
    about: 'Shows one account: its role, its logins, its open rooms.',
    examples: ['syncode admin show ada', 'syncode admin show ada@example.org --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command.argument('<user>', 'mail address, username or id');
  return command.action((name: string) => {
    const options = optionsOf(command);
    const { user, details } = readDatabase(options, (reader) => {
      const found = getUserNamed(reader, name);
      return { user: found, details: readAccount(reader, found, systemClock.now()) };
    });
    const { logins, ...others } = details;
    const shown = logins.map(({ createdAt, expiresAt }) => ({
      createdAt: isoTime(createdAt),
      expiresAt: isoTime(expiresAt),
    }));
    outputOf(options).result({ ...accountDocument(user), ...others, logins: shown }, () =>
      describeAccount(user, details),
    );
  });
}
