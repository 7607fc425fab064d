import { ConfigError } from '../config/load.ts';
import { StorageError, sqliteCode } from '../db/errors.ts';
import { DomainError } from '../kernel/errors.ts';
import { ControlSocketError } from '../server/control-socket.ts';
import { CliFailure, exitCodes } from './failure.ts';
import { describeDomainError } from './wording.ts';

/** What a command's failure means to whoever gave it: what, why, what to do; one line each. */
export type Explanation = { readonly exitCode: number; readonly lines: readonly string[] };

/** A full stop after a sentence; a line to paste stays as it is. */
function sentence(text: string): string {
  const isCommand = /^(chmod|df|dmesg|ls|mount|syncode|sudo|ss|systemctl) /.test(text);
  return isCommand || /[.!?:]$/.test(text) ? text : `${text}.`;
}

/** Errors of storage that are about the state of the data, not about a fault. */
const refusals = new Set([
  'DATA_DIRECTORY_IN_USE',
  'DATABASE_BUSY',
  'MIGRATION_EDITED',
  'MIGRATION_MISSING',
  'MIGRATION_OUT_OF_ORDER',
  'MIGRATION_PENDING',
  'SCHEMA_NEWER',
]);

function storageExit(code: string): number {
  if (refusals.has(code)) return exitCodes.refused;
  return code === 'DATA_DIRECTORY_MISSING' ? exitCodes.notFound : exitCodes.failed;
}

function domainExit(status: number): number {
  if (status === 400) return exitCodes.usage;
  if (status === 404) return exitCodes.notFound;
  return status >= 500 ? exitCodes.failed : exitCodes.refused;
}

const sqliteMeanings: readonly (readonly [prefix: string, why: string, remedy: string])[] = [
  [
    'SQLITE_NOTADB',
    'Its file is not a database',
    'Put a copy in its place: the folder backups has those made before migrations',
  ],
  [
    'SQLITE_CORRUPT',
    'Its file is damaged',
    'Put a copy in its place: the folder backups has those made before migrations',
  ],
  ['SQLITE_FULL', 'The disk is full', 'Make room, then run the command again'],
  ['SQLITE_BUSY', 'Another program writes in it', 'Wait for it, or end it, then run the command again'],
  ['SQLITE_READONLY', 'This user may not write in it', 'Run the command as the owner of the data directory'],
  ['SQLITE_CANTOPEN', 'This user may not write in it', 'Run the command as the owner of the data directory'],
  ['SQLITE_IOERR', 'The disk does not answer as it should', 'Look at the disk and its messages (dmesg)'],
];

const systemMeanings: Readonly<Record<string, readonly [why: string, remedy: string]>> = {
  EACCES: ['This user may not do that', 'Run the command as the owner of the data directory, or as root'],
  EPERM: ['This user may not do that', 'Run the command as the owner of the data directory, or as root'],
  ENOSPC: ['The disk is full', 'Make room, then run the command again'],
  EDQUOT: ['The disk quota is used up', 'Make room, then run the command again'],
  EROFS: ['The file system is read-only', 'Name a place that can be written to'],
  ENOENT: ['It is not there, and cannot be made there', 'Name another place'],
  ENOTDIR: ['A part of the path is a file', 'Name a path of directories'],
  EISDIR: ['It is a directory', 'Name a file, or move the directory away'],
  EEXIST: ['There is something else at this place', 'Move it away, or name another place'],
  ENAMETOOLONG: ['The name is too long', 'Use a shorter one'],
  ELOOP: ['Its symbolic links lead in a circle', 'Name another place'],
  EMFILE: ['Too many files are open', 'Raise the limit: ulimit -n'],
};

function explainSqlite(code: string): Explanation {
  const [, why, remedy] = sqliteMeanings.find(([prefix]) => code.startsWith(prefix)) ?? [];
  const lines = ['The database cannot be used.', sentence(why ?? `SQLite says ${code}`)];
  if (remedy !== undefined) lines.push(sentence(remedy));
  return { exitCode: exitCodes.failed, lines };
}

function explainSystem({ code = '', path }: NodeJS.ErrnoException): Explanation {
  const [why, remedy] = systemMeanings[code] ?? [];
  const lines = [
    `${path ?? 'A file or a connection'} cannot be used.`,
    sentence(why ?? `The system says ${code}`),
  ];
  if (remedy !== undefined) lines.push(sentence(remedy));
  return { exitCode: exitCodes.failed, lines };
}

function explainUnknown(error: unknown): Explanation {
  const sqlite = sqliteCode(error);
  if (sqlite !== null) return explainSqlite(sqlite);
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  if (typeof code === 'string' && typeof syscall === 'string')
    return explainSystem(error as NodeJS.ErrnoException);
  return {
    exitCode: exitCodes.failed,
    lines: [
      'The program failed, which is a fault of its own.',
      'Run the command again with --debug to see where, and report that.',
    ],
  };
}

/** Every known kind of error in words; what is not known is a fault of the program, and its text only for --debug. */
export function explain(error: unknown): Explanation {
  if (error instanceof CliFailure) {
    const lines = [error.message, error.why, error.remedy].filter((line) => line !== undefined);
    return { exitCode: error.exitCode, lines };
  }
  if (error instanceof StorageError) {
    const lines = [error.message, error.why, error.remedy].map(sentence);
    return { exitCode: storageExit(error.code), lines };
  }
  if (error instanceof ConfigError) return { exitCode: exitCodes.usage, lines: error.message.split('\n') };
  if (error instanceof ControlSocketError)
    return { exitCode: exitCodes.failed, lines: error.message.split('\n') };
  if (error instanceof DomainError)
    return { exitCode: domainExit(error.status), lines: describeDomainError(error) };
  return explainUnknown(error);
}
