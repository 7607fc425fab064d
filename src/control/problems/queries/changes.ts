import { eq, sql } from 'drizzle-orm';
import type { Tx } from '../../../db/types.ts';
import {
  type ProblemCaseRow,
  type ProblemRow,
  type ProblemVersionRow,
  problemCaseSets,
  problemCases,
  problemSeeds,
  problemSubmitters,
  problems,
  problemTags,
  problemVersions,
  tags,
} from '../tables.ts';
import type { SeedRow } from './reads.ts';

export function insertProblem(tx: Tx, row: typeof problems.$inferInsert): void {
  tx.orm.insert(problems).values(row).run();
}

export function updateProblem(tx: Tx, id: string, change: Partial<Omit<ProblemRow, 'id'>>): void {
  tx.orm.update(problems).set(change).where(eq(problems.id, id)).run();
}

/** The cases of a new set, in the order given. */
export function insertCaseSet(
  tx: Tx,
  set: { id: string; problemId: string },
  cases: readonly Omit<ProblemCaseRow, 'caseSetId' | 'caseIndex'>[],
): void {
  const hiddenCaseCount = cases.filter(({ isHidden }) => isHidden).length;
  tx.orm
    .insert(problemCaseSets)
    .values({ ...set, caseCount: cases.length, hiddenCaseCount })
    .run();
  cases.forEach((row, caseIndex) => {
    tx.orm
      .insert(problemCases)
      .values({ ...row, caseSetId: set.id, caseIndex })
      .run();
  });
}

export function insertVersion(tx: Tx, row: ProblemVersionRow): void {
  tx.orm.insert(problemVersions).values(row).run();
}

/** Replaces the tags of a problem; slugs that nobody used before become tags of the given names. */
export function replaceTags(
  tx: Tx,
  problemId: string,
  wanted: readonly { slug: string; name: string }[],
): void {
  tx.orm.delete(problemTags).where(eq(problemTags.problemId, problemId)).run();
  for (const tag of wanted) {
    tx.orm.insert(tags).values(tag).onConflictDoNothing().run();
    tx.orm.insert(problemTags).values({ problemId, tag: tag.slug }).run();
  }
}

export function upsertSeed(tx: Tx, row: SeedRow): void {
  const { slug: _, ...change } = row;
  tx.orm
    .insert(problemSeeds)
    .values(row)
    .onConflictDoUpdate({ target: problemSeeds.slug, set: change })
    .run();
}

/** Counts one completed submission; everybody counts once among the submitters. */
export function countSubmission(
  tx: Tx,
  { problemId, userId, accepted }: { problemId: string; userId: string; accepted: boolean },
): void {
  const { changes } = tx.orm
    .insert(problemSubmitters)
    .values({ problemId, userId })
    .onConflictDoNothing()
    .run();
  tx.orm
    .update(problems)
    .set({
      totalSubmissions: sql`${problems.totalSubmissions} + 1`,
      acceptedSubmissions: sql`${problems.acceptedSubmissions} + ${accepted ? 1 : 0}`,
      submitters: sql`${problems.submitters} + ${changes}`,
    })
    .where(eq(problems.id, problemId))
    .run();
}
