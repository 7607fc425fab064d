import { type DestinationStream, destination, type Logger, multistream, pino, stdTimeFunctions } from 'pino';

/** Structured log: one JSON object a line. First argument fields, second the sentence. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'flush'> & {
  child(fields: Record<string, unknown>): Log;
};

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Keys whose values never reach a log, at the top and one and two levels below. */
const SECRET_KEYS = [
  'password',
  'currentPassword',
  'newPassword',
  'token',
  'accessToken',
  'refreshToken',
  'collabToken',
  'secret',
  'authorization',
  'cookie',
  'set-cookie',
  'link',
  'stdin',
];

const redact = {
  paths: SECRET_KEYS.flatMap((key) => [`["${key}"]`, `*["${key}"]`, `*.*["${key}"]`]),
  censor: '[redacted]',
};

/** Synchronous, so that a line written before death is there. */
const standardError = () => destination({ fd: 2, sync: true });

/** A log to standard error from `terminalLevel` on, and to `file` (null: none) from `level` on. */
export function createServerLog(
  level: LogLevel,
  terminalLevel: LogLevel,
  file: DestinationStream | null,
): Log {
  if (file === null) return createLog(terminalLevel);
  if (level === 'silent') return silentLog;
  const streams = [{ level, stream: file }];
  const shown = terminalLevel === 'silent' ? [] : [{ level: terminalLevel, stream: standardError() }];
  return createLog(level, multistream([...streams, ...shown]));
}

/** A log to `stream` (default: standard error). */
export function createLog(level: LogLevel, stream: DestinationStream = standardError()): Log {
  return pino(
    {
      level,
      redact,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    stream,
  );
}

export const silentLog: Log = pino({ level: 'silent' });
