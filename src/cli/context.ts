import { existsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load.ts';
import { environmentName, type SettingKey } from '../config/schema.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { createOutput, type Output } from './output.ts';

/** Options that every command takes. */
export type CommonOptions = { dataDir?: string; json?: boolean; debug?: boolean };

const SYSTEM_DIRECTORY = '/var/lib/syncode';

/** `--data-dir`, else SYNCODE_DATA_DIR, else /var/lib/syncode when it exists, else ./data; absolute. */
export function dataDirectoryOf(options: CommonOptions): string {
  const named = options.dataDir ?? process.env.SYNCODE_DATA_DIR;
  if (named !== undefined && named !== '') return path.resolve(named);
  return existsSync(SYSTEM_DIRECTORY) ? SYSTEM_DIRECTORY : path.resolve('data');
}

/** The data directory, which must be there; root becomes its owner first, so that no file ends up belonging to root. */
export function enterDataDirectory(options: CommonOptions): string {
  const directory = dataDirectoryOf(options);
  const found = statSync(directory, { throwIfNoEntry: false });
  if (!found?.isDirectory()) {
    throw new CliFailure(exitCodes.notFound, `There is no data directory at ${directory}.`, {
      why: 'It has not been created yet, or another place is meant.',
      remedy: 'Create it with "syncode init", or name the right one with --data-dir or SYNCODE_DATA_DIR.',
    });
  }
  becomeOwner(found.uid, found.gid);
  return directory;
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

/** Name of the operating system's user who gave the command, also through sudo; for audit entries. */
export function operatingSystemUser(): string {
  const sudo = process.env.SUDO_USER;
  if (sudo) return sudo;
  try {
    return userInfo().username;
  } catch {
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Whether the environment overrides a setting of config.toml. */
export function isOverridden(key: SettingKey): boolean {
  return process.env[environmentName(key)] !== undefined;
}

/** Threads of libuv's pool in this process. */
export function threadPoolSize(): number {
  return Number(process.env.UV_THREADPOOL_SIZE ?? 4);
}

/** Whether systemd waits to be told that the service is up. */
export function isSupervisedBySystemd(): boolean {
  return process.env.NOTIFY_SOCKET !== undefined;
}
