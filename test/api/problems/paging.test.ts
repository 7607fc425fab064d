import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ListQuery, listProblems } from '../../../src/control/problems/actions.ts';
import { foldCase } from '../../../src/control/problems/content.ts';
import type { SortBy } from '../../../src/control/problems/queries/listing.ts';
import { storeProblem } from '../../../src/control/problems/storage.ts';
import { write } from '../../../src/db/write.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import type { Caller } from '../../../src/ports/callers.ts';
import { openTestDb } from '../../support/database.ts';
import { aProblem } from './server.ts';

const caller: Caller = { userId: 'u', sid: 's', role: 'user', username: 'ada', displayName: null };

/** Few values, so that many rows share them; titles that differ only behind what a cursor can hold. */
const someProblem = fc.record({
  title: fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'B', 'é', '𝒳', ' "'), minLength: 1, maxLength: 3 }),
    fc.integer({ min: 0, max: 9 }).map((n) => `${'𝒳'.repeat(90)}${n}`),
  ),
  difficulty: fc.constantFrom('easy', 'medium', 'hard'),
  createdAt: fc.integer({ min: 0, max: 3 }),
  submitters: fc.integer({ min: 0, max: 2 }),
  totalSubmissions: fc.integer({ min: 0, max: 2 }),
});
type Some = Parameters<Parameters<typeof someProblem.map>[0]>[0];
type Row = Some & { id: string };

const ranks = { easy: 1, medium: 2, hard: 3 };
const bytes = (text: string) => Buffer.from(text);
const compareText = (a: string, b: string) => Buffer.compare(bytes(a), bytes(b));
const head = (title: string) => [...foldCase(title)].slice(0, 80).join('');
const compare: Record<SortBy, (a: Row, b: Row) => number> = {
  title: (a, b) => compareText(head(a.title), head(b.title)),
  difficulty: (a, b) => ranks[a.difficulty] - ranks[b.difficulty],
  createdAt: (a, b) => a.createdAt - b.createdAt,
  popularity: (a, b) => a.submitters - b.submitters,
  totalSubmissions: (a, b) => a.totalSubmissions - b.totalSubmissions,
};

function openCatalogue() {
  const { db, close } = openTestDb();
  let now = 0;
  const clock = { now: () => now };
  const ids = createIds(clock, systemRandom);
  const add = (problems: readonly Some[]) =>
    write(db, (tx): Row[] =>
      problems.map((some) => {
        now = some.createdAt;
        const content = aProblem({ title: some.title, difficulty: some.difficulty });
        const { problemId: id } = storeProblem({ clock, ids }, tx, content, true);
        tx.raw
          .prepare('UPDATE problems SET submitters = ?, total_submissions = ? WHERE id = ?')
          .run(some.submitters, some.totalSubmissions, id);
        return { ...some, id };
      }),
    );
  const page = (query: ListQuery) =>
    listProblems({ db, audit: () => {}, isSelectedFor: () => false }, caller, query);
  return { add, page, close };
}

const distinct = (from: number, to: number) =>
  fc.uniqueArray(someProblem, {
    minLength: from,
    maxLength: to,
    selector: ({ title }) => foldCase(title),
  });

describe('pages of the catalogue', () => {
  it('hold every problem once and in order, whatever the limits, and none twice when some are added meanwhile', async () => {
    const property = fc.asyncProperty(
      distinct(1, 40),
      distinct(0, 6),
      fc.constantFrom<SortBy>('title', 'difficulty', 'createdAt', 'popularity', 'totalSubmissions'),
      fc.constantFrom('asc' as const, 'desc' as const),
      fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 }),
      async (problems, late, sortBy, sortOrder, limits) => {
        const catalogue = openCatalogue();
        try {
          const titles = new Set(problems.map(({ title }) => foldCase(title)));
          const waiting = late.filter(({ title }) => !titles.has(foldCase(title)));
          const rows = await catalogue.add(problems);
          const expected = rows
            .sort((a, b) => compare[sortBy](a, b) || compareText(a.id, b.id))
            .map(({ id }) => id);
          if (sortOrder === 'desc') expected.reverse();
          const seen: string[] = [];
          for (let cursor: string | null = '', turn = 0; cursor !== null; turn++) {
            const limit = limits[turn % limits.length] ?? 1;
            const query = { limit, sortBy, sortOrder, includeDrafts: false };
            const { data, pagination } = catalogue.page(cursor === '' ? query : { ...query, cursor });
            expect(data.length).toBeLessThanOrEqual(limit);
            expect(pagination.hasMore).toBe(pagination.nextCursor !== null);
            expect((pagination.nextCursor ?? '').length).toBeLessThanOrEqual(512);
            seen.push(...data.map(({ id }) => id));
            cursor = pagination.nextCursor;
            await catalogue.add(waiting.splice(0, 1));
          }
          expect(new Set(seen).size).toBe(seen.length);
          const known = new Set(expected);
          expect(seen.filter((id) => known.has(id))).toEqual(expected);
        } finally {
          await catalogue.close();
        }
      },
    );
    await fc.assert(property, { numRuns: 40 });
  });
});
