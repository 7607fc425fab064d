import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { setInToml } from '../../config/edit.ts';
import { ConfigError, loadConfig, nearestSetting } from '../../config/load.ts';
import { type Config, environmentName, type SettingKey, settingKeys, settings } from '../../config/schema.ts';
import { describeIssue } from '../../config/wording.ts';
import { syncPath } from '../../kernel/files.ts';
import { refuseExposure } from '../../server/exposure.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { configOf, enterDataDirectory, enterInstallation, isOverridden, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { operate } from '../operator.ts';
import { table } from '../output.ts';

const shownValue = (key: SettingKey, value: unknown) => {
  if (settings[key].secret) return '[redacted]';
  const text = Array.isArray(value) ? value.join(',') : String(value);
  return text === '' ? '(empty)' : text;
};

function showCommand(): Command {
  const command = createCommand('show', {
    about: 'Prints every setting with its value.',
    examples: ['syncode config show --origin', 'syncode config show limits.hostedRooms'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound],
  });
  command.argument('[prefix]', 'only settings whose name begins so');
  command.option('--origin', 'also say where each value comes from');
  return command.action((prefix: string | undefined) => {
    const options = optionsOf<{ origin?: boolean }>(command);
    const { config, origins } = configOf(enterDataDirectory(options));
    const keys = settingKeys.filter((key) => prefix === undefined || key.startsWith(prefix));
    if (keys.length === 0) throw unknownKey(prefix ?? '');
    const rows = keys.map((key) => [key, shownValue(key, config[key]), origins[key]]);
    const document = keys.map((key) => ({
      key,
      value: settings[key].secret ? null : config[key],
      origin: origins[key],
    }));
    const columns = options.origin === true ? 3 : 2;
    const head = ['SETTING', 'VALUE', 'FROM'].slice(0, columns);
    outputOf(options).result({ settings: document }, () =>
      table(
        head,
        rows.map((row) => row.slice(0, columns)),
      ),
    );
  });
}

function unknownKey(key: string): CliFailure {
  const meant = nearestSetting(key);
  return new CliFailure(exitCodes.usage, `There is no setting ${key}.`, {
    remedy: meant === null ? 'See "syncode config show" for all.' : `Did you mean ${meant}?`,
  });
}

/** The text of the command line as the setting's own type; wrong ones are refused as in a file. */
function parseValue(key: SettingKey, text: string): unknown {
  const parsed = settings[key].schema.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CliFailure(exitCodes.usage, `${key} cannot be ${JSON.stringify(text)}.`, {
    why: `${describeIssue(parsed.error.issues[0])}.`.replace(/^./, (letter) => letter.toUpperCase()),
    remedy: settings[key].about,
  });
}

/** Writes a whole file beside the old one, durable before it is named; gives how to put it in its place, or to drop it. */
function prepareFile(file: string, text: string): { path: string; put: () => void; drop: () => void } {
  const candidate = `${file}.new`;
  const descriptor = openSync(candidate, 'w', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  return {
    path: candidate,
    put: () => {
      renameSync(candidate, file);
      syncPath(path.dirname(file));
    },
    drop: () => rmSync(candidate, { force: true }),
  };
}

/** The settings as the candidate would make them; its own name is nobody's business. */
function checkCandidate(candidate: string, file: string): Config {
  try {
    return loadConfig({ file: candidate }).config;
  } catch (error) {
    if (error instanceof ConfigError) throw new ConfigError(error.message.replaceAll(candidate, file));
    throw error;
  }
}

type Change = { readonly value: unknown; readonly file: string; readonly config: Config };

/** Checked as a whole in a file of its own first: a mistake, or a refusal to audit it, changes nothing. */
async function change(options: object, key: SettingKey, text: string): Promise<Change> {
  const { config: file } = enterInstallation(options);
  const value = parseValue(key, text);
  const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
  const prepared = prepareFile(file, setInToml(before, key, value));
  try {
    const config = checkCandidate(prepared.path, file);
    await operate(options, 'settings.changed', { key }, config);
    prepared.put();
    return { value, file, config };
  } finally {
    prepared.drop();
  }
}

function setCommand(): Command {
  const command = createCommand('set', {
    about: 'Writes one setting into config.toml; a running server takes it over at its next start.',
    examples: [
      'syncode config set auth.registration closed',
      'syncode config set server.publicUrl https://syncode.example.org',
    ],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound, exitCodes.refused],
  });
  command
    .argument('<key>', 'name of the setting')
    .argument('<value>', 'its value; lists separated by commas');
  return command.action(async (name: string, text: string) => {
    const options = optionsOf(command);
    if (!Object.hasOwn(settings, name)) throw unknownKey(name);
    const key = name as SettingKey;
    const { value, file, config } = await change(options, key, text);
    const output = outputOf(options);
    output.result(
      { key, value: settings[key].secret ? null : value, file },
      () => `${key} is now ${shownValue(key, value)} (${file}).`,
    );
    if (isOverridden(key)) output.note(`The environment variable ${environmentName(key)} overrides it.`);
    for (const line of refuseExposure(config) ?? []) output.note(line);
    output.note('A running server takes it over when it is started again.');
  });
}

function validateCommand(): Command {
  const command = createCommand('validate', {
    about: 'Checks config.toml and the environment, as serve would, without starting anything.',
    examples: ['syncode config validate', 'syncode config validate --data-dir ./data'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound],
  });
  return command.action(() => {
    const options = optionsOf(command);
    const directory = enterDataDirectory(options);
    const { config } = configOf(directory);
    const [what, ...lines] = refuseExposure(config) ?? [];
    if (what !== undefined) throw new CliFailure(exitCodes.usage, what, { remedy: lines.join('\n  ') });
    outputOf(options).result({ valid: true }, () => `The settings of ${directory} are valid.`);
  });
}

export function configCommand(): Command {
  return createGroup('config', 'Shows and changes settings.', [
    showCommand(),
    setCommand(),
    validateCommand(),
  ]);
}
