import { and, asc, desc, eq, exists, gt, inArray, isNull, lt, or, type SQL, sql } from 'drizzle-orm';
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

/** The caller's own record, whatever became of each submission. */
const attemptsOf = (userId: string) =>
  sql<number>`(SELECT count(*) FROM ${submissions} WHERE ${submissions.problemId} = ${problems.id} AND ${submissions.userId} = ${userId})`;
const isSolvedBy = (userId: string) =>
  sql<number>`EXISTS (SELECT 1 FROM ${submissions} WHERE ${submissions.problemId} = ${problems.id} AND ${submissions.userId} = ${userId} AND ${submissions.verdict} = 'accepted')`;

function summaries(reader: Reader, userId: string, sortValue: SQL<string | number>) {
  return reader.orm
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
      attempts: attemptsOf(userId),
      isSolved: isSolvedBy(userId),
      sortValue,
    })
    .from(problems)
    .innerJoin(problemVersions, eq(problemVersions.id, problems.versionId))
    .innerJoin(problemCaseSets, eq(problemCaseSets.id, problemVersions.caseSetId));
}

/** A problem as lists show it, with the caller's own record; its tags come separately. */
export type SummaryRow = ReturnType<typeof findSummaryRow> & object;

/** Deleted problems too: what refers to them still has to name them. */
export function findSummaryRow(reader: Reader, problemId: string, userId: string) {
  return summaries(reader, userId, sql`''`).where(eq(problems.id, problemId)).get() ?? null;
}

function statusCondition(status: Status, userId: string): SQL {
  if (status === 'solved') return sql`${isSolvedBy(userId)} = 1`;
  if (status === 'todo') return sql`${attemptsOf(userId)} = 0`;
  return sql`(${attemptsOf(userId)} > 0 AND ${isSolvedBy(userId)} = 0)`;
}

function hasTag(reader: Reader, slugs: readonly string[]): SQL | undefined {
  if (slugs.length === 0) return undefined;
  const tagged = reader.orm
    .select({ one: sql`1` })
    .from(problemTags)
    .where(and(eq(problemTags.problemId, problems.id), inArray(problemTags.tag, [...slugs])));
  return exists(tagged);
}

function afterPosition(sortBy: SortBy, { after, sortOrder }: PageRequest): SQL | undefined {
  if (after === null) return undefined;
  const beyond = sortOrder === 'asc' ? gt : lt;
  const sortValue = sortValues[sortBy];
  const value = sortBy === 'title' ? String(after.value) : Number(after.value);
  return or(beyond(sortValue, value), and(eq(sortValue, value), beyond(problems.id, after.id)));
}

/** One page of problems that are not deleted, in the total order (sort value, id). */
export function listSummaryRows(reader: Reader, filter: ListFilter, page: PageRequest): SummaryRow[] {
  const { userId, sortBy, difficulties, statuses, companyKey, terms } = filter;
  const direction = page.sortOrder === 'asc' ? asc : desc;
  return summaries(reader, userId, sortValues[sortBy])
    .where(
      and(
        isNull(problems.deletedAt),
        filter.withDrafts ? undefined : eq(problems.isPublished, true),
        difficulties.length === 0 ? undefined : inArray(problems.difficulty, [...difficulties]),
        statuses.length === 0 ? undefined : or(...statuses.map((status) => statusCondition(status, userId))),
        hasTag(reader, filter.tags),
        companyKey === null ? undefined : eq(problems.companyKey, companyKey),
        ...terms.map((term) => sql`instr(${problems.searchText}, ${term}) > 0`),
        afterPosition(sortBy, page),
      ),
    )
    .orderBy(direction(sortValues[sortBy]), direction(problems.id))
    .limit(page.limit + 1)
    .all();
}

export function positionOf(row: SummaryRow): Position {
  return { value: row.sortValue, id: row.id };
}

/** Tag slugs of several problems, each list in the order of the tags' names. */
export function listTagsOf(reader: Reader, problemIds: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>(problemIds.map((id) => [id, []]));
  if (problemIds.length === 0) return found;
  const rows = reader.orm
    .select({ problemId: problemTags.problemId, slug: problemTags.tag })
    .from(problemTags)
    .innerJoin(tags, eq(tags.slug, problemTags.tag))
    .where(inArray(problemTags.problemId, [...problemIds]))
    .orderBy(asc(tags.name), asc(tags.slug))
    .all();
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
