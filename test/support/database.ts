import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DATABASE_FILE } from '../../src/db/data-directory.ts';
import { migrate } from '../../src/db/migrate.ts';
import { type OpenOptions, openDb } from '../../src/db/open.ts';
import type { Db } from '../../src/db/types.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLog } from '../../src/kernel/log.ts';

/** A fresh directory (mode 0700) under the system's temporary one. */
export function createTestDirectory(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'syncode-test-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

let template: Buffer | undefined;

/** The program's migrations applied once per process; copies of it are what tests open. */
function migratedTemplate(): Buffer {
  if (template) return template;
  const { path: directory, remove } = createTestDirectory();
  const path = join(directory, DATABASE_FILE);
  try {
    migrate({ path, backups: join(directory, 'backups'), clock: systemClock, log: silentLog });
    template = readFileSync(path);
    return template;
  } finally {
    remove();
  }
}

export type TestDb = { readonly db: Db; readonly directory: string; close(): Promise<void> };

/** A migrated database in a directory of its own, opened as a server does; close() removes it. */
export function openTestDb(options: Partial<Omit<OpenOptions, 'path'>> = {}): TestDb {
  const directory = createTestDirectory();
  const path = join(directory.path, DATABASE_FILE);
  writeFileSync(path, migratedTemplate(), { mode: 0o600 });
  const db = openDb({ path, log: silentLog, mode: 'server', ...options });
  const close = async () => {
    try {
      await db.close();
    } finally {
      directory.remove();
    }
  };
  return { db, directory: directory.path, close };
}
