import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';

/** Where a server that no service manager keeps the log of writes it. */
export function logFilePath(dataDirectory: string): string {
  return path.join(dataDirectory, 'log', 'syncode.log');
}

/** The file before the present one. */
export const olderLogFile = (file: string) => `${file}.1`;

/** After a failure the file is left alone for so long: a disk that is full must not slow the server down. */
const RETRY_MS = 10_000;

/**
 * A log file that never grows above `maxBytes`: what would not fit goes into a new one, and one older file is kept. A
 * disk that refuses loses lines, never the server.
 */
export function openLogFile(file: string, maxBytes: number): { write(line: string): void } {
  let descriptor: number | null = null;
  let bytes = 0;
  let notBeforeMs = 0;
  const open = () => {
    mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 });
    descriptor = openSync(file, 'a', 0o600);
    bytes = fstatSync(descriptor).size;
    return descriptor;
  };
  const close = () => {
    if (descriptor !== null) closeSync(descriptor);
    descriptor = null;
  };
  const append = (line: string) => {
    let target = descriptor ?? open();
    const length = Buffer.byteLength(line);
    if (bytes > 0 && bytes + length > maxBytes) {
      close();
      renameSync(file, olderLogFile(file));
      target = open();
    }
    writeSync(target, line);
    bytes += length;
  };
  return {
    write: (line) => {
      if (performance.now() < notBeforeMs) return;
      try {
        append(line);
      } catch {
        notBeforeMs = performance.now() + RETRY_MS;
        try {
          close();
        } catch {
          descriptor = null;
        }
      }
    },
  };
}
