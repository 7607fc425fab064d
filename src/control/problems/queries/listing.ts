import { and, asc, desc, eq, exists, gt, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
import { isOneOf, prepared, preparedInShapes } from '../../../db/client.ts';
import type { Reader } from '../../../db/types.ts';
import type { Difficulty } from '../../../generated/api.ts';
import type { PageRequest, Position } from '../../../kernel/paging.ts';
import { submissions } from '../../submissions/tables.ts';
import { problemCaseSets, problems, problemTags, problemVersions, tags } from '../tables.ts';

export type SortBy = 'title' | 'difficulty' | 'createdAt' | 'popularity' | 'totalSubmissions';
type Status = 'solved' | 'attempted' | 'todo';

/** What a list is asked for; terms and company are in lower case. */
export type ListFilter = {
  readonly userId: string;
  readonly withDrafts: boolean;
  readonly sortBy: SortBy;
  readonly difficulties: readonly Difficulty[];
  readonly statuses: readonly Status[];
  readonly tags: readonly string[];
  readonly companyKey: string | null;
  readonly terms: readonly string[];
};

const difficultyRank = sql<number>`CASE ${problems.difficulty} WHEN 'easy' THEN 1 WHEN 'medium' THEN 2 ELSE 3 END`;

/** What a cursor can hold of a title: 512 characters of base64 take 80 of up to 4 bytes; beyond it the id decides. */
const TITLE_LENGTH = 80;

const sortValues = {
  title: sql<string>`substr(${problems.titleKey}, 1, ${sql.raw(String(TITLE_LENGTH))})`,
  difficulty: difficultyRank,
  createdAt: sql<number>`${problems.createdAt}`,
  popularity: sql<number>`${problems.submitters}`,
  totalSubmissions: sql<number>`${problems.totalSubmissions}`,
} satisfies Record<SortBy, SQL>;

const userId = sql.placeholder('userId');
/** The caller's own record, whatever became of each submission. */
const attempts = sql<number>`(SELECT count(*) FROM ${submissions} WHERE ${submissions.problemId} = ${problems.id} AND ${submissions.userId} = ${userId})`;
const isSolved = sql<number>`EXISTS (SELECT 1 FROM ${submissions} WHERE ${submissions.problemId} = ${problems.id} AND ${submissions.userId} = ${userId} AND ${submissions.verdict} = 'accepted')`;

function summaries(orm: Reader['orm'], sortValue: SQL<string | number>) {
  return orm
    .select({
      id: problems.id,
      title: problems.title,
      difficulty: problems.difficulty,
      isPublished: problems.isPublished,
      company: problems.company,
      totalSubmissions: problems.totalSubmissions,
      acceptedSubmissions: problems.acceptedSubmissions,
      createdAt: problems.createdAt,
      updatedAt: problems.updatedAt,
      caseCount: problemCaseSets.caseCount,
      hiddenCaseCount: problemCaseSets.hiddenCaseCount,
      attempts,
      isSolved,
      sortValue,
    })
    .from(problems)
    .innerJoin(problemVersions, eq(problemVersions.id, problems.versionId))
    .innerJoin(problemCaseSets, eq(problemCaseSets.id, problemVersions.caseSetId));
}

const summaryById = prepared((orm) =>
  summaries(orm, sql`''`)
    .where(eq(problems.id, sql.placeholder('problemId')))
    .prepare(),
);

/** A problem as lists show it, with the caller's own record; its tags come separately. */
export type SummaryRow = ReturnType<typeof findSummaryRow> & object;

/** Deleted problems too: what refers to them still has to name them. */
export function findSummaryRow(reader: Reader, problemId: string, viewerId: string) {
  return summaryById(reader).get({ problemId, userId: viewerId }) ?? null;
}

const statusConditions: Record<Status, SQL> = {
  solved: sql`${isSolved} = 1`,
  todo: sql`${attempts} = 0`,
  attempted: sql`(${attempts} > 0 AND ${isSolved} = 0)`,
};

const hasTag = exists(
  sql`(SELECT 1 FROM ${problemTags} WHERE ${problemTags.problemId} = ${problems.id} AND ${isOneOf(problemTags.tag, 'tags')})`,
);
/** No term that the text does not hold. */
const hasTerms = sql`NOT EXISTS (SELECT 1 FROM json_each(${sql.placeholder('terms')}) AS term WHERE instr(${problems.searchText}, term.value) = 0)`;

/** What the text of a page's query depends on; values come as placeholders. */
type Shape = Pick<ListFilter, 'withDrafts' | 'sortBy' | 'statuses'> & {
  readonly sortOrder: PageRequest['sortOrder'];
  readonly isFirst: boolean;
  readonly filters: Readonly<Record<'difficulties' | 'tags' | 'companyKey' | 'terms', boolean>>;
};

function afterPosition({ isFirst, sortBy, sortOrder }: Shape): SQL | undefined {
  if (isFirst) return undefined;
  const beyond = sortOrder === 'asc' ? gt : lt;
  const [sortValue, value] = [sortValues[sortBy], sql.placeholder('afterValue')];
  return or(
    beyond(sortValue, value),
    and(eq(sortValue, value), beyond(problems.id, sql.placeholder('afterId'))),
  );
}

const pageInShape = preparedInShapes((orm, shape: Shape) => {
  const { withDrafts, sortBy, statuses, filters } = shape;
  const direction = shape.sortOrder === 'asc' ? asc : desc;
  return summaries(orm, sortValues[sortBy])
    .where(
      and(
        isNull(problems.deletedAt),
        withDrafts ? undefined : sql`${problems.isPublished} = 1`,
        filters.difficulties ? isOneOf(problems.difficulty, 'difficulties') : undefined,
        statuses.length === 0 ? undefined : or(...statuses.map((status) => statusConditions[status])),
        filters.tags ? hasTag : undefined,
        filters.companyKey ? eq(problems.companyKey, sql.placeholder('companyKey')) : undefined,
        filters.terms ? hasTerms : undefined,
        afterPosition(shape),
      ),
    )
    .orderBy(direction(sortValues[sortBy]), direction(problems.id))
    .limit(sql.placeholder('limit'))
    .prepare();
});

/** One page of problems that are not deleted, in the total order (sort value, id). */
export function listSummaryRows(reader: Reader, filter: ListFilter, page: PageRequest): SummaryRow[] {
  const { withDrafts, sortBy, statuses, companyKey } = filter;
  const { after, sortOrder } = page;
  const filters = {
    difficulties: filter.difficulties.length > 0,
    tags: filter.tags.length > 0,
    companyKey: companyKey !== null,
    terms: filter.terms.length > 0,
  };
  const shape: Shape = { withDrafts, sortBy, statuses, sortOrder, isFirst: after === null, filters };
  return pageInShape(reader, shape).all({
    userId: filter.userId,
    difficulties: JSON.stringify(filter.difficulties),
    tags: JSON.stringify(filter.tags),
    companyKey,
    terms: JSON.stringify(filter.terms),
    afterValue: sortBy === 'title' ? String(after?.value) : Number(after?.value),
    afterId: after?.id ?? null,
    limit: page.limit + 1,
  });
}

export function positionOf(row: SummaryRow): Position {
  return { value: row.sortValue, id: row.id };
}

const tagsOf = prepared((orm) =>
  orm
    .select({ problemId: problemTags.problemId, slug: problemTags.tag })
    .from(problemTags)
    .innerJoin(tags, eq(tags.slug, problemTags.tag))
    .where(isOneOf(problemTags.problemId, 'problemIds'))
    .orderBy(asc(tags.name), asc(tags.slug))
    .prepare(),
);

/** Tag slugs of several problems, each list in the order of the tags' names. */
export function listTagsOf(reader: Reader, problemIds: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>(problemIds.map((id) => [id, []]));
  if (problemIds.length === 0) return found;
  const rows = tagsOf(reader).all({ problemIds: JSON.stringify(problemIds) });
  for (const { problemId, slug } of rows) found.get(problemId)?.push(slug);
  return found;
}

export type TagCount = { slug: string; name: string; count: number };

/** Tags of published problems with how many carry each, most used first, then by name. */
export function listTagCounts(reader: Reader): TagCount[] {
  const count = sql<number>`count(*)`;
  return reader.orm
    .select({ slug: tags.slug, name: tags.name, count })
    .from(problemTags)
    .innerJoin(tags, eq(tags.slug, problemTags.tag))
    .innerJoin(problems, eq(problems.id, problemTags.problemId))
    .where(and(eq(problems.isPublished, true), isNull(problems.deletedAt)))
    .groupBy(tags.slug)
    .orderBy(desc(count), asc(tags.name), asc(tags.slug))
    .all();
}
