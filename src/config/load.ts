import { readFileSync } from 'node:fs';
import { parse, TomlError } from 'smol-toml';
import type { z } from 'zod';
import { type Config, environmentName, type SettingKey, settingKeys, settings } from './schema.ts';

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
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
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

/** Line of the file on which a key is set; TOML parsers do not keep it, so the last part of the key is looked for. */
function lineOf(text: string, key: string): string {
  const name = key.split('.').at(-1) ?? key;
  const index = text.split('\n').findIndex((line) => line.trimStart().split('=')[0]?.trim().endsWith(name));
  return index < 0 ? '' : `:${index + 1}`;
}

function parseFile(file: string): { text: string; values: Map<string, unknown> } {
  const text = readText(file);
  try {
    return { text, values: flatten(parse(text) as Record<string, unknown>, '', new Map()) };
  } catch (error) {
    if (error instanceof TomlError)
      throw new ConfigError(`${file}:${error.line} is not valid TOML: ${error.message.split('\n')[0]}`);
    throw error;
  }
}

const isKey = (key: string): key is SettingKey => Object.hasOwn(settings, key);

function check(key: SettingKey, value: unknown, where: string): unknown {
  const result = (settings[key].schema as z.ZodType).safeParse(value);
  if (result.success) return result.data;
  const why = result.error.issues[0]?.message ?? 'is not valid';
  throw new ConfigError(
    `${where}: ${key} cannot be ${JSON.stringify(value)}: ${why}\n${settings[key].about}`,
  );
}

function nearest(key: string): string {
  const tail = key.split('.').at(-1)?.toLowerCase() ?? '';
  const match = settingKeys.find(
    (known) => known.toLowerCase().endsWith(tail) || known.toLowerCase().includes(tail),
  );
  return match === undefined ? '' : ` Did you mean ${match}?`;
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
      if (!isKey(key)) throw new ConfigError(`${where}: there is no setting ${key}.${nearest(key)}`);
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
