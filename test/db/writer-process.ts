import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import { openDb } from '../../src/db/open.ts';
import { write } from '../../src/db/write.ts';
import { silentLog } from '../../src/kernel/log.ts';
import { payloadOf, type WriterOptions } from './children/writer.ts';

/** The empty database that the writer fills. */
export async function createRowsDatabase(directory: string): Promise<string> {
  const path = join(directory, DATABASE_FILE);
  const db = openDb({ path, log: silentLog, mode: 'command', create: true });
  await write(db, ({ raw }) => {
    raw.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, payload TEXT NOT NULL) STRICT');
  });
  await db.close();
  return path;
}

export type WriterRun = {
  readonly acknowledged: number[];
  readonly signal: string | null;
  readonly stderr: string;
};

/** Runs a writer until it dies; kills it `killAfterMs` after its first acknowledgement, if given. */
export async function runWriter(
  options: WriterOptions,
  environment: Record<string, string> = {},
  killAfterMs?: number,
): Promise<WriterRun> {
  const script = join(import.meta.dirname, 'children/writer.ts');
  const child = spawn(process.execPath, [script, JSON.stringify(options)], {
    env: { PATH: process.env.PATH, UV_THREADPOOL_SIZE: '16', ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data) => {
    if (killAfterMs !== undefined && stdout === '') setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    stdout += data;
  });
  child.stderr.on('data', (data) => {
    stderr += data;
  });
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { acknowledged: readAcknowledged(stdout), signal, stderr };
}

/** Complete lines only: a killed process may leave half a number. */
export function readAcknowledged(text: string): number[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map(Number)
    .filter((id) => id > 0);
}

/** What is wrong with a database after its writer has died: damage, and acknowledged rows that are gone. */
export function findLosses(path: string, acknowledged: readonly number[]): string[] {
  const db = openDb({ path, log: silentLog, mode: 'command' });
  try {
    const integrity = db.raw.pragma('integrity_check', { simple: true });
    const found = db.raw.prepare('SELECT id, payload FROM rows').raw().all() as [number, string][];
    const rows = new Map(found);
    const lost = acknowledged.filter((id) => rows.get(id) !== payloadOf(id));
    return [
      ...(integrity === 'ok' ? [] : [`integrity: ${integrity}`]),
      ...lost.map((id) => `row ${id} was acknowledged and is lost`),
    ];
  } finally {
    db.raw.close();
    db.durable.stop();
  }
}
