import { copyDatabase } from './backup.ts';
import type { Reader } from './types.ts';

/** A long read that runs in the read worker; input and result must survive a structured clone. */
// biome-ignore lint/suspicious/noExplicitAny: each job has an input of its own; callers are checked against it.
export type ReadJob = (reader: Reader, input: any) => unknown;
export type ReadJobs = { readonly [name: string]: ReadJob };

/** More problems than these are not listed. */
const MAX_PROBLEMS = 100;

/** Runs `read` on one state of the database, whatever is committed meanwhile. */
export function inSnapshot<T>(reader: Reader, read: () => T): T {
  reader.raw.exec('BEGIN');
  try {
    return read();
  } finally {
    reader.raw.exec('COMMIT');
  }
}

function tableNames({ raw }: Reader): string[] {
  const names = raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name");
  return names.pluck().all() as string[];
}

/** The storage's own jobs. */
export const storageJobs = {
  /** See copyDatabase. */
  copyDatabase: ({ raw }: Reader, input: { target: string }) => copyDatabase(raw, input.target),

  /** Damage and broken references, at most 100 sentences of each; both empty when all is well. */
  checkIntegrity: ({ raw }: Reader, _input: Record<string, never>) => {
    const rows = raw.pragma(`integrity_check(${MAX_PROBLEMS})`) as { integrity_check: string }[];
    const problems = rows.map((row) => row.integrity_check).filter((text) => text !== 'ok');
    const broken = raw.prepare(
      'SELECT "table" AS child, rowid AS row, parent FROM pragma_foreign_key_check LIMIT ?',
    );
    const references = broken.all(MAX_PROBLEMS) as { child: string; row: number | null; parent: string }[];
    return {
      problems,
      brokenReferences: references.map(({ child, row, parent }) => `${child} row ${row} -> ${parent}`),
    };
  },

  /** Rows of each table, all of one state. */
  countRows: (reader: Reader, _input: Record<string, never>) =>
    inSnapshot(reader, () => {
      const count = (name: string) =>
        reader.raw
          .prepare(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`)
          .pluck()
          .get() as number;
      return Object.fromEntries(tableNames(reader).map((name) => [name, count(name)]));
    }),
};

export type StorageJobs = typeof storageJobs;
