import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { productRoot } from '../../config/product.ts';
import { installService, nameOfId, systemd, uninstallService } from '../../server/service.ts';
import { isSystemdRunning, SERVICE_NAME, unitFile } from '../../server/service-unit.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { type CommonOptions, dataDirectoryOf, outputOf, pasteable } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';

function checkRoot(command: string): void {
  if (process.getuid?.() === 0) return;
  throw new CliFailure(exitCodes.refused, 'Only root can change services.', {
    remedy: `sudo syncode service ${command}`,
  });
}

/** Who runs the service: the owner of its data directory, never root. */
function ownerOf(options: CommonOptions, directory: string): { user: string; group: string } {
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory())
    throw new CliFailure(exitCodes.notFound, `There is no data directory at ${directory}.`, {
      remedy: `Run ./install.sh, which makes it with a user of its own, or "${pasteable(options, 'init')}" as the user who shall run the service.`,
    });
  if (found.uid !== 0) return { user: nameOfId('passwd', found.uid), group: nameOfId('group', found.gid) };
  throw new CliFailure(exitCodes.refused, `${directory} belongs to root.`, {
    why: 'A service runs as the owner of its data directory, and root is not for that.',
    remedy: `useradd --system syncode; chown -R syncode: ${directory}`,
  });
}

async function tellSystemd<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const said = (error as { stderr?: unknown }).stderr;
    if (typeof said !== 'string') throw error;
    throw new CliFailure(exitCodes.failed, 'systemctl failed.', {
      why: said.trim().split('\n')[0] ?? '',
      remedy: `systemctl status ${SERVICE_NAME}`,
      cause: error,
    });
  }
}

const manager = () => systemd(unitFile, isSystemdRunning);

function installCommand(): Command {
  const command = createCommand('install', {
    about: 'Writes the systemd unit, so that the server starts with the machine and again after a failure.',
    examples: ['syncode service install --now', 'syncode service install --data-dir /srv/syncode'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command.option('--now', 'also enable and start it');
  return command.action(async () => {
    const options = optionsOf<CommonOptions & { now?: boolean }>(command);
    checkRoot('install');
    if (!isSystemdRunning())
      throw new CliFailure(exitCodes.refused, 'systemd does not run on this machine.', {
        why: 'So there is nothing that could start a service.',
        remedy: `Start the server by hand: ${pasteable(options, 'serve')}`,
      });
    const dataDirectory = dataDirectoryOf(options);
    const place = { program: productRoot, dataDirectory, ...ownerOf(options, dataDirectory) };
    const start = options.now === true;
    const done = await tellSystemd(installService(manager(), place, { start }));
    outputOf(options).result({ ...done }, () => {
      const what = { written: 'Wrote', updated: 'Brought up to date', unchanged: 'Nothing to change in' };
      const next = start
        ? `It runs: systemctl status ${SERVICE_NAME}`
        : done.outcome === 'updated'
          ? `If it runs, start it again: systemctl restart ${SERVICE_NAME}`
          : `Start it: systemctl enable --now ${SERVICE_NAME}`;
      return `${what[done.outcome]} ${done.unitFile} (user ${done.user}, data in ${dataDirectory}).\n${next}`;
    });
  });
}

function uninstallCommand(): Command {
  const command = createCommand('uninstall', {
    about: 'Stops the service and removes its unit; data and program stay.',
    examples: ['syncode service uninstall', 'syncode service uninstall --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  return command.action(async () => {
    const options = optionsOf(command);
    checkRoot('uninstall');
    const done = await tellSystemd(uninstallService(manager()));
    outputOf(options).result(
      { ...done },
      () => `Removed ${done.unitFile}; data and program are as they were.`,
    );
  });
}

export function serviceCommand(): Command {
  return createGroup('service', 'The systemd service of this machine.', [
    installCommand(),
    uninstallCommand(),
  ]);
}
