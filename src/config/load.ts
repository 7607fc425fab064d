import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { nearest } from './nearest.ts';
import { type Config, environmentName, type SettingKey, settingKeys, settings } from './schema.ts';
import { describeIssue } from './wording.ts';

export type Origin = 'default' | 'file' | 'environment' | 'flag';
export type LoadedConfig = {
  readonly config: Config;
  readonly origins: Readonly<Record<SettingKey, Origin>>;
};

/** A configuration that cannot be used: what is wrong, where it stands, what to do. Exit code 2 on the command line. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type ConfigSources = {
  /** Path of config.toml; a missing file is an empty one. */
  readonly file?: string | undefined;
  readonly environment?: Record<string, string | undefined> | undefined;
  /** From command-line flags, by key. */
  readonly flags?: Partial<Record<SettingKey, unknown>> | undefined;
};

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return '';
    throw new ConfigError(
      `${file} cannot be read.\nThe system says ${code}.\nIt must be a file that this user may read.`,
    );
  }
}

function flatten(
  table: Record<string, unknown>,
  prefix: string,
  into: Map<string, unknown>,
): Map<string, unknown> {
  for (const [name, value] of Object.entries(table)) {
    const key = prefix === '' ? name : `${prefix}.${name}`;
    const isTable =
      typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
    if (isTable) flatten(value as Record<string, unknown>, key, into);
    else into.set(key, value);
  }
  return into;
}

/** `:line` on which a key is set; TOML parsers do not keep it, so it is looked for. Empty when it is not found. */
function lineOf(text: string, key: string): string {
  let table = '';
  for (const [index, line] of text.split('\n').entries()) {
    const header = /^\s*\[([^[\]]+)\]/.exec(line)?.[1];
    if (header !== undefined) table = `${header.replaceAll(/["'\s]/g, '')}.`;
    const name = /^\s*([\w.\-"' ]+?)\s*=/.exec(line)?.[1]?.replaceAll(/["'\s]/g, '');
    if (name !== undefined && `${table}${name}` === key) return `:${index + 1}`;
  }
  return '';
}

function parseFile(file: string): { text: string; values: Map<string, unknown> } {
  const text = readText(file);
  try {
    return { text, values: flatten(parse(text) as Record<string, unknown>, '', new Map()) };
  } catch (error) {
    if (error instanceof TomlError) {
      const why = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '');
      throw new ConfigError(`${file}:${error.line} is not valid TOML: ${why}.`);
    }
    throw error;
  }
}

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings, key);

/** Values come from files and environments, and a secret in the wrong form is still one. */
function quote(key: SettingKey, value: unknown): string {
  if (settings[key].secret) return 'what it is set to';
  const shown = typeof value === 'number' ? String(value) : JSON.stringify(value);
  return shown.length > MAX_QUOTED ? `${shown.slice(0, MAX_QUOTED)}...` : shown;
}
const MAX_QUOTED = 100;

function check(key: SettingKey, value: unknown, where: string): unknown {
  const result = (settings[key].schema as z.ZodType).safeParse(value);
  if (result.success) return result.data;
  const why = describeIssue(result.error.issues[0]);
  throw new ConfigError(`${where}: ${key} cannot be ${quote(key, value)}: ${why}.\n${settings[key].about}`);
}

/** A setting that a mistyped name was probably meant for; null when none is near. */
export function nearestSetting(key: string): SettingKey | null {
  const name = (known: string) => known.slice(known.indexOf('.') + 1);
  const whole = nearest(key, settingKeys);
  if (whole !== null) return whole as SettingKey;
  const meant = nearest(name(key), settingKeys.map(name));
  return settingKeys.find((known) => name(known) === meant) ?? null;
}

function suggest(key: string): string {
  const meant = nearestSetting(key);
  return meant === null ? 'See "syncode config show" for all.' : `Did you mean ${meant}?`;
}

/** Resolves every key: default < file < environment < flag. Unknown keys and bad values are a ConfigError that says where. */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const values: Record<string, unknown> = {};
  const origins: Record<string, Origin> = {};
  const set = (key: SettingKey, value: unknown, origin: Origin) => {
    values[key] = value;
    origins[key] = origin;
  };
  for (const key of settingKeys) set(key, settings[key].initial, 'default');

  if (sources.file !== undefined) {
    const file = sources.file;
    const parsed = parseFile(file);
    for (const [key, value] of parsed.values) {
      const where = `${file}${lineOf(parsed.text, key)}`;
      if (!isKey(key)) throw new ConfigError(`${where}: there is no setting ${key}.\n${suggest(key)}`);
      set(key, check(key, value, where), 'file');
    }
  }
  for (const key of settingKeys) {
    const name = environmentName(key);
    const value = sources.environment?.[name];
    if (value !== undefined) set(key, check(key, value, `environment variable ${name}`), 'environment');
  }
  for (const [key, value] of Object.entries(sources.flags ?? {})) {
    if (value !== undefined && isKey(key)) set(key, check(key, value, 'command line'), 'flag');
  }
  const config = Object.freeze(values) as Config;
  checkTogether(config);
  return { config, origins: origins as Record<SettingKey, Origin> };
}

/** Rules between settings. */
function checkTogether(config: Config): void {
  if (config['server.insecureHttp'] && config['server.publicUrl'].startsWith('https:')) {
    throw new ConfigError('server.insecureHttp does not go with an https public URL: drop one of the two.');
  }
  if (config['execution.leaseRenewalMs'] >= config['execution.leaseMs']) {
    throw new ConfigError('execution.leaseRenewalMs must be shorter than execution.leaseMs.');
  }
}
