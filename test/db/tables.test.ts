import { globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import Database from 'better-sqlite3';
import { getTableColumns, getTableName, is, Table } from 'drizzle-orm';
import { getTableConfig, type SQLiteTable } from 'drizzle-orm/sqlite-core';
import { afterAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/db/migrate.ts';
import { silentLog } from '../../src/kernel/log.ts';

const directory = mkdtempSync(path.join(tmpdir(), 'syncode-tables-'));
const file = path.join(directory, 'syncode.db');
migrate({ path: file, backups: path.join(directory, 'backups'), clock: { now: () => 0 }, log: silentLog });
const database = new Database(file, { readonly: true });
afterAll(() => {
  database.close();
  rmSync(directory, { recursive: true, force: true });
});

const root = path.resolve(import.meta.dirname, '../..');
const files = globSync('src/**/tables.ts', { cwd: root });
const modules = await Promise.all(files.map((name) => import(path.join(root, name)) as Promise<object>));
const tables = modules.flatMap((exported) =>
  Object.values(exported).filter((value): value is SQLiteTable => is(value, Table)),
);

type ColumnInfo = {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
  hidden: number;
};

const storedColumns = (table: string) =>
  database.prepare(`PRAGMA table_xinfo("${table}")`).all() as ColumnInfo[];

describe('the migrated schema', () => {
  it('has the tables that the code knows', () => {
    expect(tables.length).toBeGreaterThan(15);
  });

  it.each(tables.map((table) => [getTableName(table), table] as const))(
    'table %s is what its drizzle table says',
    (name, table) => {
      const stored = storedColumns(name).filter(({ hidden }) => hidden === 0);
      const strict = database
        .prepare('SELECT strict FROM pragma_table_list WHERE name = ?')
        .pluck()
        .get(name);
      expect(strict).toBe(1);
      const composite = new Set(
        getTableConfig(table).primaryKeys.flatMap((key) => key.columns.map((column) => column.name)),
      );
      const declared = Object.values(getTableColumns(table)).map((column) => ({
        name: column.name,
        type: column.getSQLType().toUpperCase(),
        required: column.notNull || column.primary,
        key: column.primary || composite.has(column.name),
      }));
      const found = stored.map((column) => ({
        name: column.name,
        type: column.type,
        required: column.notnull === 1 || column.pk > 0,
        key: column.pk > 0,
      }));
      const byName = (a: { name: string }, b: { name: string }) => (a.name < b.name ? -1 : 1);
      expect(found.sort(byName)).toEqual(declared.sort(byName));
    },
  );
});
