import type { Tx } from '../../db/types.ts';
import type { ExecutionResults, RunEnd } from '../../ports/execution.ts';
import type { RunsDeps } from './deps.ts';
import { findRun, markRunQueued, markRunStarted, storeRunEnd } from './queries.ts';

/** What the execution plane may do with runs. */
export type RunResults = Pick<ExecutionResults, 'loadRun' | 'finishRun'> & {
  markRunning(tx: Tx, jobId: string, startedAt: number): void;
  markQueued(tx: Tx, jobId: string): void;
};

/** Takes results over into the runs' rows, the timeline and the room. */
export function createRunResults({ core, rooms }: Pick<RunsDeps, 'core' | 'rooms'>): RunResults {
  const { db, events } = core;
  return {
    loadRun(jobId) {
      const run = findRun(db, jobId);
      if (run === null || run.completedAt !== null) return null;
      const { language, code, driver, timeoutMs, memoryMb } = run;
      return {
        kind: 'run',
        jobId,
        program: { language, code, driver },
        stdin: run.stdin ?? '',
        limits: { timeoutMs, memoryMb },
      };
    },
    markRunning(tx, jobId, startedAt) {
      markRunStarted(tx, jobId, startedAt);
      tx.afterCommit(() => events.emit('run.changed', { jobId }));
    },
    markQueued: markRunQueued,
    finishRun: (tx, jobId, end, completedAt) => endRun({ core, rooms }, tx, jobId, end, completedAt),
  };
}

/** The end of a run, once: its row, the timeline, whoever waits for it, and the room. */
export function endRun(
  { core, rooms }: Pick<RunsDeps, 'core' | 'rooms'>,
  tx: Tx,
  jobId: string,
  end: RunEnd,
  completedAt: number,
): void {
  const run = findRun(tx, jobId);
  if (run === null || run.completedAt !== null) return;
  storeRunEnd(tx, jobId, end, completedAt);
  const { status } = end;
  const outcome = end.status === 'completed' ? end.outcome : null;
  const durationMs = end.status === 'completed' ? end.program.durationMs : null;
  const { sessionId, userId, roomId, language } = run;
  const metadata = { jobId, language, status, outcome, durationMs };
  rooms.recordEvent(tx, { sessionId, eventType: 'run_completed', userId, at: completedAt, metadata });
  tx.afterCommit(() => {
    core.events.emit('run.changed', { jobId });
    const data = { jobId, userId, status, outcome, durationMs };
    core.events.emit('room.pushed', { roomId, type: 'run-completed', data });
  });
}
