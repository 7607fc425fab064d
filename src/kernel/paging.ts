import { createHash } from 'node:crypto';
import { invalidFields } from './errors.ts';

export type SortOrder = 'asc' | 'desc';
/** Where a page ended: the last row's sort value and id. */
export type Position = { readonly value: string | number; readonly id: string };
export type Pagination = { nextCursor: string | null; hasMore: boolean };
export type Page<Row> = { data: Row[]; pagination: Pagination };
/** What a list asks of its query: up to `limit + 1` rows after `after`, in the total order (sort value, id). */
export type PageRequest = {
  readonly limit: number;
  readonly sortOrder: SortOrder;
  readonly after: Position | null;
};

/** 8 bytes of a hash over the sort and the filters; a cursor is good for one such list only. */
function fingerprint(filters: unknown): string {
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 11);
}

const invalidCursor = (value: string) =>
  invalidFields({ field: 'query.cursor', constraint: 'cursor', value });

function decodeCursor(cursor: string, expected: string): Position {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    throw invalidCursor(cursor);
  }
  if (!Array.isArray(parts) || parts.length !== 3) throw invalidCursor(cursor);
  const [print, value, id] = parts as unknown[];
  const isValue = typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));
  if (print !== expected || !isValue || typeof id !== 'string') throw invalidCursor(cursor);
  return { value, id };
}

/**
 * Reads one page. `filters` must hold everything that decides which rows there are and their order (sortBy, sortOrder,
 * every filter, the caller where it matters); `limit` may change between pages. Undecodable or foreign cursors are
 * VALIDATION_FAILED on query.cursor.
 */
export function readPage<Row>(
  query: { cursor?: string | undefined; limit: number; sortOrder: SortOrder },
  filters: unknown,
  list: (request: PageRequest) => Row[],
  positionOf: (row: Row) => Position,
): Page<Row> {
  const print = fingerprint([filters, query.sortOrder]);
  const after = query.cursor === undefined ? null : decodeCursor(query.cursor, print);
  const rows = list({ limit: query.limit, sortOrder: query.sortOrder, after });
  const data = rows.slice(0, query.limit);
  const last = data.at(-1);
  if (rows.length <= query.limit || last === undefined)
    return { data, pagination: { nextCursor: null, hasMore: false } };
  const { value, id } = positionOf(last);
  const nextCursor = Buffer.from(JSON.stringify([print, value, id])).toString('base64url');
  return { data, pagination: { nextCursor, hasMore: true } };
}

/** The same page with each row shown through `show`. */
export function mapPage<Row, Shown>(page: Page<Row>, show: (row: Row) => Shown): Page<Shown> {
  return { data: page.data.map(show), pagination: page.pagination };
}

/** A list that always fits one page. */
export function wholeList<Row>(data: Row[]): Page<Row> {
  return { data, pagination: { nextCursor: null, hasMore: false } };
}
