import { stringify } from 'smol-toml';
import { type SettingKey, settingKeys, settings } from './schema.ts';

const tableOf = (key: SettingKey) => key.slice(0, key.indexOf('.'));
const nameOf = (key: SettingKey) => key.slice(key.indexOf('.') + 1);

/** One TOML line, `name = value`. */
function assignment(key: SettingKey, value: unknown): string {
  return stringify({ [nameOf(key)]: value }).trimEnd();
}

const header = (line: string) => /^\s*\[([^[\]]+)\]\s*(#.*)?$/.exec(line)?.[1]?.trim();

/** Index range [from, to) of the lines below `[table]`; null without such a table. */
function sectionOf(lines: readonly string[], table: string): { from: number; to: number } | null {
  const at = lines.findIndex((line) => header(line) === table);
  if (at < 0) return null;
  const next = lines.findIndex((line, index) => index > at && header(line) !== undefined);
  return { from: at + 1, to: next < 0 ? lines.length : next };
}

/** The text of config.toml with one key set; comments and everything else stay as they are. */
export function setInToml(text: string, key: SettingKey, value: unknown): string {
  const lines = text === '' ? [] : text.replace(/\n$/, '').split('\n');
  const line = assignment(key, value);
  const dotted = lines.findIndex((candidate) => candidate.trimStart().split('=')[0]?.trim() === key);
  const section = sectionOf(lines, tableOf(key));
  if (dotted >= 0 && (section === null || dotted < section.from)) {
    lines[dotted] = `${key} = ${line.slice(line.indexOf('=') + 1).trim()}`;
  } else if (section === null) {
    lines.push(...(lines.length === 0 ? [] : ['']), `[${tableOf(key)}]`, line);
  } else {
    const own = (candidate: string) => new RegExp(`^\\s*#?\\s*"?${nameOf(key)}"?\\s*=`).test(candidate);
    const at = lines.findIndex(
      (candidate, index) => index >= section.from && index < section.to && own(candidate),
    );
    if (at >= 0) lines[at] = line;
    else lines.splice(section.from, 0, line);
  }
  return `${lines.join('\n')}\n`;
}

/** A config.toml that names every key with its sentence and default, all commented out. */
export function sampleToml(): string {
  const tables = [...new Set(settingKeys.map(tableOf))];
  const sections = tables.map((table) => {
    const keys = settingKeys.filter((key) => tableOf(key) === table);
    const entries = keys.map(
      (key) => `# ${settings[key].about}\n# ${assignment(key, settings[key].initial)}`,
    );
    return `[${table}]\n${entries.join('\n\n')}\n`;
  });
  return `# Settings of Syncode. What is commented out is the default; the server reads this file when it starts.\n\n${sections.join('\n')}`;
}
