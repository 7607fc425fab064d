import { createAccounts, type HashCost, streakDays } from '../control/accounts/index.ts';
import { type AdminDeps, createAuditWriter, sweepAuditLog } from '../control/admin/index.ts';
import { createProblems, findDrivers, problemVersions, roomProblems } from '../control/problems/index.ts';
import { createRooms, isProblemSelectedFor } from '../control/rooms/index.ts';
import {
  type Core,
  cancelRuns,
  createRunResults,
  eraseExpiredRuns,
  runRoutes,
} from '../control/runs/index.ts';
import { readSessionStats } from '../control/sessions/index.ts';
import {
  cancelSubmissions,
  countAccepted,
  countSolvedProblems,
  createSubmissionResults,
  listSubmissionDays,
  submissionRoutes,
} from '../control/submissions/index.ts';
import type { Reader, Tx } from '../db/types.ts';
import type { Binding } from '../http/operation.ts';
import type { ChoreHandler } from '../jobs/background.ts';
import type { JobFilter } from '../jobs/job.ts';
import { createJobQueue, type JobQueue } from '../jobs/queue.ts';
import { createWaiters } from '../kernel/waiters.ts';
import type { CollabPlane } from '../ports/collab.ts';
import type { ExecutionPlane, ExecutionResults } from '../ports/execution.ts';
import type { Installation } from './installation.ts';
import type { Kernel } from './kernel.ts';

/** Long polls that may wait at a time; further ones are answered at once. */
const MAX_WAITING_POLLS = 5000;
const DAY_MS = 86_400_000;
/** Days that the streak looks back at most. */
const STREAK_DAYS = 400;

export type ControlDeps = {
  readonly kernel: Kernel;
  readonly installation: Pick<Installation, 'db' | 'keys'>;
  readonly collab: { readonly plane: CollabPlane; readonly url: () => string };
  readonly execution: ExecutionPlane;
  /** Origin under which people reach this server, without a slash at the end. */
  readonly baseUrl: () => string;
  /** Cheaper hashes; for tests only. */
  readonly hashCost?: HashCost | undefined;
};

/** The control plane: everything that owns tables of the API. */
export type Control = ReturnType<typeof createControl>;

function readStats(reader: Reader, userId: string, now: number) {
  const { totalSessions, finishedDays } = readSessionStats(reader, userId, now);
  const days = [...finishedDays, ...listSubmissionDays(reader, userId, STREAK_DAYS)];
  const streak = streakDays(days, Math.floor(now / DAY_MS));
  return { totalSessions, totalProblems: countSolvedProblems(reader, userId), streakDays: streak };
}

/** Takes jobs from the queue and marks the runs and submissions that they belonged to. */
function createCancellation(deps: Parameters<typeof cancelSubmissions>[0]) {
  return (tx: Tx, filter: JobFilter): void => {
    const gone = deps.core.queue.cancel(tx, filter);
    const idsOf = (kind: string) => gone.filter((job) => job.kind === kind).map(({ jobId }) => jobId);
    cancelRuns(deps, tx, idsOf('run'));
    cancelSubmissions(deps, tx, idsOf('submission'));
  };
}

function joinResults(
  runs: ReturnType<typeof createRunResults>,
  submissions: ReturnType<typeof createSubmissionResults>,
): ExecutionResults {
  const of = { run: runs, submission: submissions };
  return {
    loadRun: runs.loadRun,
    finishRun: runs.finishRun,
    loadSubmission: submissions.loadSubmission,
    storeCompile: submissions.storeCompile,
    storeCase: submissions.storeCase,
    finishSubmission: submissions.finishSubmission,
    markRunning: (tx, kind, jobId, startedAt) => of[kind].markRunning(tx, jobId, startedAt),
    markQueued: (tx, kind, jobId) => of[kind].markQueued(tx, jobId),
  };
}

/** Puts the features together; starts nothing. */
export function createControl(deps: ControlDeps) {
  const { kernel, installation, collab, execution, baseUrl } = deps;
  const { config, clock, ids, events, log } = kernel;
  const { db, keys } = installation;
  const queue: JobQueue = createJobQueue({
    owner: ids.next(),
    clock,
    log,
    leaseMs: config['execution.leaseMs'],
  });
  const core: Core = { db, clock, ids, events, config, queue };
  const audit = createAuditWriter({ clock, ids });
  const enqueue: JobQueue['enqueue'] = (tx, job) => queue.enqueue(tx, job);

  const accounts = createAccounts(
    { db, config, keys, kernel, ports: { writeAudit: audit, enqueue, readStats }, baseUrl },
    deps.hashCost,
  );
  const rooms = createRooms({
    db,
    kernel,
    settings: config,
    collab: { plane: collab.plane, tokens: accounts.collabTokens, url: collab.url },
    neighbours: {
      problems: roomProblems,
      users: accounts.users,
      writeAudit: audit,
      enqueue,
      cancelRoomJobs: (tx, roomId, kinds, options) => cancelJobs(tx, { roomId, kinds, ...options }),
    },
  });
  const waiters = createWaiters(MAX_WAITING_POLLS);
  const judging = { core, rooms: rooms.door, problems: problemVersions };
  const cancelJobs = createCancellation(judging);
  const executing = { ...judging, execution, audit, waiters };
  const admin: AdminDeps = {
    db,
    kernel,
    writeAudit: audit,
    closeRoomsOf: (tx, userId) => {
      rooms.closeRoomsOf(tx, userId);
      cancelJobs(tx, { userId, kinds: ['run', 'submission'] });
    },
    hashPassword: accounts.hashPassword,
  };
  const bindings: Binding[] = [
    ...accounts.bindings,
    ...createProblems({ db, audit, isSelectedFor: isProblemSelectedFor }),
    ...rooms.bindings,
    ...runRoutes({ ...executing, findDrivers, countAcceptedSince: countAccepted }),
    ...submissionRoutes(executing),
  ];
  const chores: Readonly<Record<string, ChoreHandler>> = { ...accounts.chores, ...rooms.chores };
  const results = joinResults(
    createRunResults({ core, rooms: rooms.door }),
    createSubmissionResults(judging),
  );
  const cleanUp = async () => {
    await accounts.sweep();
    await eraseExpiredRuns({ core });
    await sweepAuditLog(db, clock, config['timers.auditLogMs']);
  };
  return { core, accounts, rooms, admin, bindings, chores, results, waiters, cleanUp };
}
