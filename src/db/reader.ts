import { createOrm } from './client.ts';
import { OPEN_TIMEOUT_MS, openFile } from './connection.ts';
import type { Reader } from './types.ts';

/** A connection that can only read, for worker threads and for commands beside a running server. */
export function openReader(path: string): Reader & { close(): void } {
  const raw = openFile(path, { readonly: true, fileMustExist: true, timeout: OPEN_TIMEOUT_MS });
  raw.pragma(`busy_timeout = ${OPEN_TIMEOUT_MS}`);
  raw.pragma('temp_store = MEMORY');
  raw.pragma('trusted_schema = OFF');
  return { raw, orm: createOrm(raw), close: () => raw.close() };
}
