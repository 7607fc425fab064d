import type { Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { RunResult, SupportedLanguage } from '../../generated/api.ts';
import { invalidFields } from '../../kernel/errors.ts';
import { mapPage, type Page, readPage, type SortOrder } from '../../kernel/paging.ts';
import type { Origin } from '../../ports/audit.ts';
import type { Caller } from '../../ports/callers.ts';
import type { RoomScope } from '../../ports/room-access.ts';
import { type CapacityDeps, checkCapacity } from './capacity.ts';
import type { RunsDeps } from './deps.ts';
import { ExecutionJobNotFound, ExecutionRateLimit } from './errors.ts';
import { eraseOutputs, findRun, insertRun, listRoomRuns } from './queries.ts';
import { endRun } from './results.ts';
import {
  cancelledJob,
  checkSourceSize,
  checkStdinSize,
  isAvailable,
  showResult,
  showSummary,
} from './rules.ts';
import type { RunRow } from './tables.ts';

/** Erased at most this many at a time, so that no transaction lasts long. */
const ERASE_BATCH = 200;

export type RunRequest = {
  readonly language: SupportedLanguage;
  readonly code: string;
  readonly stdin: string;
  /** Without a wish the instance's default. */
  readonly timeoutMs?: number;
  readonly memoryMb?: number;
};

/** What the HTTP side brings into the transaction of an accepted job. */
export type Acceptance<Answer> = {
  readonly spend: () => void;
  readonly accepted: (tx: Tx, jobId: string) => Answer;
};

/** Accepts one run: row and job together, `run-started` to the room. */
export async function startRun<Answer>(
  deps: RunsDeps & Pick<CapacityDeps, 'countAcceptedSince'>,
  scope: RoomScope,
  request: RunRequest,
  { spend, accepted }: Acceptance<Answer>,
): Promise<Answer> {
  const { language, code, stdin } = request;
  checkSourceSize(code);
  checkStdinSize(stdin);
  return deps.rooms.writeInRoom(scope, (tx, fresh) => {
    const { room, me } = fresh;
    const driver = driverFor(deps, tx, room.problemId, language);
    const now = deps.core.clock.now();
    const demand = { kind: 'run', userId: me.userId, language, now, spend } as const;
    checkCapacity(deps, tx, { ...demand, rateLimit: ExecutionRateLimit });
    return accepted(tx, storeRun(deps, tx, fresh, { ...request, driver, now }));
  });
}

/** Row, job, and what the room hears of it; gives the run's id. */
function storeRun(
  { core, execution }: Pick<RunsDeps, 'core' | 'execution'>,
  tx: Tx,
  { room: { id: roomId, sessionId }, me: { userId } }: RoomScope,
  request: RunRequest & { readonly driver: string | null; readonly now: number },
): string {
  if (sessionId === null) throw new Error(`room ${roomId} runs code without a session`);
  const { language, code, stdin, driver, now: createdAt, timeoutMs = null, memoryMb = null } = request;
  const limits = execution.appliedLimits(language, 'run', { timeoutMs, memoryMb });
  const id = core.ids.next();
  const owner = { id, roomId, sessionId, userId, language };
  insertRun(tx, { ...owner, code, driver, stdin, ...limits, status: 'queued', createdAt });
  core.queue.enqueue(tx, { jobId: id, kind: 'run', lane: 1, userId, roomId, payload: { language } });
  const data = { jobId: id, userId, language };
  tx.afterCommit(() => core.events.emit('room.pushed', { roomId, type: 'run-started', data }));
  return id;
}

/** The hidden main program of a function problem; a language that the problem does not offer is refused. */
function driverFor(
  { findDrivers }: Pick<RunsDeps, 'findDrivers'>,
  tx: Tx,
  problemId: string | null,
  language: SupportedLanguage,
): string | null {
  const drivers = problemId === null ? null : findDrivers(tx, problemId);
  if (drivers === null) return null;
  const driver = drivers[language];
  if (driver === undefined)
    throw invalidFields({ field: 'language', constraint: 'languageNotOffered', value: language });
  return driver;
}

export type RunListQuery = { userId?: string; cursor?: string; limit: number; sortOrder: SortOrder };

/** Runs of a room by creation time, pending ones included. */
export function listRuns(
  { core }: RunsDeps,
  { room }: RoomScope,
  query: RunListQuery,
): Page<ReturnType<typeof showSummary>> {
  const { userId } = query;
  const now = core.clock.now();
  const page = readPage(
    query,
    ['runs', room.id, userId ?? null],
    (request) => listRoomRuns(core.db, room.id, userId, request),
    (row) => ({ value: row.createdAt, id: row.id }),
  );
  return mapPage(page, (row) => showSummary(row, now, core.config['timers.jobResultMs']));
}

export type Poll = { readonly waitMs: number; readonly signal: AbortSignal };

/** The state of a run once it has ended or `waitMs` is over. Admins who did not take part are audited. */
export async function getRun(
  deps: RunsDeps,
  caller: Caller,
  jobId: string,
  poll: Poll,
  origin: Origin,
): Promise<RunResult> {
  const { core } = deps;
  const keepMs = core.config['timers.jobResultMs'];
  const seen = await visibleRun(deps, caller, jobId, origin);
  const run = seen.completedAt === null ? await waitForEnd(deps, jobId, poll) : seen;
  if (run === null) throw ExecutionJobNotFound();
  const position = run.status === 'queued' ? core.queue.position(core.db, jobId) : null;
  return showResult(run, position, keepMs);
}

async function waitForEnd({ core, waiters }: RunsDeps, jobId: string, poll: Poll): Promise<RunRow | null> {
  const until = performance.now() + poll.waitMs;
  for (;;) {
    const run = findRun(core.db, jobId);
    // Nothing is awaited between reading and watching, so no change falls between the two.
    if (run === null || run.completedAt !== null) return run;
    // Time over or client gone: the row as it is by then is the answer.
    if (!(await waiters.wait(jobId, until - performance.now(), poll.signal))) return findRun(core.db, jobId);
  }
}

async function visibleRun(deps: RunsDeps, caller: Caller, jobId: string, origin: Origin): Promise<RunRow> {
  const { core, rooms, audit } = deps;
  const run = findRun(core.db, jobId);
  const keepMs = core.config['timers.jobResultMs'];
  if (run === null) throw ExecutionJobNotFound();
  const output = { completedAt: run.completedAt, hasOutput: run.stdin !== null };
  if (!isAvailable(output, core.clock.now(), keepMs)) throw ExecutionJobNotFound();
  const tookPart = run.userId === caller.userId || rooms.isParticipant(core.db, run.roomId, caller.userId);
  if (!tookPart && caller.role !== 'admin') throw ExecutionJobNotFound();
  if (tookPart) rooms.noteSignOfLife(run.roomId, caller.userId);
  else {
    await write(core.db, (tx) =>
      audit(tx, {
        action: 'admin.session.view',
        actorId: caller.userId,
        targetType: 'session',
        targetId: run.sessionId,
        metadata: { jobId },
        origin,
      }),
    );
  }
  return run;
}

/** Ends runs whose jobs were taken from the queue: failed, JOB_CANCELLED. */
export function cancelRuns(deps: Pick<RunsDeps, 'core' | 'rooms'>, tx: Tx, jobIds: readonly string[]): void {
  const end = { status: 'failed', error: cancelledJob } as const;
  for (const jobId of jobIds) endRun(deps, tx, jobId, end, deps.core.clock.now());
}

/** Erases input and output of runs whose results have expired; returns how many. */
export async function eraseExpiredRuns({ core }: Pick<RunsDeps, 'core'>): Promise<number> {
  const before = core.clock.now() - core.config['timers.jobResultMs'];
  let erased = 0;
  for (;;) {
    const batch = await write(core.db, (tx) => eraseOutputs(tx, before, ERASE_BATCH));
    erased += batch;
    if (batch < ERASE_BATCH) return erased;
  }
}
