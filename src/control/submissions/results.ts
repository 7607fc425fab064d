import type { Tx } from '../../db/types.ts';
import type { CaseVerdict } from '../../generated/api.ts';
import type { ExecutionResults, SubmissionEnd } from '../../ports/execution.ts';
import type { SubmissionsDeps } from './deps.ts';
import {
  findSubmission,
  insertCase,
  listCases,
  listVerdicts,
  storeCompile,
  updateSubmission,
} from './queries.ts';
import { countVerdicts, isSolved, pointsOf, totalPoints } from './rules.ts';
import type { SubmissionRow } from './tables.ts';

type ResultsDeps = Pick<SubmissionsDeps, 'core' | 'rooms' | 'problems'>;

/** What the execution plane may do with submissions. */
export type SubmissionResults = Pick<
  ExecutionResults,
  'loadSubmission' | 'storeCompile' | 'storeCase' | 'finishSubmission'
> & {
  markRunning(tx: Tx, jobId: string, startedAt: number): void;
  markQueued(tx: Tx, jobId: string): void;
};

/** Takes cases and verdicts over into the submissions' rows, the problem's figures, the timeline and the room. */
export function createSubmissionResults(deps: ResultsDeps): SubmissionResults {
  const { core } = deps;
  const changed = (tx: Tx, submissionId: string) =>
    tx.afterCommit(() => core.events.emit('submission.changed', { submissionId }));
  return {
    loadSubmission: (jobId) => loadSubmission(deps, jobId),
    markRunning(tx, jobId, startedAt) {
      updateSubmission(tx, jobId, { status: 'running', startedAt });
      changed(tx, jobId);
    },
    markQueued: (tx, jobId) => updateSubmission(tx, jobId, { status: 'queued' }),
    storeCompile,
    storeCase(tx, jobId, outcome) {
      insertCase(tx, jobId, outcome);
      updateSubmission(tx, jobId, countVerdicts(listVerdicts(tx, jobId)));
      changed(tx, jobId);
    },
    finishSubmission: (tx, jobId, end, completedAt) => endSubmission(deps, tx, jobId, end, completedAt),
  };
}

function loadSubmission(
  { core, problems }: ResultsDeps,
  jobId: string,
): ReturnType<ExecutionResults['loadSubmission']> {
  const row = findSubmission(core.db, jobId);
  if (row === null || row.completedAt !== null) return null;
  const version = problems.findVersion(core.db, row.problemVersionId);
  if (version === null) return null;
  const stored = listCases(core.db, jobId).flatMap(({ caseIndex: index, verdict, durationMs }) =>
    verdict === 'skipped' ? [] : [{ index, verdict, durationMs }],
  );
  const { language, code, problemId } = row;
  return {
    kind: 'submission',
    jobId,
    submissionId: jobId,
    problemId,
    program: { language, code, driver: version.drivers?.[language] ?? null },
    comparison: version.comparison,
    cases: problems.listJudgeCases(core.db, row.problemVersionId),
    stored,
  };
}

/** The end of a submission, once: what was not run is skipped, counts and points are final. */
export function endSubmission(
  deps: ResultsDeps,
  tx: Tx,
  id: string,
  end: SubmissionEnd,
  completedAt: number,
): void {
  const row = findSubmission(tx, id);
  if (row === null || row.completedAt !== null) return;
  skipMissingCases(tx, row);
  const verdicts = listVerdicts(tx, id);
  const { status, verdict } = end;
  const counts = countVerdicts(verdicts);
  const points = pointsAtEnd(deps, tx, row, verdicts);
  const result = end.status === 'failed' ? { failure: end.error } : compileColumns(end);
  updateSubmission(tx, id, { status, verdict, ...counts, points, ...result, completedAt });
  const { problemId, userId, sessionId, roomId } = row;
  if (status === 'completed') {
    deps.problems.countSubmission(tx, { problemId, userId, accepted: isSolved(verdict) });
  }
  const outcome = {
    submissionId: id,
    status,
    verdict,
    passedTestCases: counts.passedCases,
    totalTestCases: row.totalCases,
  };
  const metadata = { ...outcome, problemId };
  deps.rooms.recordEvent(tx, {
    sessionId,
    eventType: 'submission_completed',
    userId,
    at: completedAt,
    metadata,
  });
  tx.afterCommit(() => {
    deps.core.events.emit('submission.changed', { submissionId: id });
    deps.core.events.emit('room.pushed', {
      roomId,
      type: 'submission-completed',
      data: { ...outcome, userId },
    });
  });
}

function compileColumns({ compile }: Extract<SubmissionEnd, { status: 'completed' }>) {
  return { compileOutput: compile.output, compileDurationMs: compile.durationMs };
}

function skipMissingCases(tx: Tx, row: SubmissionRow): void {
  const stored = new Set(listCases(tx, row.id).map(({ caseIndex }) => caseIndex));
  for (let index = 0; index < row.totalCases; index += 1) {
    if (!stored.has(index))
      insertCase(tx, row.id, { index, verdict: 'skipped', program: null, errorMessage: null });
  }
}

function pointsAtEnd(
  { problems }: ResultsDeps,
  tx: Tx,
  row: SubmissionRow,
  verdicts: readonly CaseVerdict[],
): number | null {
  const groups = problems.findVersion(tx, row.problemVersionId)?.groups ?? [];
  if (groups.length === 0) return null;
  return totalPoints(pointsOf(groups, problems.listShownCases(tx, row.problemVersionId), verdicts));
}
