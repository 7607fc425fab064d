import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DomainError } from '../../src/kernel/errors.ts';
import { type PageRequest, type Position, readPage, type SortOrder } from '../../src/kernel/paging.ts';

type Row = { id: string; value: number };
const position = ({ id, value }: Row): Position => ({ id, value });
const compare = (a: Row, b: Row) => a.value - b.value || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Rows as a query gives them: after the position, in the total order, one more than the page holds. */
const lister =
  (rows: readonly Row[]) =>
  ({ limit, sortOrder, after }: PageRequest): Row[] => {
    const sign = sortOrder === 'asc' ? 1 : -1;
    const ordered = [...rows].sort((a, b) => sign * compare(a, b));
    const from = after as Row | null;
    return (from ? ordered.filter((row) => sign * compare(row, from) > 0) : ordered).slice(0, limit + 1);
  };

const rowsOf = fc.uniqueArray(fc.record({ id: fc.uuid(), value: fc.integer({ min: 0, max: 5 }) }), {
  selector: ({ id }) => id,
  maxLength: 30,
});
const order = fc.constantFrom<SortOrder>('asc', 'desc');

describe('cursors', () => {
  it('walk through every row once, in order, whatever the limits of the pages', () => {
    fc.assert(
      fc.property(
        rowsOf,
        order,
        fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
        (rows, sortOrder, limits) => {
          const seen: Row[] = [];
          let cursor: string | undefined;
          for (let at = 0; ; at += 1) {
            const limit = limits[at % limits.length] ?? 1;
            const page = readPage({ cursor, limit, sortOrder }, ['f'], lister(rows), position);
            seen.push(...page.data);
            expect(page.pagination.hasMore).toBe(page.pagination.nextCursor !== null);
            if (page.pagination.nextCursor === null) break;
            expect(page.pagination.nextCursor.length).toBeLessThanOrEqual(512);
            cursor = page.pagination.nextCursor;
          }
          const sign = sortOrder === 'asc' ? 1 : -1;
          expect(seen).toEqual([...rows].sort((a, b) => sign * compare(a, b)));
        },
      ),
    );
  });

  it('are good for the sort and the filters that made them only', () => {
    const rows = [1, 2, 3].map((value) => ({ id: `id-${value}`, value }));
    const page = (cursor: string | undefined, filters: unknown, sortOrder: SortOrder) =>
      readPage({ cursor, limit: 1, sortOrder }, filters, lister(rows), position);
    const cursor = page(undefined, { search: 'a' }, 'asc').pagination.nextCursor ?? '';
    expect(page(cursor, { search: 'a' }, 'asc').data).toEqual([rows[1]]);
    expect(() => page(cursor, { search: 'b' }, 'asc')).toThrow(DomainError);
    expect(() => page(cursor, { search: 'a' }, 'desc')).toThrow(DomainError);
  });

  it('that are made up are refused on query.cursor, and nothing else happens', () => {
    const junk = fc.oneof(
      fc.string(),
      fc.json().map((text) => Buffer.from(text).toString('base64url')),
      fc.array(fc.anything()).map((value) => Buffer.from(JSON.stringify(value) ?? '').toString('base64url')),
    );
    fc.assert(
      fc.property(junk, (cursor) => {
        const never = () => {
          throw new Error('the query was asked');
        };
        try {
          readPage({ cursor, limit: 1, sortOrder: 'asc' }, [], never, position);
          throw new Error('the cursor was taken');
        } catch (error) {
          expect(error).toMatchObject({
            code: 'VALIDATION_FAILED',
            details: { fields: [{ field: 'query.cursor', constraint: 'cursor' }] },
          });
        }
      }),
    );
  });
});
