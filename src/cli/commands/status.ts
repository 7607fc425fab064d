import type { Command } from 'commander';
import { z } from 'zod';
import { askStatus, describeSandbox, type ShownStatus, STATUS_PATIENCE_MS } from '../../server/ask-status.ts';
import { callRunningServer } from '../../server/control-socket.ts';
import { createCommand, optionsOf } from '../command.ts';
import {
  type CommonOptions,
  enterInstallation,
  operatingSystemUser,
  outputOf,
  pasteable,
} from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { localTime } from '../output.ts';

const healthSchema = z.object({ status: z.string(), services: z.record(z.string(), z.string()) });

const mebibytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MiB`;

/** A length of time for people, in its two largest units. */
export function duration(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return `${Math.floor(ms / 1000)} s`;
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function describeLanguages({ sandbox, languages }: ShownStatus): string {
  if (sandbox.state !== 'ok') return 'none';
  const present = languages.filter(({ available }) => available).map(({ language }) => language);
  const missing = languages.filter(({ available }) => !available);
  const lines = [present.join(', ') || 'none yet'];
  for (const { language, reason } of missing) lines.push(`not ${language}: ${reason}`);
  return lines.join(`\n${' '.repeat(WIDTH)}`);
}

const WIDTH = 14;

function describe(status: ShownStatus): string {
  const { rooms, queue, lastBackup } = status;
  const rows: [string, string][] = [
    ['version', `${status.version} (Node.js ${status.node}), process ${status.pid}`],
    ['running', `${duration(status.uptimeMs)}, since ${localTime(status.startedAt)}`],
    ['address', `${status.url} (port ${status.port})`],
    ['planes', status.planes.join(', ')],
    ['on line', `${status.usersOnline} people, ${status.connections} connections`],
    ['rooms', `${rooms.open} open, ${rooms.live} of them in memory`],
    ['queue', `${queue.waiting} waiting, ${queue.running} running`],
    ['storage', `${status.storage}, write-ahead log ${mebibytes(status.walBytes)}`],
    ['memory', mebibytes(status.memoryBytes)],
    ['sandbox', describeSandbox(status.sandbox)],
    ['languages', describeLanguages(status)],
    [
      'last backup',
      lastBackup === null
        ? 'none in the folder backups'
        : `${localTime(lastBackup.at)}, ${lastBackup.name} (${mebibytes(lastBackup.bytes)})`,
    ],
  ];
  return rows.map(([name, value]) => `${name.padEnd(WIDTH)}${value}`).join('\n');
}

function notRunning(options: CommonOptions, directory: string): CliFailure {
  return new CliFailure(exitCodes.failed, `No server runs on ${directory}.`, {
    remedy: `Start it with "systemctl start syncode", or without systemd with "${pasteable(options, 'serve')}".`,
  });
}

/** `status`. */
export function statusCommand(): Command {
  const command = createCommand('status', {
    about: 'Shows how the running server is: people, rooms, queue, disk, sandbox, last backup.',
    examples: ['syncode status', 'syncode status --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound],
  });
  return command.action(async () => {
    const options = optionsOf(command);
    const { directory } = enterInstallation(options);
    const status = await askStatus(directory, operatingSystemUser());
    if (status === null) throw notRunning(options, directory);
    outputOf(options).result({ ...status, directory }, () => describe(status));
  });
}

/** `health`. */
export function healthCommand(): Command {
  const command = createCommand('health', {
    about: 'Tells a monitor by its exit code whether the server is well: 0 only when every part is.',
    examples: ['syncode health', 'syncode health --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound],
  });
  return command.action(async () => {
    const options = optionsOf(command);
    const { directory } = enterInstallation(options);
    const request = { command: 'health', args: {}, osUser: operatingSystemUser() };
    const reply = await callRunningServer(directory, request, { timeoutMs: STATUS_PATIENCE_MS });
    if (!reply.running) throw notRunning(options, directory);
    const { status, services } = healthSchema.parse(reply.result);
    const failing = Object.keys(services).filter((part) => services[part] === 'fail');
    outputOf(options).result({ status, services }, () =>
      failing.length === 0 ? status : `${status}: ${failing.join(', ')}`,
    );
    if (status !== 'ok') process.exitCode = exitCodes.failed;
  });
}
