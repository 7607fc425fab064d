import { type DomainError, ServiceUnavailable } from '../kernel/errors.ts';

/** A refusal for the operator: what (message), why, and what to do about it. */
export class StorageError extends Error {
  readonly code: string;
  readonly why: string;
  readonly remedy: string;

  constructor(code: string, text: { what: string; why: string; remedy: string }, cause?: unknown) {
    super(text.what, cause === undefined ? undefined : { cause });
    this.name = 'StorageError';
    this.code = code;
    this.why = text.why;
    this.remedy = text.remedy;
  }
}

/** busy: someone else writes; full: no space; readonly, io: the disk or its rights. */
export type StorageFault = 'busy' | 'full' | 'readonly' | 'io';

const FAULTS: readonly (readonly [prefix: string, fault: StorageFault])[] = [
  ['SQLITE_BUSY', 'busy'],
  ['SQLITE_LOCKED', 'busy'],
  ['SQLITE_FULL', 'full'],
  ['SQLITE_READONLY', 'readonly'],
  ['SQLITE_IOERR', 'io'],
  ['SQLITE_CANTOPEN', 'io'],
];

/** SQLite's result code of an error or of its causes, null for anything else. */
export function sqliteCode(error: unknown): string | null {
  for (let at = error, depth = 0; at instanceof Error && depth < 4; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string' && code.startsWith('SQLITE_')) return code;
  }
  return null;
}

/** Which fault of the storage an error is, null if it is none. */
export function storageFault(error: unknown): StorageFault | null {
  const code = sqliteCode(error);
  return FAULTS.find(([prefix]) => code?.startsWith(prefix))?.[1] ?? null;
}

/** True for a broken UNIQUE or PRIMARY KEY; with `column` ("users.email") only for that one. */
export function isUniqueViolation(error: unknown, column?: string): boolean {
  const code = sqliteCode(error);
  if (code !== 'SQLITE_CONSTRAINT_UNIQUE' && code !== 'SQLITE_CONSTRAINT_PRIMARYKEY') return false;
  if (column === undefined) return true;
  const text = error instanceof Error ? `${error.message} ${String(error.cause ?? '')}` : '';
  return new RegExp(`[ ,]${column.replaceAll('.', '\\.')}(?![\\w.])`).test(text);
}

const RETRY_SECONDS: Record<StorageFault, number> = { busy: 1, full: 30, readonly: 30, io: 30 };

/** Faults of the storage as SERVICE_UNAVAILABLE with the original as cause; every other error as it is. */
export function storageFailure(error: unknown): unknown {
  const fault = storageFault(error);
  return fault === null ? error : unavailable(RETRY_SECONDS[fault], error);
}

/** SERVICE_UNAVAILABLE because of storage. */
export function unavailable(retryAfterSeconds: number, cause?: unknown): DomainError {
  return ServiceUnavailable(undefined, { retryAfterSeconds, cause });
}
