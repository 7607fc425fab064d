import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { logFilePath, olderLogFile } from '../../server/log-file.ts';
import { isSystemdRunning, readUnit, SERVICE_NAME, unitFile } from '../../server/service-unit.ts';
import { createCommand, optionsOf } from '../command.ts';
import { type CommonOptions, dataDirectoryOf, enterInstallation, pasteable } from '../context.ts';
import { CliFailure, exitCodes } from '../failure.ts';
import {
  describeLogLine,
  followLogFile,
  isWanted,
  type LogFilter,
  type LoggedLevel,
  type LogLine,
  logLevels,
  parseLogLine,
  readLogFiles,
} from '../log-lines.ts';

const DEFAULT_LINES = 200;
const MAX_LINES = 100_000;
const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

type LogsOptions = CommonOptions & {
  follow?: boolean;
  level: LoggedLevel;
  since?: number;
  lines: number;
};

/** A length of time back from now, or a moment; as milliseconds since 1970. */
export function parseSince(text: string, nowMs = Date.now()): number {
  const back = /^(\d{1,6})\s*([smhd])$/.exec(text);
  if (back !== null) return nowMs - Number(back[1]) * (UNITS[back[2] ?? ''] ?? 0);
  const moment = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(moment)) return moment;
  throw new InvalidArgumentError('It is a time such as 30m, 2h, 3d, or 2026-09-01T08:00.');
}

function parseLines(text: string): number {
  const lines = /^\d{1,6}$/.test(text) ? Number(text) : -1;
  if (lines >= 0 && lines <= MAX_LINES) return lines;
  throw new InvalidArgumentError(`It is a number up to ${MAX_LINES}.`);
}

/** Lines that are there, and then, with --follow, those that come. */
type Source = { readonly past: AsyncIterable<string>; readonly coming: AsyncIterable<string> };

async function* nothing(): AsyncGenerator<string> {}

/** The journal of the service, which root, and members of the group systemd-journal, may read. */
async function* readJournal(args: readonly string[]): AsyncGenerator<string> {
  const words = ['--unit', SERVICE_NAME, '--output=cat', '--no-pager', ...args];
  const child = spawn('journalctl', words, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', (code) => resolve(code));
  });
  yield* createInterface({ input: child.stdout, crlfDelay: Number.POSITIVE_INFINITY });
  if ((await ended) === 0) return;
  throw new CliFailure(exitCodes.failed, 'The journal of the service could not be read.', {
    why: 'It is open to root, and to the group systemd-journal.',
    remedy: `Run the command as root: sudo journalctl --unit ${SERVICE_NAME}`,
  });
}

function journalSource({ follow, since, level, lines }: LogsOptions): Source {
  const from = since === undefined ? [] : [`--since=@${Math.floor(since / 1000)}`];
  // Counted here when only some of the lines are wanted.
  const count = level === 'debug' || level === 'info' ? [`--lines=${lines}`] : [];
  const past = readJournal([...from, ...count]);
  return { past, coming: follow ? readJournal(['--follow', '--lines=0']) : nothing() };
}

function fileSource(options: LogsOptions): Source {
  const { directory } = enterInstallation(options);
  const file = logFilePath(directory);
  if (!existsSync(file))
    throw new CliFailure(exitCodes.notFound, `There is no log at ${file} yet.`, {
      why: 'A server writes it while it runs without systemd.',
      remedy: `Start one: ${pasteable(options, 'serve')}`,
    });
  const ending = new AbortController();
  const coming = options.follow ? followLogFile(file, ending.signal) : nothing();
  return { past: readLogFiles([olderLogFile(file), file]), coming };
}

function sourceOf(options: LogsOptions): Source {
  const unit = isSystemdRunning() ? readUnit(unitFile) : null;
  const isService = unit !== null && unit.is !== 'absent' && unit.dataDirectory === dataDirectoryOf(options);
  return isService ? journalSource(options) : fileSource(options);
}

async function show(options: LogsOptions): Promise<void> {
  const { past, coming } = sourceOf(options);
  const filter: LogFilter = { level: options.level, sinceMs: options.since ?? null };
  const print = (line: LogLine) =>
    process.stdout.write(
      `${options.json ? JSON.stringify({ v: 1, ...line.fields }) : describeLogLine(line)}\n`,
    );
  const wanted = (text: string) => {
    const line = parseLogLine(text);
    return line !== null && isWanted(line, filter) ? line : null;
  };
  const last: LogLine[] = [];
  for await (const text of past) {
    const line = wanted(text);
    if (line !== null) last.push(line);
    if (last.length > 2 * options.lines + 1000) last.splice(0, last.length - options.lines);
  }
  for (const line of options.lines === 0 ? [] : last.slice(-options.lines)) print(line);
  for await (const text of coming) {
    const line = wanted(text);
    if (line !== null) print(line);
  }
}

/** `logs`. */
export function logsCommand(): Command {
  const command = createCommand('logs', {
    about: "Shows the server's log: the service's journal, or the file log/syncode.log without systemd.",
    examples: ['syncode logs --follow', 'syncode logs --level warn --since 2h --json'],
    exits: [exitCodes.failed, exitCodes.usage, exitCodes.notFound],
  });
  command
    .option('--follow', 'go on with what comes, until Ctrl-C')
    .addOption(
      new Option('--level <level>', 'only lines of this severity and above')
        .choices([...logLevels])
        .default('debug'),
    )
    .option('--since <time>', 'only lines from then on: 30m, 2h, 3d, or 2026-09-01T08:00', (text) =>
      parseSince(text),
    )
    .addOption(
      new Option('--lines <number>', 'at most so many of the newest lines')
        .argParser(parseLines)
        .default(DEFAULT_LINES),
    );
  return command.action(() => show(optionsOf<LogsOptions>(command)));
}
