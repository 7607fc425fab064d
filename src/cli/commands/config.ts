import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { setInToml } from '../../config/edit.ts';
import { loadConfig } from '../../config/load.ts';
import { environmentName, type SettingKey, settingKeys, settings } from '../../config/schema.ts';
import { installationPaths } from '../../server/installation.ts';
import { createCommand, createGroup, optionsOf } from '../command.ts';
import { configOf, dataDirectoryOf, enterDataDirectory, isOverridden, outputOf } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import { table } from '../output.ts';

const shownValue = (key: SettingKey, value: unknown) => {
  if (settings[key].secret) return '[redacted]';
  return Array.isArray(value) ? value.join(',') : String(value);
};

function showCommand(): Command {
  const command = createCommand('show', {
    about: 'Prints every setting with its value.',
    examples: ['syncode config show --origin', 'syncode config show limits.hostedRooms'],
    exits: [exitCodes.usage, exitCodes.notFound],
  });
  command.argument('[prefix]', 'only settings whose name begins so');
  command.option('--origin', 'also say where each value comes from');
  return command.action((prefix: string | undefined) => {
    const options = optionsOf<{ origin?: boolean }>(command);
    const directory = dataDirectoryOf(options);
    const { config, origins } = configOf(existsSync(directory) ? enterDataDirectory(options) : null);
    const keys = settingKeys.filter((key) => prefix === undefined || key.startsWith(prefix));
    if (keys.length === 0) throw unknownKey(prefix ?? '');
    const rows = keys.map((key) => [key, shownValue(key, config[key]), origins[key]]);
    const document = keys.map((key) => ({
      key,
      value: settings[key].secret ? null : config[key],
      origin: origins[key],
    }));
    outputOf(options).result({ settings: document }, () =>
      options.origin === true
        ? table(['SETTING', 'VALUE', 'FROM'], rows)
        : table(
            ['SETTING', 'VALUE'],
            rows.map((row) => row.slice(0, 2)),
          ),
    );
  });
}

function unknownKey(key: string): CliFailure {
  const tail = key.split('.').at(-1)?.toLowerCase() ?? '';
  const near = settingKeys.filter((known) => tail !== '' && known.toLowerCase().includes(tail)).slice(0, 3);
  return new CliFailure(exitCodes.usage, `There is no setting ${key}.`, {
    remedy: near.length === 0 ? 'See "syncode config show".' : `Did you mean ${near.join(' or ')}?`,
  });
}

/** Text of the command line as the file writes it: numbers, booleans and lists as such. */
function parseValue(key: SettingKey, text: string): unknown {
  const { initial } = settings[key];
  if (typeof initial === 'number') return Number(text);
  if (typeof initial === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  return Array.isArray(initial)
    ? text
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : text;
}

function setCommand(): Command {
  const command = createCommand('set', {
    about: 'Writes one setting into config.toml; a running server takes it over at its next start.',
    examples: [
      'syncode config set auth.registration closed',
      'syncode config set server.publicUrl https://syncode.example.org',
    ],
    exits: [exitCodes.usage, exitCodes.notFound],
  });
  command
    .argument('<key>', 'name of the setting')
    .argument('<value>', 'its value; lists separated by commas');
  return command.action((key: string, value: string) => {
    const options = optionsOf(command);
    const directory = enterDataDirectory(options);
    if (!Object.hasOwn(settings, key)) throw unknownKey(key);
    const known = key as SettingKey;
    const file = installationPaths(directory).config;
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '';
    const parsed = parseValue(known, value);
    // Checked as a whole in a file of its own first: a mistake changes nothing.
    const candidate = `${file}.new`;
    writeFileSync(candidate, setInToml(before, known, Number.isNaN(parsed) ? value : parsed), {
      mode: 0o600,
    });
    loadConfig({ file: candidate });
    renameSync(candidate, file);
    const output = outputOf(options);
    output.result({ key, value: parsed, file }, () => `${key} is now ${value} (${file}).`);
    if (isOverridden(known)) {
      output.note(`The environment variable ${environmentName(known)} overrides it.`);
    }
    output.note('A running server takes it over when it is started again.');
  });
}

function validateCommand(): Command {
  const command = createCommand('validate', {
    about: 'Checks config.toml and the environment without starting anything.',
    examples: ['syncode config validate', 'syncode config validate --data-dir ./data'],
    exits: [exitCodes.usage, exitCodes.notFound],
  });
  return command.action(() => {
    const options = optionsOf(command);
    const directory = enterDataDirectory(options);
    configOf(directory);
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
