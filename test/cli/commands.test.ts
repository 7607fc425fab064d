import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../src/cli/command.ts';
import { commands } from '../../src/cli/commands/all.ts';
import { loadCommands } from '../../src/cli/commands/loading.ts';
import { localTime, table } from '../../src/cli/output.ts';
import { root } from './support.ts';

const tree = createProgram(commands());

function leaves(command: Command, names: readonly string[] = []): { name: string; command: Command }[] {
  return command.commands.flatMap((inner) => {
    const path = [...names, inner.name()];
    const isGroup = inner.commands.length > 0 && !helpOf(inner).includes('\nExamples:\n');
    return [...(isGroup ? [] : [{ name: path.join(' '), command: inner }]), ...leaves(inner, path)];
  });
}

function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => 200 }).outputHelp();
  return text;
}

function findCommand(words: readonly string[]): Command {
  let at = tree;
  for (const word of words) {
    const inner = at.commands.find((command) => command.name() === word);
    if (inner === undefined) break;
    at = inner;
  }
  return at;
}

const all = leaves(tree);

describe('help of every command', () => {
  it('knows them all', () => {
    const names = all.map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['init', 'serve', 'admin ban', 'migrate', 'migrate status', 'config set']),
    );
    expect(names.length).toBeGreaterThan(14);
  });

  it.each(all)('syncode $name: one sentence, two examples, exit codes', ({ command }) => {
    const help = helpOf(command);
    expect(command.description()).toMatch(/^[A-Z][^\n]+[^.]\.$/);
    expect(command.description()).not.toMatch(/\. /);
    const [, examples = '', exits = ''] =
      /\nExamples:\n([\s\S]*?)\n\nExit codes:\n([\s\S]*)$/.exec(help) ?? [];
    expect(examples.split('\n')).toHaveLength(2);
    expect(exits).toMatch(/^ {2}0 {3}done/);
    expect(exits).not.toContain('undefined');
    for (const example of examples.split('\n')) {
      const [own = ''] = example.trim().split(' && ');
      const words = own.split(' ').slice(1);
      const shown = findCommand(words);
      expect([shown, shown.parent].includes(command), example).toBe(true);
      const flags = words.filter((word) => word.startsWith('--'));
      for (const flag of flags)
        expect(
          command.options.map(({ long }) => long),
          example,
        ).toContain(flag);
    }
  });

  it('every option has a word of explanation, and --json, --data-dir and --debug are everywhere', () => {
    for (const { name, command } of all) {
      const longs = command.options.map(({ long }) => long);
      expect(longs, name).toEqual(expect.arrayContaining(['--json', '--data-dir', '--debug']));
      for (const option of command.options) expect(option.description, `${name} ${option.long}`).not.toBe('');
    }
  });
});

function sources(folder: string): string[] {
  return readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(ts|sh|service)$/.test(name) && !/\.test\.ts$|^generated/.test(name))
    .map((name) => path.join(folder, name));
}

describe('remedies', () => {
  const files = [...sources('src'), 'install.sh', 'templates/systemd/syncode.service'];
  const mentions = files.flatMap((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return [...text.matchAll(/\bsyncode ([a-z]+)(?: ([a-z-]+))?/g)].map(([whole, first = '', second]) => ({
      file,
      whole,
      first,
      second,
    }));
  });

  it('name only commands that there are', () => {
    expect(mentions.length).toBeGreaterThan(20);
    const prose = new Set(['above', 'and', 'for', 'when']);
    const wrong = mentions.filter(({ first, second }) => {
      if (prose.has(first)) return false;
      const command = tree.commands.find((inner) => inner.name() === first);
      if (command === undefined) return true;
      const isGroup = command.commands.length > 0 && command.name() !== 'migrate';
      return isGroup && second !== undefined && !command.commands.some((inner) => inner.name() === second);
    });
    expect(wrong).toEqual([]);
  });
});

describe('loading', () => {
  const names = tree.commands.map((command) => command.name());

  it.each(names)('%s is found by its name, alone or among all', async (name) => {
    for (const argv of [[name], ['--json', '--data-dir', 'serve', name, 'help']]) {
      const loaded = (await loadCommands(argv)).map((command) => command.name());
      expect(loaded).toContain(name);
      expect([1, names.length]).toContain(loaded.length);
    }
  });

  it('has all where no command is named', async () => {
    for (const argv of [[], ['--help'], ['help', 'serve'], ['toString'], ['--data-dir', 'serve']])
      expect((await loadCommands(argv)).map((command) => command.name())).toEqual(names);
  });
});

describe('tables', () => {
  const head = ['NAME', 'VALUE'];
  const rows = [
    ['a', 'one'],
    ['much longer', ''],
  ];

  it('are columns where they fit, and where there is no terminal', () => {
    const columns = 'NAME         VALUE\na            one\nmuch longer\n';
    expect(table(head, rows, 18)).toBe(columns);
    expect(table(head, rows, undefined)).toBe(columns);
  });

  it('are blocks of lines on a terminal that is too narrow', () => {
    expect(table(head, rows, 17)).toBe('NAME   a\nVALUE  one\n\nNAME   much longer\nVALUE\n');
    expect(table(head, [], 3)).toBe('NAME  VALUE\n');
  });

  it('times are those of the reader, with their zone', () => {
    expect(localTime('2026-02-03T04:05:06.789Z')).toMatch(/^2026-02-0[234] \d\d:\d\d \S+$/);
  });
});
