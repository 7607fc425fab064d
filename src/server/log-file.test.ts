import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { logFilePath, olderLogFile, openLogFile } from './log-file.ts';

const place = mkdtempSync(path.join(tmpdir(), 'syncode-log-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

describe('the log file', () => {
  it('never grows above its bound, keeps one older file, and goes on with what is there', () => {
    const file = logFilePath(path.join(place, 'one'));
    const line = `${'x'.repeat(99)}\n`;
    for (let start = 0; start < 3; start++) {
      const log = openLogFile(file, 1000);
      for (let count = 0; count < 14; count++) log.write(line);
    }
    expect(statSync(file).size).toBeLessThanOrEqual(1000);
    expect(statSync(olderLogFile(file)).size).toBe(1000);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(path.dirname(file)).mode & 0o777).toBe(0o700);
  });

  it('takes a line that is longer than the bound whole, in a file of its own', () => {
    const file = logFilePath(path.join(place, 'two'));
    const log = openLogFile(file, 10);
    log.write('short\n');
    log.write(`${'y'.repeat(50)}\n`);
    expect(readFileSync(file, 'utf8')).toBe(`${'y'.repeat(50)}\n`);
    expect(readFileSync(olderLogFile(file), 'utf8')).toBe('short\n');
  });

  it('loses lines, and nothing else, where it cannot be written', () => {
    const blocked = path.join(place, 'three');
    writeFileSync(blocked, '');
    const log = openLogFile(logFilePath(blocked), 1000);
    expect(() => log.write('lost\n')).not.toThrow();
  });
});
