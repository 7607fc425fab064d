import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { LoadedConfig } from '../../config/load.ts';
import type { Config, SettingKey } from '../../config/schema.ts';
import { createServerLog, type LogLevel } from '../../kernel/log.ts';
import { hasAdministrator } from '../../server/administrators.ts';
import { controlSocketPath } from '../../server/control-socket.ts';
import { refuseExposure, warnExposure } from '../../server/exposure.ts';
import { createInstallation, openInstallation } from '../../server/installation.ts';
import { type InstallationPaths, installationPaths } from '../../server/installation-paths.ts';
import { createKernel } from '../../server/kernel.ts';
import { logFilePath, openLogFile } from '../../server/log-file.ts';
import { type PlaneName, planeNames } from '../../server/planes.ts';
import { ListenError, type RunningServer, startServer } from '../../server/server.ts';
import { createCommand, optionsOf } from '../command.ts';
import {
  type CommonOptions,
  configOf,
  dataDirectoryOf,
  enterDataDirectory,
  enterInstallation,
  isLoggedByJournal,
  outputOf,
  pasteable,
  serviceSupervision,
  threadPoolSetting,
} from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { linkServiceManager } from '../service-manager.ts';
import { runUntilSignal } from '../signals.ts';

/** libuv's threads: hashes, tokens and the flush of the disk share them, and the flush must not wait for hashes. */
const LEAST_POOL_THREADS = 16;

type ServeOptions = CommonOptions & {
  host?: string;
  port?: string;
  planes?: string;
  init?: boolean;
  migrate: boolean;
};

const say = (line: string) => process.stderr.write(`${line}\n`);

function checkThreads(): void {
  const threads = threadPoolSetting();
  if (Number(threads) >= LEAST_POOL_THREADS) return;
  throw new CliFailure(
    exitCodes.usage,
    `UV_THREADPOOL_SIZE is ${threads ?? 'not set'}; the server needs ${LEAST_POOL_THREADS} threads.`,
    {
      why: 'With fewer threads sign-ins hold up the disk, and with it everybody.',
      remedy: 'Start it with bin/syncode and leave UV_THREADPOOL_SIZE alone, or set it to 16.',
    },
  );
}

function parsePlanes(text: string | undefined): PlaneName[] {
  if (text === undefined) return [...planeNames];
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find(
    (name) => name !== 'control' && !(planeNames as readonly string[]).includes(name),
  );
  if (unknown !== undefined || !names.includes('control')) {
    throw new CliFailure(exitCodes.usage, `--planes ${text} cannot be served.`, {
      remedy: `Name control, and any of ${planeNames.join(', ')}, separated by commas.`,
    });
  }
  return planeNames.filter((name) => names.includes(name));
}

function checkExposure(config: Config): void {
  const [what, ...lines] = refuseExposure(config) ?? [];
  if (what !== undefined) throw new CliFailure(exitCodes.usage, what, { remedy: lines.join('\n  ') });
}

function explainListen(error: ListenError): CliFailure {
  const place = error.message;
  if (error.code === 'EADDRINUSE') {
    return new CliFailure(exitCodes.failed, `${place} is taken by another program.`, {
      remedy: 'Choose another with --port, or see who has it: ss -ltnp',
    });
  }
  const reasons: Readonly<Record<string, string>> = {
    EACCES: 'Ports below 1024 are for root.',
    EADDRNOTAVAIL: 'No network interface of this machine has this address.',
    ENOTFOUND: 'There is no machine of this name.',
    EAI_AGAIN: 'The name cannot be looked up at the moment.',
  };
  const why = reasons[error.code] ?? `The system says ${error.code}.`;
  return new CliFailure(exitCodes.failed, `${place} cannot be listened on.`, {
    why,
    remedy: 'Choose another with --host or --port.',
  });
}

function announce(server: RunningServer, directory: string, options: ServeOptions): void {
  const { config } = server.kernel;
  say(`Syncode answers at ${server.url} (reference: ${server.url}/docs)`);
  if (config['server.publicUrl'] !== '')
    say(`  listens on      ${config['server.host']}, port ${server.port}`);
  say(`  data directory  ${directory}`);
  say(`  planes          ${server.planes.names.join(', ')}`);
  for (const warning of warnExposure(config)) say(`  warning         ${warning}`);
  if (!hasAdministrator(directory)) {
    say('  note            There is no administrator yet. While the server runs, make one with:');
    say(`                  ${pasteable(options, 'admin create --admin')}`);
  }
}

/** With --init what is missing is made, unless there is a database: then keys that are missing are no first start. */
function prepareDirectory(options: ServeOptions): InstallationPaths {
  if (options.init !== true) return enterInstallation(options);
  const directory = dataDirectoryOf(options);
  if (existsSync(directory)) enterDataDirectory(options);
  if (!existsSync(installationPaths(directory).database)) createInstallation(directory);
  return enterInstallation(options);
}

/** On a terminal people read along, and the log's lines would bury what is meant for them. */
function logLevelOf({ config, origins }: LoadedConfig): LogLevel {
  const isChosen = origins['log.level'] !== 'default';
  return process.stderr.isTTY && !isChosen ? 'warn' : config['log.level'];
}

function open(directory: string, loaded: LoadedConfig, migrate: boolean) {
  const { config } = loaded;
  const maxBytes = config['log.fileBytes'];
  const file = maxBytes === 0 || isLoggedByJournal() ? null : openLogFile(logFilePath(directory), maxBytes);
  const log = createServerLog(config['log.level'], logLevelOf(loaded), file);
  const kernel = createKernel(config, log);
  const installation = openInstallation(directory, { log, mode: 'server', migrate });
  const { applied, backup } = installation.migrated;
  if (backup !== null) say(`Applied ${applied.join(', ')}; the state before is kept in ${backup}.`);
  return { kernel, installation };
}

async function serve(options: ServeOptions): Promise<void> {
  checkThreads();
  const planes = parsePlanes(options.planes);
  const { directory } = prepareDirectory(options);
  const flags: Partial<Record<SettingKey, unknown>> = {
    'server.host': options.host,
    'server.port': options.port,
  };
  const loaded = configOf(directory, flags);
  checkExposure(loaded.config);
  controlSocketPath(directory);
  const { kernel, installation } = open(directory, loaded, options.migrate);
  const server = await startServer({ kernel, installation, planes }).catch((error: unknown) => {
    throw error instanceof ListenError ? explainListen(error) : error;
  });
  const manager = linkServiceManager({ ...serviceSupervision(), say });
  // Before anybody is told that the server is there, and so may end it.
  const stopped = runUntilSignal(() => {
    manager.stopping();
    return server.stop();
  });
  process.prependListener('uncaughtException', (error) =>
    kernel.log.fatal({ err: error }, 'the server failed'),
  );
  announce(server, directory, options);
  if (options.json === true)
    outputOf(options).result({ url: server.url, port: server.port, directory }, () => '');
  manager.ready();
  void server.planes.ready().then((lines) => {
    for (const line of lines) say(`  ${line}`);
  });
  await stopped;
}

export function serveCommand(): Command {
  const command = createCommand('serve', {
    about: 'Runs the server until it is told to stop.',
    examples: ['syncode serve', 'syncode serve --port 9000 --data-dir ./data --init'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on (default: 8080)')
    .option('--planes <names>', `planes to run: control and any of ${planeNames.join(', ')} (default: all)`)
    .option('--init', 'make the data directory first when it is missing')
    .option('--no-migrate', 'refuse an older database instead of bringing it up');
  return command.action(() => serve(optionsOf<ServeOptions>(command)));
}
