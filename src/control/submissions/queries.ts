import { and, asc, desc, eq, getTableColumns, gt, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../db/types.ts';
import type { CaseVerdict } from '../../generated/api.ts';
import type { PageRequest } from '../../kernel/paging.ts';
import type { CaseOutcome, CompileOutcome } from '../../ports/execution.ts';
import { type CaseRow, type SubmissionRow, submissionCases, submissions } from './tables.ts';

export function findSubmission(reader: Reader, id: string): SubmissionRow | null {
  return reader.orm.select().from(submissions).where(eq(submissions.id, id)).get() ?? null;
}

export function insertSubmission(tx: Tx, row: typeof submissions.$inferInsert): void {
  tx.orm.insert(submissions).values(row).run();
}

export function updateSubmission(tx: Tx, id: string, change: Partial<typeof submissions.$inferInsert>): void {
  tx.orm.update(submissions).set(change).where(eq(submissions.id, id)).run();
}

/** Rows after a position in the order (submitted_at, id). */
function afterPosition({ after, sortOrder }: PageRequest): SQL | undefined {
  if (after === null) return undefined;
  const beyond = sortOrder === 'asc' ? gt : lt;
  const value = Number(after.value);
  return or(
    beyond(submissions.submittedAt, value),
    and(eq(submissions.submittedAt, value), beyond(submissions.id, after.id)),
  );
}

const { code, compileOutput, ...summaryColumns } = getTableColumns(submissions);

/** A submission without its texts, which may be large. */
export type SubmissionHead = Pick<SubmissionRow, keyof typeof summaryColumns>;
/** With the wall time of its cases. */
export type ListedSubmission = { readonly row: SubmissionHead; readonly totalDurationMs: number | null };

const totalDuration = sql<
  number | null
>`(SELECT sum(duration_ms) FROM submission_cases WHERE submission_id = ${submissions.id})`;

export function listRoomSubmissions(
  reader: Reader,
  filter: { roomId: string; userId?: string | undefined; problemId?: string | undefined },
  page: PageRequest,
): ListedSubmission[] {
  const direction = page.sortOrder === 'asc' ? asc : desc;
  return reader.orm
    .select({ row: summaryColumns, totalDurationMs: totalDuration })
    .from(submissions)
    .where(
      and(
        eq(submissions.roomId, filter.roomId),
        filter.userId === undefined ? undefined : eq(submissions.userId, filter.userId),
        filter.problemId === undefined ? undefined : eq(submissions.problemId, filter.problemId),
        afterPosition(page),
      ),
    )
    .orderBy(direction(submissions.submittedAt), direction(submissions.id))
    .limit(page.limit + 1)
    .all();
}

/** Finished cases in index order. */
export function listCases(reader: Reader, submissionId: string): CaseRow[] {
  return reader.orm
    .select()
    .from(submissionCases)
    .where(eq(submissionCases.submissionId, submissionId))
    .orderBy(asc(submissionCases.caseIndex))
    .all();
}

/** Verdicts of the finished cases in index order. */
export function listVerdicts(reader: Reader, submissionId: string): CaseVerdict[] {
  return reader.orm
    .select({ verdict: submissionCases.verdict })
    .from(submissionCases)
    .where(eq(submissionCases.submissionId, submissionId))
    .orderBy(asc(submissionCases.caseIndex))
    .all()
    .map(({ verdict }) => verdict);
}

/** Submissions of a user that were accepted since a time. */
export function countSubmissionsSince(reader: Reader, userId: string, since: number): number {
  const row = reader.orm
    .select({ submissions: sql<number>`count(*)` })
    .from(submissions)
    .where(and(eq(submissions.userId, userId), sql`${submissions.submittedAt} >= ${since}`))
    .get();
  return row?.submissions ?? 0;
}

/** A case as it ended, or `skipped`. */
export type EndedCase = Omit<CaseOutcome, 'verdict'> & { readonly verdict: CaseVerdict };

/** Stores one finished case; a case that stands there already is left as it is. */
export function insertCase(
  tx: Tx,
  submissionId: string,
  { index, verdict, program, errorMessage }: EndedCase,
): void {
  tx.orm
    .insert(submissionCases)
    .values({
      submissionId,
      caseIndex: index,
      verdict,
      actualOutput: program?.stdout ?? null,
      stderr: program?.stderr ?? null,
      exitCode: program?.exitCode ?? null,
      signal: program?.signal ?? null,
      durationMs: program?.durationMs ?? null,
      cpuTimeMs: program?.cpuTimeMs ?? null,
      memoryUsageMb: program?.memoryUsageMb ?? null,
      timedOut: program?.timedOut ?? false,
      outputTruncated: program?.outputTruncated ?? null,
      errorMessage,
    })
    .onConflictDoNothing()
    .run();
}

export function storeCompile(tx: Tx, id: string, compile: CompileOutcome): void {
  updateSubmission(tx, id, { compileOutput: compile.output, compileDurationMs: compile.durationMs });
}

/** UTC days (days since 1970) on which a user submitted, newest first; for the streak. */
export function listSubmissionDays(reader: Reader, userId: string, atMost: number): number[] {
  return reader.orm
    .selectDistinct({ day: sql<number>`${submissions.submittedAt} / 86400000` })
    .from(submissions)
    .where(eq(submissions.userId, userId))
    .orderBy(desc(sql`1`))
    .limit(atMost)
    .all()
    .map(({ day }) => day);
}

/** Distinct problems that a user has solved. */
export function countSolvedProblems(reader: Reader, userId: string): number {
  const row = reader.orm
    .select({ problems: sql<number>`count(DISTINCT ${submissions.problemId})` })
    .from(submissions)
    .where(and(eq(submissions.userId, userId), eq(submissions.verdict, 'accepted')))
    .get();
  return row?.problems ?? 0;
}
