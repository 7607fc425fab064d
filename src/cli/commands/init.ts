import type { Command } from 'commander';
import { z } from 'zod';
import { createLog } from '../../kernel/log.ts';
import { hasAdministrator } from '../../server/administrators.ts';
import { callRunningServer, type Operator } from '../../server/control-socket.ts';
import {
  type Created,
  createInstallation,
  type Installation,
  openInstallation,
} from '../../server/installation.ts';
import { createCommand, optionsOf } from '../command.ts';
import { configOf, dataDirectoryOf, enterDataDirectory, operatingSystemUser, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { ask, readStdinLine } from '../prompt.ts';

type InitOptions = {
  adminEmail?: string;
  adminUsername?: string;
  passwordStdin?: boolean;
  admin: boolean;
  seed?: boolean;
};

const createdSchema = z.object({
  username: z.string(),
  email: z.string(),
  generatedPassword: z.string().nullable(),
});

type AdminOrder = { email: string; username: string; password: string | null };

/** Asked before anything is made, so that a missing answer leaves nothing half done. */
async function orderAdmin(options: InitOptions): Promise<AdminOrder | null> {
  if (!options.admin) return null;
  const email =
    options.adminEmail ??
    (await ask('Mail address of the first administrator', '--admin-email (or --no-admin)'));
  const username =
    options.adminUsername ?? (await ask('Username of the first administrator', '--admin-username'));
  return { email, username, password: options.passwordStdin === true ? await readStdinLine() : null };
}

function describe({ directory, config, keys }: Created, place: string, installation: Installation): string[] {
  const { applied } = installation.migrated;
  return [
    directory ? `Made the data directory ${place}.` : `The data directory ${place} is there.`,
    config
      ? 'Wrote config.toml with every setting and its default.'
      : 'config.toml is there; it was left alone.',
    keys.length > 0 ? `Generated ${keys.length} keys.` : 'The keys are there.',
    applied.length > 0
      ? `Brought the database up (${applied.length} migrations).`
      : 'The database is up to date.',
  ];
}

async function makeAdmin(operator: Operator, order: AdminOrder): Promise<string[]> {
  const args = { ...order, displayName: null, role: 'admin' };
  const reply = await operator({ command: 'admin.create', args, osUser: operatingSystemUser() });
  const { username, email, generatedPassword } = createdSchema.parse(reply);
  const lines = [`Administrator ${username} (${email}) was created.`];
  if (generatedPassword !== null) lines.push(`Password, shown only now: ${generatedPassword}`);
  return lines;
}

async function seed(operator: Operator): Promise<string> {
  const reply = await operator({ command: 'seed', args: { force: false }, osUser: operatingSystemUser() });
  const { problems } = z.object({ problems: z.array(z.object({ outcome: z.string() })) }).parse(reply);
  const added = problems.filter(({ outcome }) => outcome === 'created').length;
  return added > 0 ? `Loaded ${added} problems.` : 'The built-in problems are there.';
}

async function refuseRunning(directory: string): Promise<void> {
  const request = { command: 'ping', args: {}, osUser: operatingSystemUser() };
  const { running } = await callRunningServer(directory, request).catch(() => ({ running: true }));
  if (!running) return;
  throw new CliFailure(exitCodes.refused, `A server runs on ${directory}, so it has been set up already.`, {
    remedy: 'For another administrator: syncode admin create --admin.',
  });
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
    .option(
      '--password-stdin',
      'read the password from standard input; without it one is generated and printed once',
    )
    .option('--no-admin', 'make no administrator now')
    .option('--seed', 'load the built-in problems');
  return command.action(async () => {
    const options = optionsOf<InitOptions>(command);
    const directory = dataDirectoryOf(options);
    await refuseRunning(directory);
    const isSetUp = hasAdministrator(directory);
    const order = isSetUp ? null : await orderAdmin(options);
    const created = createInstallation(directory);
    enterDataDirectory(options);
    const { config } = configOf(directory);
    const log = createLog('warn');
    const installation = openInstallation(directory, { log, mode: 'command', migrate: true });
    try {
      const { createOfflineOperator } = await import('../../server/operator.ts');
      const operator = createOfflineOperator({ installation, config, log });
      const lines = describe(created, directory, installation);
      if (order !== null) lines.push(...(await makeAdmin(operator, order)));
      else
        lines.push(
          isSetUp ? 'There is an administrator.' : 'No administrator was made: syncode admin create --admin.',
        );
      if (options.seed === true) lines.push(await seed(operator));
      else lines.push('Load the built-in problems with: syncode seed');
      outputOf(options).result({ directory, lines }, () =>
        [...lines, 'Start with: syncode serve'].join('\n'),
      );
    } finally {
      await installation.close();
    }
  });
}
