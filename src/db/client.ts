import type { Statement } from 'better-sqlite3';
import { type SQL, sql } from 'drizzle-orm';
import { type BetterSQLite3Database, drizzle } from 'drizzle-orm/better-sqlite3';
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core';
import type { Raw, Reader } from './types.ts';

/** Statements kept per connection; lists of varying length in a query make many texts. */
const MAX_STATEMENTS = 500;

/** What drizzle calls on a statement; `raw()` is a twin that gives rows as arrays, since that mode sticks to a statement. */
function createStatement(raw: Raw, sql: string) {
  const plain = raw.prepare(sql);
  let arrays: Statement | undefined;
  const checked = (statement: Statement): Statement => {
    if (!statement.readonly && !raw.inTransaction)
      throw new Error(`A change outside write(): ${sql.slice(0, 80)}`);
    return statement;
  };
  return {
    run: (...values: unknown[]) => checked(plain).run(...values),
    all: (...values: unknown[]) => checked(plain).all(...values),
    get: (...values: unknown[]) => checked(plain).get(...values),
    raw: () => {
      arrays ??= raw.prepare(sql).raw();
      return checked(arrays);
    },
  };
}

/**
 * Drizzle on this connection, with prepared statements reused by their text, and refusing changes outside a
 * transaction: those would not be followed by a flush, and would go on after a rolled back write().
 */
export function createOrm(raw: Raw): BetterSQLite3Database {
  const statements = new Map<string, ReturnType<typeof createStatement>>();
  const prepare = (sql: string) => {
    let statement = statements.get(sql);
    if (statement) {
      statements.delete(sql);
    } else {
      statement = createStatement(raw, sql);
      if (statements.size >= MAX_STATEMENTS) statements.delete(statements.keys().next().value ?? '');
    }
    statements.set(sql, statement);
    return statement;
  };
  const transaction = () => {
    throw new Error('Use write(db, tx => ...): transactions of drizzle know neither the gate nor the flush');
  };
  return drizzle({ client: { prepare, transaction } as unknown as Raw });
}

/**
 * A drizzle query built once per connection: `const byId = prepared(orm => orm.select()...prepare())`, then
 * `byId(reader).get({ id })`. Saves building the SQL text, the larger part of a small query's time.
 */
export function prepared<Query>(build: (orm: BetterSQLite3Database) => Query): (reader: Reader) => Query {
  const queries = new WeakMap<BetterSQLite3Database, Query>();
  return (reader) => {
    let query = queries.get(reader.orm);
    if (query === undefined) {
      query = build(reader.orm);
      queries.set(reader.orm, query);
    }
    return query;
  };
}

/** Shapes kept of one query per connection. */
const MAX_SHAPES = 100;

/** As prepared(), of a query whose text depends on a few facts: built once per connection and shape, which is plain data. */
export function preparedInShapes<Shape, Query>(
  build: (orm: BetterSQLite3Database, shape: Shape) => Query,
): (reader: Reader, shape: Shape) => Query {
  const ofConnection = prepared((orm) => {
    const queries = new Map<string, Query>();
    return (shape: Shape): Query => {
      const key = JSON.stringify(shape);
      let query = queries.get(key);
      if (query === undefined) {
        query = build(orm, shape);
        if (queries.size >= MAX_SHAPES) queries.delete(queries.keys().next().value ?? '');
        queries.set(key, query);
      }
      return query;
    };
  });
  return (reader, shape) => ofConnection(reader)(shape);
}

/** Condition that a column has one of the values in a placeholder, which are given as a JSON array. */
export function isOneOf(column: SQLiteColumn, placeholder: string): SQL {
  return sql`${column} IN (SELECT value FROM json_each(${sql.placeholder(placeholder)}))`;
}

/** A better-sqlite3 statement prepared once per connection; `configure` may set pluck() or raw(). */
export function statement<Values extends unknown[] = unknown[], Row = unknown>(
  sql: string,
  configure: (fresh: Statement<Values, Row>) => Statement<Values, Row> = (fresh) => fresh,
): (reader: Pick<Reader, 'raw'>) => Statement<Values, Row> {
  const statements = new WeakMap<Raw, Statement<Values, Row>>();
  return ({ raw }) => {
    let found = statements.get(raw);
    if (found === undefined) {
      found = configure(raw.prepare(sql) as Statement<Values, Row>);
      statements.set(raw, found);
    }
    return found;
  };
}
