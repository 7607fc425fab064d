import { closeSync, createReadStream, existsSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { localTime } from './output.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LoggedLevel = (typeof logLevels)[number];

/** One line of a log; words that are not from the log itself have neither level nor time. */
export type LogLine = {
  readonly level: LoggedLevel | null;
  readonly timeMs: number | null;
  /** The line's object, or its words as `msg`. */
  readonly fields: Readonly<Record<string, unknown>>;
};

/** Which lines are wanted. */
export type LogFilter = { readonly level: LoggedLevel; readonly sinceMs: number | null };

/** Reads a line as the server wrote it; null for an empty one. */
export function parseLogLine(text: string): LogLine | null {
  if (text.trim() === '') return null;
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields === 'object' && fields !== null && !Array.isArray(fields)) {
      const { level, time } = fields as Record<string, unknown>;
      const timeMs = typeof time === 'string' ? Date.parse(time) : Number.NaN;
      return {
        level: logLevels.find((known) => known === level) ?? null,
        timeMs: Number.isNaN(timeMs) ? null : timeMs,
        fields: fields as Record<string, unknown>,
      };
    }
  } catch {
    // Words for people, which the journal holds between the lines of the log.
  }
  return { level: null, timeMs: null, fields: { msg: text } };
}

/** Words without a level are of interest to whoever reads everything from `info` on. */
export function isWanted({ level, timeMs }: LogLine, filter: LogFilter): boolean {
  if (filter.sinceMs !== null && timeMs !== null && timeMs < filter.sinceMs) return false;
  return logLevels.indexOf(level ?? 'info') >= logLevels.indexOf(filter.level);
}

/** What a terminal would obey is shown, not sent. */
const plain = (text: string) =>
  text.replaceAll(/\p{Cc}/gu, (sign) => `\\x${sign.charCodeAt(0).toString(16).padStart(2, '0')}`);

function showValue(value: unknown): string {
  if (typeof value === 'string') return /^[\w./:@+-]+$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value) ?? '';
}

/** A line for people: time, level, words, then what else is known. */
export function describeLogLine({ level, timeMs, fields }: LogLine): string {
  const { level: _level, time: _time, msg, ...others } = fields;
  const words = typeof msg === 'string' ? msg : '';
  if (level === null && timeMs === null) return plain(words);
  const known = Object.entries(others).map(([name, value]) => `${name}=${showValue(value)}`);
  const time = timeMs === null ? '' : localTime(timeMs, 'seconds');
  return plain([time, (level ?? '').toUpperCase().padEnd(5), words, ...known].join(' ').trimEnd());
}

/** Lines of files, one file after the other; those that are not there are left out. */
export async function* readLogFiles(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) {
    if (!existsSync(file)) continue;
    yield* createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY });
  }
}

const POLL_MS = 250;
const CHUNK = 64 * 1024;

/** Lines that are written to a file from now on, also when another takes its place; ends with the signal. */
export async function* followLogFile(file: string, signal: AbortSignal): AsyncGenerator<string> {
  let descriptor = openSync(file, 'r');
  let at = fstatSync(descriptor).size;
  let rest = Buffer.alloc(0);
  const chunk = Buffer.alloc(CHUNK);
  try {
    while (!signal.aborted) {
      const count = readSync(descriptor, chunk, 0, CHUNK, at);
      if (count > 0) {
        at += count;
        const bytes = Buffer.concat([rest, chunk.subarray(0, count)]);
        const end = bytes.lastIndexOf(10) + 1;
        rest = Buffer.from(bytes.subarray(end));
        if (end > 0) yield* bytes.toString('utf8', 0, end - 1).split('\n');
        continue;
      }
      const there = statSync(file, { throwIfNoEntry: false });
      if (there !== undefined && there.ino !== fstatSync(descriptor).ino) {
        closeSync(descriptor);
        descriptor = openSync(file, 'r');
        at = 0;
        continue;
      }
      await pause(POLL_MS, undefined, { signal }).catch(() => {});
    }
  } finally {
    closeSync(descriptor);
  }
}
