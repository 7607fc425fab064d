import type { Db, Raw } from '../../../src/db/types.ts';
import { write } from '../../../src/db/write.ts';

type Value = string | number | bigint | Buffer | null;
type Row = Readonly<Record<string, Value>>;

/** One table of the database with its statements. */
type Table = {
  readonly name: string;
  readonly columns: readonly string[];
  /** Columns that name a row. */
  readonly key: readonly string[];
  /** All rows as one text. */
  text(): string;
  /** All rows by their keys. */
  rows(): ReadonlyMap<string, Row>;
};

/** The whole database at one moment, table by table. */
export type Snapshot = ReadonlyMap<
  string,
  { readonly text: string; readonly rows: ReadonlyMap<string, Row> }
>;

/** One row that came, went (null on one side) or changed in the named columns. */
export type Change = {
  readonly table: string;
  readonly before: Row | null;
  readonly after: Row | null;
  readonly columns: readonly string[];
};

export type Ledger = {
  readonly tables: readonly string[];
  read(): Snapshot;
  /** What has changed since, row by row: every row of every table is read for it. */
  changesSince(before: Snapshot): Change[];
  /** Takes back every change since; says how many rows that were. */
  restore(before: Snapshot): Promise<number>;
};

/** Reads the database through the server's own connection: whatever has been committed. */
export function openLedger(db: Db): Ledger {
  const tables = listTables(db.raw);
  const changesSince = (before: Snapshot) => tables.flatMap((table) => compare(table, before));
  return {
    tables: tables.map(({ name }) => name),
    read: () => new Map(tables.map((table) => [table.name, { text: table.text(), rows: table.rows() }])),
    changesSince,
    restore: async (before) => {
      const changes = changesSince(before);
      if (changes.length > 0) await takeBack(db, tables, changes);
      return changes.length;
    },
  };
}

function listTables(raw: Raw): Table[] {
  const names = raw
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name")
    .pluck()
    .all() as string[];
  return names.map((name) => openTable(raw, name));
}

function openTable(raw: Raw, name: string): Table {
  const about = raw.pragma(`table_info(${name})`) as { name: string; type: string; pk: number }[];
  const key = about.filter(({ pk }) => pk > 0).map((column) => column.name);
  if (key.length === 0) throw new Error(`${name} has no primary key`);
  const shown = about.map((column) => (column.type === 'BLOB' ? `hex(${column.name})` : column.name));
  const texts = raw.prepare(`SELECT ${shown.join(', ')} FROM ${name} ORDER BY ${key.join(', ')}`).raw();
  const all = raw.prepare(`SELECT * FROM ${name}`);
  const keyOf = (row: Row) => JSON.stringify(key.map((column) => row[column]));
  return {
    name,
    columns: about.map((column) => column.name),
    key,
    text: () => JSON.stringify(texts.all()),
    rows: () => new Map((all.all() as Row[]).map((row) => [keyOf(row), row])),
  };
}

function compare(table: Table, before: Snapshot): Change[] {
  const old = before.get(table.name);
  if (table.text() === old?.text) return [];
  const now = table.rows();
  const changes: Change[] = [];
  for (const [key, after] of now) {
    const known = old?.rows.get(key) ?? null;
    const columns = changedColumns(table, known, after);
    if (columns.length > 0) changes.push({ table: table.name, before: known, after, columns });
  }
  for (const [key, gone] of old?.rows ?? []) {
    if (!now.has(key)) changes.push({ table: table.name, before: gone, after: null, columns: table.columns });
  }
  return changes;
}

function changedColumns({ columns }: Table, before: Row | null, after: Row): readonly string[] {
  if (before === null) return columns;
  return columns.filter((column) => !isSame(before[column] ?? null, after[column] ?? null));
}

function isSame(a: Value, b: Value): boolean {
  return Buffer.isBuffer(a) && Buffer.isBuffer(b) ? a.equals(b) : a === b;
}

async function takeBack(db: Db, tables: readonly Table[], changes: readonly Change[]): Promise<void> {
  const keys = new Map(tables.map(({ name, key }) => [name, key]));
  // Taking a row away to put its older form back must not take along what refers to it.
  db.raw.pragma('foreign_keys = OFF');
  try {
    await write(db, ({ raw }) => {
      for (const { table, after } of changes) if (after) remove(raw, table, keys.get(table) ?? [], after);
      for (const { table, before } of changes) if (before) insert(raw, table, before);
    });
  } finally {
    db.raw.pragma('foreign_keys = ON');
  }
}

function remove(raw: Raw, table: string, key: readonly string[], row: Row): void {
  const where = key.map((name) => `${name} = ?`).join(' AND ');
  raw.prepare(`DELETE FROM ${table} WHERE ${where}`).run(key.map((name) => row[name]));
}

function insert(raw: Raw, table: string, row: Row): void {
  const names = Object.keys(row);
  const marks = names.map(() => '?').join(', ');
  raw.prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${marks})`).run(Object.values(row));
}
