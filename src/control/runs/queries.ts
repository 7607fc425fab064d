import { and, asc, desc, eq, getTableColumns, gt, isNotNull, lt, or, type SQL, sql } from 'drizzle-orm';
import type { Reader, Tx } from '../../db/types.ts';
import type { PageRequest } from '../../kernel/paging.ts';
import type { RunEnd } from '../../ports/execution.ts';
import { type RunRow, runs } from './tables.ts';

export function findRun(reader: Reader, id: string): RunRow | null {
  return reader.orm.select().from(runs).where(eq(runs.id, id)).get() ?? null;
}

export function insertRun(tx: Tx, row: typeof runs.$inferInsert): void {
  tx.orm.insert(runs).values(row).run();
}

/** Rows after a position in the order (created_at, id). */
function afterPosition({ after, sortOrder }: PageRequest): SQL | undefined {
  if (after === null) return undefined;
  const beyond = sortOrder === 'asc' ? gt : lt;
  const value = Number(after.value);
  return or(beyond(runs.createdAt, value), and(eq(runs.createdAt, value), beyond(runs.id, after.id)));
}

const { code, driver, stdin, stdout, stderr, compileOutput, ...summaryColumns } = getTableColumns(runs);

/** A run without its texts, which may be large. */
export type ListedRun = Pick<RunRow, keyof typeof summaryColumns> & {
  /** False once input and output are erased. */
  readonly hasOutput: boolean;
};

export function listRoomRuns(
  reader: Reader,
  roomId: string,
  userId: string | undefined,
  page: PageRequest,
): ListedRun[] {
  const direction = page.sortOrder === 'asc' ? asc : desc;
  const ofUser = userId === undefined ? undefined : eq(runs.userId, userId);
  return reader.orm
    .select({ ...summaryColumns, hasOutput: sql<number>`${runs.stdin} IS NOT NULL` })
    .from(runs)
    .where(and(eq(runs.roomId, roomId), ofUser, afterPosition(page)))
    .orderBy(direction(runs.createdAt), direction(runs.id))
    .limit(page.limit + 1)
    .all()
    .map((row) => ({ ...row, hasOutput: row.hasOutput === 1 }));
}

/** Runs of a user that were accepted since a time. */
export function countRunsSince(reader: Reader, userId: string, since: number): number {
  const row = reader.orm
    .select({ runs: sql<number>`count(*)` })
    .from(runs)
    .where(and(eq(runs.userId, userId), sql`${runs.createdAt} >= ${since}`))
    .get();
  return row?.runs ?? 0;
}

export function markRunStarted(tx: Tx, id: string, startedAt: number): void {
  tx.orm.update(runs).set({ status: 'running', startedAt }).where(eq(runs.id, id)).run();
}

export function markRunQueued(tx: Tx, id: string): void {
  tx.orm.update(runs).set({ status: 'queued', startedAt: null }).where(eq(runs.id, id)).run();
}

/** Writes how a run ended; its row is final afterwards. */
export function storeRunEnd(tx: Tx, id: string, end: RunEnd, completedAt: number): void {
  const outcome =
    end.status === 'failed'
      ? { status: 'failed' as const, failure: end.error }
      : {
          status: 'completed' as const,
          outcome: end.outcome,
          ...end.program,
          compileOutput: end.compile.output,
          compileDurationMs: end.compile.durationMs,
        };
  tx.orm
    .update(runs)
    .set({ ...outcome, completedAt })
    .where(eq(runs.id, id))
    .run();
}

/** Erases input and output of runs that ended before a time; code and summary stay with the session. */
export function eraseOutputs(tx: Tx, endedBefore: number, atMost: number): number {
  const ids = tx.orm
    .select({ id: runs.id })
    .from(runs)
    .where(and(isNotNull(runs.stdin), lt(runs.completedAt, endedBefore)))
    .limit(atMost)
    .all();
  for (const { id } of ids) {
    tx.orm
      .update(runs)
      .set({ stdin: null, stdout: null, stderr: null, compileOutput: null, driver: null })
      .where(eq(runs.id, id))
      .run();
  }
  return ids.length;
}
