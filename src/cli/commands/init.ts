import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { ConfigError } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { checkDataDirectory } from '../../db/data-directory.ts';
import { createLog } from '../../kernel/log.ts';
import { hasAdministrator } from '../../server/administrators.ts';
import { callRunningServer, type Operator } from '../../server/control-socket.ts';
import { createInstallation, type Installation, openInstallation } from '../../server/installation.ts';
import { createOfflineOperator } from '../../server/operator.ts';
import { type AccountOrder, orderAccount } from '../account-order.ts';
import { createCommand, optionsOf } from '../command.ts';
import {
  type CommonOptions,
  configOf,
  dataDirectoryOf,
  enterDataDirectory,
  operatingSystemUser,
  outputOf,
  pasteable,
} from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { askYes, isInteractive } from '../prompt.ts';

type InitOptions = CommonOptions & {
  adminEmail?: string;
  adminUsername?: string;
  passwordStdin?: boolean;
  generatePassword?: boolean;
  admin: boolean;
  seed?: boolean;
};

const createdSchema = z.object({
  username: z.string(),
  email: z.string(),
  generatedPassword: z.string().nullable(),
});
type Administrator = z.infer<typeof createdSchema>;
const seededSchema = z.object({ problems: z.array(z.object({ outcome: z.string() })) });

/** What the call did; everything empty or null when all was there. */
type Done = {
  readonly directory: string;
  readonly created: { directory: boolean; config: boolean; keys: readonly string[]; migrations: number };
  readonly hasAdministrator: boolean;
  readonly administrator: Administrator | null;
  /** Problems loaded; null when nobody wanted them. */
  readonly problems: number | null;
};

type Plan = { readonly order: AccountOrder | null; readonly seed: boolean };

/** Asks for everything before anything is made, so that a missing answer leaves nothing half done. */
async function plan(options: InitOptions, isSetUp: boolean): Promise<Plan> {
  if (isSetUp || !options.admin) return { order: null, seed: options.seed === true };
  const { adminEmail, adminUsername, passwordStdin, generatePassword } = options;
  if (isInteractive())
    process.stderr.write('The first administrator; nothing is made before the last answer.\n');
  const order = await orderAccount(
    { email: adminEmail, username: adminUsername, passwordStdin, generatePassword },
    { email: '--admin-email', username: '--admin-username', instead: '--no-admin to make none now' },
  );
  const seed = options.seed ?? (isInteractive() && (await askYes('Load the built-in problems?')));
  return { order, seed };
}

async function makeAdmin(operator: Operator, order: AccountOrder): Promise<Administrator> {
  const args = { ...order, role: 'admin' };
  return createdSchema.parse(
    await operator({ command: 'admin.create', args, osUser: operatingSystemUser() }),
  );
}

async function loadProblems(operator: Operator): Promise<number> {
  const reply = await operator({ command: 'seed', args: { force: false }, osUser: operatingSystemUser() });
  return seededSchema.parse(reply).problems.filter(({ outcome }) => outcome === 'created').length;
}

async function refuseRunning(directory: string, options: InitOptions): Promise<void> {
  const request = { command: 'ping', args: {}, osUser: operatingSystemUser() };
  // A server that refuses the command runs all the same.
  const { running } = await callRunningServer(directory, request).catch((error: unknown) => {
    if (error instanceof ConfigError) throw error;
    return { running: true };
  });
  if (!running) return;
  throw new CliFailure(exitCodes.refused, `A server runs on ${directory}, so it has been set up already.`, {
    remedy: `For another administrator: ${pasteable(options, 'admin create --admin')}`,
  });
}

const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;

function describe(done: Done, options: InitOptions): string {
  const { directory, created, administrator, problems } = done;
  const lines = [
    created.directory ? `Made the data directory ${directory}.` : `The data directory ${directory} is there.`,
    created.config
      ? 'Wrote config.toml with every setting and its default.'
      : 'config.toml is there; it was left alone.',
    created.keys.length > 0 ? `Generated ${count(created.keys.length, 'key')}.` : 'The keys are there.',
    created.migrations > 0
      ? `Brought the database up (${count(created.migrations, 'migration')}).`
      : 'The database is up to date.',
  ];
  if (administrator !== null) {
    lines.push(`Made the administrator ${administrator.username} (${administrator.email}).`);
    if (administrator.generatedPassword !== null)
      lines.push(`Password, shown only now: ${administrator.generatedPassword}`);
  } else lines.push(done.hasAdministrator ? 'There is an administrator.' : 'There is no administrator yet.');
  if (problems !== null)
    lines.push(problems > 0 ? `Loaded ${count(problems, 'problem')}.` : 'The built-in problems are there.');
  const next = [
    ...(done.hasAdministrator ? [] : ['admin create --admin']),
    ...(problems === null ? ['seed'] : []),
    'serve',
  ];
  return [...lines, '', 'Next:', ...next.map((command) => `  ${pasteable(options, command)}`)].join('\n');
}

async function setUp(installation: Installation, config: Config, { order, seed }: Plan) {
  const operator = createOfflineOperator({ installation, config, log: createLog('warn') });
  const administrator = order === null ? null : await makeAdmin(operator, order);
  return { administrator, problems: seed ? await loadProblems(operator) : null };
}

async function init(options: InitOptions): Promise<Done> {
  const directory = dataDirectoryOf(options);
  await refuseRunning(directory, options);
  // What is there already belongs to somebody, and so shall what is made in it.
  if (existsSync(directory)) checkDataDirectory(enterDataDirectory(options));
  const isSetUp = hasAdministrator(directory);
  const { config } = configOf(existsSync(directory) ? directory : null);
  const wanted = await plan(options, isSetUp);
  const made = createInstallation(directory);
  const log = createLog('warn');
  const installation = openInstallation(directory, { log, mode: 'command', migrate: true });
  try {
    const created = { ...made, migrations: installation.migrated.applied.length };
    const outcome = await setUp(installation, config, wanted);
    return { directory, created, hasAdministrator: isSetUp || outcome.administrator !== null, ...outcome };
  } finally {
    await installation.close();
  }
}

export function initCommand(): Command {
  const command = createCommand('init', {
    about: 'Makes the data directory with keys, settings and database, and the first administrator.',
    examples: [
      'syncode init',
      'syncode init --data-dir ./data --admin-email ada@example.org --admin-username ada --seed',
    ],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.refused],
  });
  command
    .option('--admin-email <address>', 'mail address of the first administrator')
    .option('--admin-username <name>', 'username of the first administrator')
    .option('--password-stdin', 'read the password from the first line of standard input')
    .addOption(
      new Option('--generate-password', 'generate the password and print it once').conflicts('passwordStdin'),
    )
    .option('--no-admin', 'make no administrator now')
    .option('--seed', 'load the built-in problems')
    .option('--no-seed', 'do not ask whether to load them');
  return command.action(async () => {
    const options = optionsOf<InitOptions>(command);
    const done = await init(options);
    outputOf(options).result(done, () => describe(done, options));
  });
}
