import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parseSince } from './commands/logs.ts';
import { describeLogLine, followLogFile, isWanted, type LogLine, parseLogLine } from './log-lines.ts';

const place = mkdtempSync(path.join(tmpdir(), 'syncode-lines-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const line = (text: string) => parseLogLine(text) as LogLine;

describe('a line of the log', () => {
  const entry = '{"level":"warn","time":"2026-09-01T08:00:00.000Z","msg":"slow","ms":7,"where":"a b"}';

  it('is shown with time, severity, words and what else is known', () => {
    expect(describeLogLine(line(entry))).toMatch(
      /^2026-\d\d-\d\d \d\d:\d\d:00 \S+ WARN {2}slow ms=7 where="a b"$/,
    );
    expect(describeLogLine(line('words for people'))).toBe('words for people');
    expect(parseLogLine('  ')).toBeNull();
  });

  it('sends nothing to the terminal that it would obey', () => {
    expect(describeLogLine(line('{"level":"info","msg":"a\\u001b[2Jb"}'))).toContain('a\\x1b[2Jb');
    expect(describeLogLine(line('\u001b]0;title\u0007'))).toBe('\\x1b]0;title\\x07');
  });

  it('is wanted by severity and time; words for people count as info', () => {
    const filterOf = (sinceMs: number | null, level: 'debug' | 'warn' | 'error') => ({ level, sinceMs });
    expect(isWanted(line(entry), filterOf(null, 'warn'))).toBe(true);
    expect(isWanted(line(entry), filterOf(null, 'error'))).toBe(false);
    expect(isWanted(line(entry), filterOf(Date.parse('2026-09-01T08:00:01Z'), 'debug'))).toBe(false);
    expect(isWanted(line('words'), filterOf(null, 'debug'))).toBe(true);
    expect(isWanted(line('words'), filterOf(null, 'warn'))).toBe(false);
    expect(isWanted(line('[1]'), filterOf(null, 'debug'))).toBe(true);
  });
});

describe('--since', () => {
  it('takes a length of time or a moment', () => {
    expect(parseSince('2h', 10_000_000)).toBe(2_800_000);
    expect(parseSince('90 s', 100_000)).toBe(10_000);
    expect(parseSince('2026-09-01T08:00:00Z')).toBe(Date.parse('2026-09-01T08:00:00Z'));
    for (const wrong of ['', 'h', '2w', 'now', '2026-99-99']) expect(() => parseSince(wrong)).toThrow();
  });
});

describe('following a log file', () => {
  it('gives whole lines as they come, also from the file that takes its place', async () => {
    const file = path.join(place, 'log');
    writeFileSync(file, 'old\n');
    const ending = new AbortController();
    const lines = followLogFile(file, ending.signal);
    const first = lines.next();
    appendFileSync(file, 'one\nha');
    expect((await first).value).toBe('one');
    appendFileSync(file, 'lf\n');
    expect((await lines.next()).value).toBe('half');
    const next = lines.next();
    appendFileSync(file, 'last of the old\n');
    expect((await next).value).toBe('last of the old');
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'first of the new\n');
    expect((await lines.next()).value).toBe('first of the new');
    ending.abort();
    expect((await lines.next()).done).toBe(true);
  });
});
