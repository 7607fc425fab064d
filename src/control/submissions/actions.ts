import type { Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { SubmissionResult, SubmissionSummary, SupportedLanguage } from '../../generated/api.ts';
import { invalidFields } from '../../kernel/errors.ts';
import { mapPage, type Page, readPage, type SortOrder } from '../../kernel/paging.ts';
import type { Origin } from '../../ports/audit.ts';
import type { Caller } from '../../ports/callers.ts';
import type { RoomScope } from '../../ports/room-access.ts';
import { ProblemNotFound } from '../problems/index.ts';
import { cancelledJob, checkCapacity, checkSourceSize, countRunsSince } from '../runs/index.ts';
import type { JudgedVersion, SubmissionsDeps } from './deps.ts';
import { ProblemNoTestCases, SubmissionNotFound, SubmissionRateLimit } from './errors.ts';
import {
  countSubmissionsSince,
  findSubmission,
  insertSubmission,
  listCases,
  listRoomSubmissions,
} from './queries.ts';
import { endSubmission } from './results.ts';
import { showResult, showSummary, totalPoints } from './rules.ts';
import type { SubmissionRow } from './tables.ts';

/** A poll that sees new cases is answered this long after it began at the earliest. */
const PARTIAL_ANSWER_MS = 1000;

export type SubmitRequest = { readonly language: SupportedLanguage; readonly code: string };
export type Acceptance<Answer> = {
  readonly spend: () => void;
  readonly accepted: (tx: Tx, id: string) => Answer;
};

/** Accepts one submission with its problem's version frozen: row and job together, `submission-started` to the room. */
export async function submit<Answer>(
  deps: SubmissionsDeps,
  scope: RoomScope,
  { language, code }: SubmitRequest,
  { spend, accepted }: Acceptance<Answer>,
): Promise<Answer> {
  checkSourceSize(code);
  const { core, rooms, problems } = deps;
  return rooms.writeInRoom(scope, (tx, { room, me: { userId } }) => {
    const submittedAt = core.clock.now();
    const version = room.problemId === null ? null : problems.findCurrent(tx, room.problemId);
    if (version === null) throw ProblemNotFound();
    checkOffered(version, language);
    const demand = {
      kind: 'submission',
      userId,
      language,
      now: submittedAt,
      rateLimit: SubmissionRateLimit,
      spend,
    } as const;
    checkCapacity({ ...deps, countAcceptedSince: countAccepted }, tx, demand);
    const { id: roomId, sessionId } = room;
    if (sessionId === null) throw new Error(`room ${roomId} judges code without a session`);
    const id = core.ids.next();
    const { problemId, versionId: problemVersionId, caseCount: totalCases } = version;
    const maxPoints = totalPoints(
      version.groups.map(({ name, points }) => ({ name, points, maxPoints: points })),
    );
    const owner = { id, roomId, sessionId, userId, problemId, problemVersionId, language, code };
    insertSubmission(tx, { ...owner, status: 'queued', totalCases, maxPoints, submittedAt });
    const kept = { sessionId, takenAt: submittedAt, phase: room.status, language, code, userId };
    rooms.keepSnapshot(tx, { snapshotId: core.ids.next(), trigger: 'submission', ...kept });
    core.queue.enqueue(tx, { jobId: id, kind: 'submission', lane: 2, userId, roomId, payload: { language } });
    const data = { submissionId: id, userId, language, totalTestCases: totalCases };
    tx.afterCommit(() => core.events.emit('room.pushed', { roomId, type: 'submission-started', data }));
    return accepted(tx, id);
  });
}

function checkOffered({ caseCount, drivers }: JudgedVersion, language: SupportedLanguage): void {
  if (caseCount === 0) throw ProblemNoTestCases();
  if (drivers !== null && drivers[language] === undefined) {
    throw invalidFields({ field: 'language', constraint: 'languageNotOffered', value: language });
  }
}

/** Runs and submissions of a user accepted since a time; both count towards one daily quota. */
export function countAccepted(
  tx: Parameters<typeof countRunsSince>[0],
  userId: string,
  since: number,
): number {
  return countRunsSince(tx, userId, since) + countSubmissionsSince(tx, userId, since);
}

export type SubmissionListQuery = {
  userId?: string;
  problemId?: string;
  cursor?: string;
  limit: number;
  sortOrder: SortOrder;
};

/** Submissions of a room by submission time, unfinished ones included. */
export function listSubmissions(
  { core }: SubmissionsDeps,
  { room }: RoomScope,
  query: SubmissionListQuery,
): Page<SubmissionSummary> {
  const { userId, problemId } = query;
  const page = readPage(
    query,
    ['submissions', room.id, userId ?? null, problemId ?? null],
    (request) => listRoomSubmissions(core.db, { roomId: room.id, userId, problemId }, request),
    ({ row }) => ({ value: row.submittedAt, id: row.id }),
  );
  return mapPage(page, ({ row, totalDurationMs }) => showSummary(row, totalDurationMs));
}

export type Poll = { readonly waitMs: number; readonly signal: AbortSignal };

/**
 * A submission once it has ended, further cases are stored (a second after the question at the earliest), or `waitMs`
 * is over. Admins who did not take part are audited, and see hidden cases like all admins.
 */
export async function getSubmission(
  deps: SubmissionsDeps,
  caller: Caller,
  id: string,
  poll: Poll,
  origin: Origin,
): Promise<SubmissionResult> {
  const seen = await visibleSubmission(deps, caller, id, origin);
  const row = seen.completedAt === null ? await waitForChange(deps, seen, poll) : seen;
  if (row === null) throw SubmissionNotFound();
  return show(deps, row, caller.role === 'admin');
}

const progressOf = (row: SubmissionRow) => row.passedCases + row.failedCases + row.errorCases;

async function waitForChange(
  { core, waiters }: SubmissionsDeps,
  seen: SubmissionRow,
  { waitMs, signal }: Poll,
): Promise<SubmissionRow | null> {
  const beganAt = performance.now();
  for (;;) {
    const row = findSubmission(core.db, seen.id);
    if (row === null || row.completedAt !== null) return row;
    const waitedMs = performance.now() - beganAt;
    const hasNews = progressOf(row) > progressOf(seen);
    const until = hasNews ? Math.min(waitMs, PARTIAL_ANSWER_MS) : waitMs;
    if (waitedMs >= until) return row;
    // Time over or client gone: the row as it is by then is the answer.
    if (!(await waiters.wait(seen.id, until - waitedMs, signal))) return findSubmission(core.db, seen.id);
  }
}

function show(
  { core, problems, execution }: SubmissionsDeps,
  row: SubmissionRow,
  isAdmin: boolean,
): SubmissionResult {
  const version = problems.findVersion(core.db, row.problemVersionId);
  if (version === null) throw new Error(`submission ${row.id} without its problem's version`);
  const { timeLimitMs: timeoutMs, memoryLimitMb: memoryMb } = version.limits;
  return showResult(row, {
    rows: listCases(core.db, row.id),
    cases: problems.listShownCases(core.db, row.problemVersionId),
    groups: version.groups,
    limits: execution.appliedLimits(row.language, 'case', { timeoutMs, memoryMb }),
    queuePosition: row.status === 'queued' ? core.queue.position(core.db, row.id) : null,
    isAdmin,
  });
}

async function visibleSubmission(
  { core, rooms, audit }: SubmissionsDeps,
  caller: Caller,
  id: string,
  origin: Origin,
): Promise<SubmissionRow> {
  const row = findSubmission(core.db, id);
  if (row === null) throw SubmissionNotFound();
  const tookPart = row.userId === caller.userId || rooms.isParticipant(core.db, row.roomId, caller.userId);
  if (!tookPart && caller.role !== 'admin') throw SubmissionNotFound();
  if (tookPart) {
    rooms.noteSignOfLife(row.roomId, caller.userId);
    return row;
  }
  const entry = { actorId: caller.userId, targetType: 'session', targetId: row.sessionId, origin } as const;
  await write(core.db, (tx) =>
    audit(tx, { action: 'admin.session.view', ...entry, metadata: { submissionId: id } }),
  );
  return row;
}

/** Ends submissions whose jobs were taken from the queue: failed, JOB_CANCELLED, cases not run skipped. */
export function cancelSubmissions(
  deps: Pick<SubmissionsDeps, 'core' | 'rooms' | 'problems'>,
  tx: Tx,
  ids: readonly string[],
): void {
  for (const id of ids) {
    endSubmission(
      deps,
      tx,
      id,
      { status: 'failed', verdict: null, error: cancelledJob },
      deps.core.clock.now(),
    );
  }
}
