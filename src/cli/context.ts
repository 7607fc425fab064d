import { accessSync, constants, existsSync, fstatSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load.ts';
import { productPath, productRoot } from '../config/product.ts';
import { environmentName, type SettingKey } from '../config/schema.ts';
import { explainDisk } from '../db/disk.ts';
import { type InstallationPaths, installationPaths } from '../server/installation-paths.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { createOutput, type Output } from './output.ts';

/** Options that every command takes. */
export type CommonOptions = { dataDir?: string; json?: boolean; debug?: boolean };

const SYSTEM_DIRECTORY = '/var/lib/syncode';

/** Name of the user that this process runs as. */
function processUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Who gave the command, before root became somebody else. */
const caller = processUser();

/** `--data-dir`, else SYNCODE_DATA_DIR, else /var/lib/syncode when it exists, else ./data; absolute. */
export function dataDirectoryOf(options: CommonOptions): string {
  if (options.dataDir?.trim() === '') {
    // Perhaps an unset variable of a script: some other directory would be a surprise.
    throw new CliFailure(exitCodes.usage, 'The option --data-dir is empty.', {
      remedy: 'Name the directory.',
    });
  }
  const named = options.dataDir ?? process.env.SYNCODE_DATA_DIR;
  if (named !== undefined && named !== '') return path.resolve(named);
  return existsSync(SYSTEM_DIRECTORY) ? SYSTEM_DIRECTORY : path.resolve('data');
}

/** A command line that means the same data directory, for people to paste. */
export function pasteable(options: CommonOptions, command: string): string {
  const { dataDir } = options;
  if (dataDir === undefined) return `syncode ${command}`;
  const quoted = /^[\w./~+-]+$/.test(dataDir) ? dataDir : `'${dataDir.replaceAll("'", "'\\''")}'`;
  return `syncode ${command} --data-dir ${quoted}`;
}

/** The data directory, which must be there; root becomes its owner first, so that no file ends up belonging to root. */
export function enterDataDirectory(options: CommonOptions): string {
  const directory = dataDirectoryOf(options);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (found === undefined) {
    throw new CliFailure(exitCodes.notFound, `There is no data directory at ${directory}.`, {
      why: 'It has not been created yet, or another place is meant.',
      remedy: `Create it with "${pasteable(options, 'init')}", or name the right one with --data-dir or SYNCODE_DATA_DIR.`,
    });
  }
  if (!found.isDirectory()) {
    throw new CliFailure(exitCodes.usage, `${directory} is not a directory.`, {
      remedy: 'Name the data directory with --data-dir or SYNCODE_DATA_DIR.',
    });
  }
  becomeOwner(directory, found.uid, found.gid);
  checkAccess(directory);
  return directory;
}

/** As enterDataDirectory, and something has been set up in it: a mistyped name should not end with files of ours there. */
export function enterInstallation(options: CommonOptions): InstallationPaths {
  const paths = installationPaths(enterDataDirectory(options));
  if (existsSync(paths.keys)) return paths;
  throw new CliFailure(exitCodes.notFound, `${paths.directory} holds no installation of Syncode.`, {
    why: 'It has not been set up yet, or another place is meant.',
    remedy: `Set it up with "${pasteable(options, 'init')}", or name the right one with --data-dir or SYNCODE_DATA_DIR.`,
  });
}

function checkAccess(directory: string): void {
  try {
    accessSync(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const isReadOnly = code === 'EROFS';
    throw new CliFailure(exitCodes.failed, `The data directory ${directory} cannot be written to.`, {
      why: isReadOnly
        ? 'Its file system is read-only.'
        : `It is not open to ${operatingSystemUser()}, or not for writing.`,
      remedy: isReadOnly
        ? explainDisk(code, directory).remedy
        : `Run the command as its owner or as root (ls -ld ${directory} shows owner and rights).`,
      cause: error,
    });
  }
}

function becomeOwner(directory: string, uid: number, gid: number): void {
  if (process.getuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
  checkProgram(directory);
}

/** What is loaded later, and the jail, would otherwise seem to be missing. */
function checkProgram(directory: string): void {
  try {
    accessSync(productPath('package.json'), constants.R_OK);
  } catch (error) {
    throw new CliFailure(
      exitCodes.failed,
      `The program in ${productRoot} cannot be read by ${processUser()}, the owner of ${directory}.`,
      {
        why: 'Root becomes that user first, and a folder above the program is closed to others, as home directories are.',
        remedy:
          'Use the program that ./install.sh puts into /opt/syncode (/usr/local/bin/syncode), or name another data directory with --data-dir.',
        cause: error,
      },
    );
  }
}

/** The configuration of a data directory (null: none), with command-line flags on top. */
export function configOf(
  directory: string | null,
  flags: Partial<Record<SettingKey, unknown>> = {},
): LoadedConfig {
  const file = directory === null ? undefined : path.join(directory, 'config.toml');
  const sources: ConfigSources = { file, environment: process.env, flags };
  return loadConfig(sources);
}

export function outputOf(options: CommonOptions): Output {
  return createOutput(options.json === true);
}

/** What the control socket and the audit log take. */
const MAX_USER_NAME = 64;

/** Name of the operating system's user who gave the command, also through sudo; for audit entries. */
export function operatingSystemUser(): string {
  const sudo = process.env.SUDO_USER;
  if (sudo) return sudo.slice(0, MAX_USER_NAME);
  return caller.slice(0, MAX_USER_NAME);
}

/** Whether the environment overrides a setting of config.toml. */
export function isOverridden(key: SettingKey): boolean {
  return process.env[environmentName(key)] !== undefined;
}

/** UV_THREADPOOL_SIZE, which sets the threads of libuv's pool in this process; undefined: 4. */
export function threadPoolSetting(): string | undefined {
  return process.env.UV_THREADPOOL_SIZE;
}

/** Whether systemd waits to be told that the service is up, and how often it wants a sign of life (null: never). */
export function serviceSupervision(): { readonly isSupervised: boolean; readonly watchdogMs: number | null } {
  const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = process.env;
  const isMeant = WATCHDOG_PID === undefined || WATCHDOG_PID === String(process.pid);
  const watchdogMs = isMeant && Number(WATCHDOG_USEC) > 0 ? Number(WATCHDOG_USEC) / 1000 : null;
  return { isSupervised: NOTIFY_SOCKET !== undefined, watchdogMs };
}

/** Whether what is written to standard error goes to the journal, which then keeps the log. */
export function isLoggedByJournal(): boolean {
  const [device, inode] = (process.env.JOURNAL_STREAM ?? '').split(':');
  if (inode === undefined) return false;
  const { dev, ino } = fstatSync(2);
  return device === String(dev) && inode === String(ino);
}
