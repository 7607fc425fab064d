import type { Db, Reader, Tx } from '../../../src/db/types.ts';
import { write } from '../../../src/db/write.ts';
import type { ExecutionResults, RunEnd, SubmissionEnd } from '../../../src/ports/execution.ts';
import { createRunJob, createSubmissionJob } from './jobs.ts';

/** Cases of every submission here. */
export const CASES = 4;

/** Tables without keys: what is stored twice shows twice. */
export async function createResultTables(db: Db): Promise<void> {
  await write(db, (tx) => {
    tx.raw.exec('CREATE TABLE IF NOT EXISTS ends (job_id TEXT, status TEXT, code TEXT)');
    tx.raw.exec('CREATE TABLE IF NOT EXISTS cases (job_id TEXT, number INTEGER)');
  });
}

const insert = (tx: Tx, sql: string, ...values: unknown[]) => void tx.raw.prepare(sql).run(...values);

function storeEnd(tx: Tx, jobId: string, end: RunEnd | SubmissionEnd): void {
  const code = end.status === 'failed' ? end.error.code : null;
  insert(tx, 'INSERT INTO ends VALUES (?, ?, ?)', jobId, end.status, code);
}

/** Results in the database of the queue, as the control plane has them. */
export function createStoredResults(reader: Reader): ExecutionResults {
  return {
    loadRun: (jobId) => createRunJob(jobId),
    loadSubmission: (jobId) => {
      const rows = reader.raw.prepare('SELECT number FROM cases WHERE job_id = ?').pluck().all(jobId);
      const stored = rows.map((index) => ({
        index: Number(index),
        verdict: 'accepted' as const,
        durationMs: 1,
      }));
      return createSubmissionJob(jobId, CASES, { stored });
    },
    markRunning: () => {},
    markQueued: () => {},
    storeCompile: () => {},
    storeCase: (tx, jobId, { index }) => insert(tx, 'INSERT INTO cases VALUES (?, ?)', jobId, index),
    finishRun: storeEnd,
    finishSubmission: storeEnd,
  };
}
