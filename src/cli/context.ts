import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load.ts';
import { environmentName, type SettingKey } from '../config/schema.ts';
import { type InstallationPaths, installationPaths } from '../server/installation-paths.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { createOutput, type Output } from './output.ts';

/** Options that every command takes. */
export type CommonOptions = { dataDir?: string; json?: boolean; debug?: boolean };

const SYSTEM_DIRECTORY = '/var/lib/syncode';

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
  becomeOwner(found.uid, found.gid);
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
    const isReadOnly = (error as NodeJS.ErrnoException).code === 'EROFS';
    throw new CliFailure(exitCodes.failed, `The data directory ${directory} cannot be written to.`, {
      why: isReadOnly
        ? 'Its file system is read-only.'
        : `It is not open to ${operatingSystemUser()}, or not for writing.`,
      remedy: `Run the command as its owner or as root (ls -ld ${directory} shows owner and rights).`,
      cause: error,
    });
  }
}

function becomeOwner(uid: number, gid: number): void {
  if (process.getuid?.() !== 0 || uid === 0) return;
  process.setgroups?.([gid]);
  process.setgid?.(gid);
  process.setuid?.(uid);
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
  try {
    return userInfo().username.slice(0, MAX_USER_NAME);
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Whether the environment overrides a setting of config.toml. */
export function isOverridden(key: SettingKey): boolean {
  return process.env[environmentName(key)] !== undefined;
}

/** UV_THREADPOOL_SIZE, which sets the threads of libuv's pool in this process; undefined: 4. */
export function threadPoolSetting(): string | undefined {
  return process.env.UV_THREADPOOL_SIZE;
}

/** Whether systemd waits to be told that the service is up. */
export function isSupervisedBySystemd(): boolean {
  return process.env.NOTIFY_SOCKET !== undefined;
}
