import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Reader } from '../../../db/types.ts';
import type { Difficulty } from '../../../generated/api.ts';
import {
  type ProblemCaseRow,
  type ProblemRow,
  type ProblemVersionRow,
  problemCaseSets,
  problemCases,
  problemSeeds,
  problems,
  problemVersions,
} from '../tables.ts';

/** A problem that is not deleted, drafts included. */
export function findProblem(reader: Reader, id: string): ProblemRow | null {
  return (
    reader.orm
      .select()
      .from(problems)
      .where(and(eq(problems.id, id), isNull(problems.deletedAt)))
      .get() ?? null
  );
}

/** A problem whatever has become of it. */
export function findAnyProblem(reader: Reader, id: string): ProblemRow | null {
  return reader.orm.select().from(problems).where(eq(problems.id, id)).get() ?? null;
}

/** Titles and difficulties by id, of deleted problems too. */
export function listTitles(
  reader: Reader,
  ids: readonly string[],
): Map<string, { title: string; difficulty: Difficulty }> {
  if (ids.length === 0) return new Map();
  const { id, title, difficulty } = problems;
  const rows = reader.orm
    .select({ id, title, difficulty })
    .from(problems)
    .where(inArray(id, [...ids]))
    .all();
  return new Map(rows.map((row) => [row.id, { title: row.title, difficulty: row.difficulty }]));
}

/** The problem that has a title now; `titleKey` is in lower case. */
export function findProblemByTitle(reader: Reader, titleKey: string): ProblemRow | null {
  return (
    reader.orm
      .select()
      .from(problems)
      .where(and(eq(problems.titleKey, titleKey), isNull(problems.deletedAt)))
      .get() ?? null
  );
}

export function findVersion(reader: Reader, versionId: string): ProblemVersionRow | null {
  return reader.orm.select().from(problemVersions).where(eq(problemVersions.id, versionId)).get() ?? null;
}

/** The present version of a problem that is not deleted. */
export function findPresentVersion(reader: Reader, problemId: string): ProblemVersionRow | null {
  const row = reader.orm
    .select({ version: problemVersions })
    .from(problems)
    .innerJoin(problemVersions, eq(problemVersions.id, problems.versionId))
    .where(and(eq(problems.id, problemId), isNull(problems.deletedAt)))
    .get();
  return row?.version ?? null;
}

/** Test cases in index order; hidden ones only on demand. */
export function listCases(reader: Reader, caseSetId: string, withHidden: boolean): ProblemCaseRow[] {
  const visible = withHidden ? undefined : eq(problemCases.isHidden, false);
  return reader.orm
    .select()
    .from(problemCases)
    .where(and(eq(problemCases.caseSetId, caseSetId), visible))
    .orderBy(asc(problemCases.caseIndex))
    .all();
}

/** All cases of a version with whole texts, in index order, and the limits of the version they fall back to. */
export function listVersionCases(reader: Reader, versionId: string) {
  return reader.orm
    .select({
      index: problemCases.caseIndex,
      input: problemCases.input,
      expectedOutput: problemCases.expectedOutput,
      timeoutMs: sql<number | null>`coalesce(${problemCases.timeoutMs}, ${problemVersions.timeLimitMs})`,
      memoryMb: sql<number | null>`coalesce(${problemCases.memoryMb}, ${problemVersions.memoryLimitMb})`,
    })
    .from(problemVersions)
    .innerJoin(problemCases, eq(problemCases.caseSetId, problemVersions.caseSetId))
    .where(eq(problemVersions.id, versionId))
    .orderBy(asc(problemCases.caseIndex))
    .all();
}

/** All cases of a version in index order, texts cut to `length` characters. */
export function listCaseHeads(reader: Reader, versionId: string, length: number) {
  return reader.orm
    .select({
      input: sql<string>`substr(${problemCases.input}, 1, ${length})`,
      expectedOutput: sql<string>`substr(${problemCases.expectedOutput}, 1, ${length})`,
      isHidden: problemCases.isHidden,
      description: problemCases.description,
      group: problemCases.group,
    })
    .from(problemVersions)
    .innerJoin(problemCases, eq(problemCases.caseSetId, problemVersions.caseSetId))
    .where(eq(problemVersions.id, versionId))
    .orderBy(asc(problemCases.caseIndex))
    .all();
}

export function countCases(reader: Reader, caseSetId: string): number {
  const row = reader.orm
    .select({ cases: problemCaseSets.caseCount })
    .from(problemCaseSets)
    .where(eq(problemCaseSets.id, caseSetId))
    .get();
  return row?.cases ?? 0;
}

/** Number of a problem's newest version; 0 before the first. */
export function findLastNumber(reader: Reader, problemId: string): number {
  const row = reader.orm
    .select({ last: sql<number | null>`max(${problemVersions.number})` })
    .from(problemVersions)
    .where(eq(problemVersions.problemId, problemId))
    .get();
  return row?.last ?? 0;
}

export type SeedRow = typeof problemSeeds.$inferSelect;

export function findSeed(reader: Reader, slug: string): SeedRow | null {
  return reader.orm.select().from(problemSeeds).where(eq(problemSeeds.slug, slug)).get() ?? null;
}
