import type { Db, Reader, Tx } from '../../../src/db/types.ts';
import { write } from '../../../src/db/write.ts';
import type { JobQueue } from '../../../src/jobs/queue.ts';
import type { ExecutionResults, RunEnd, SubmissionEnd } from '../../../src/ports/execution.ts';
import { createRunJob, createSubmissionJob } from './jobs.ts';

/** Cases of every submission here. */
export const CASES = 4;

/** Tables without keys: what is stored twice shows twice. */
async function createResultTables(db: Db): Promise<void> {
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

/** Results in the database of the queue, as the control plane has them; every job has this Python code, or its id. */
export function createStoredResults(reader: Reader, code?: string): ExecutionResults {
  const programOf = (jobId: string) => ({
    program: { language: 'python' as const, code: code ?? jobId, driver: null },
  });
  return {
    loadRun: (jobId) => createRunJob(jobId, programOf(jobId)),
    loadSubmission: (jobId) => {
      const rows = reader.raw.prepare('SELECT number FROM cases WHERE job_id = ?').pluck().all(jobId);
      const stored = rows.map((index) => ({
        index: Number(index),
        verdict: 'accepted' as const,
        durationMs: 1,
      }));
      return createSubmissionJob(jobId, CASES, { stored, ...programOf(jobId) });
    },
    markRunning: () => {},
    markQueued: () => {},
    storeCompile: () => {},
    storeCase: (tx, jobId, { index }) => insert(tx, 'INSERT INTO cases VALUES (?, ?)', jobId, index),
    finishRun: storeEnd,
    finishSubmission: storeEnd,
  };
}

/** Queues so many jobs of several users, runs and submissions in turn; returns their ids. */
export async function queueJobs(db: Db, queue: JobQueue, count: number): Promise<string[]> {
  await createResultTables(db);
  const jobs = Array.from({ length: count }, (_, index) => `job-${index}`);
  await write(db, (tx) => {
    for (const [index, jobId] of jobs.entries()) {
      const [kind, lane] = index % 2 === 0 ? (['run', 1] as const) : (['submission', 2] as const);
      queue.enqueue(tx, { jobId, kind, lane, userId: `user-${index % 7}`, roomId: 'room', payload: {} });
    }
  });
  return jobs;
}

/** What came of jobs queued by queueJobs: wrong ends in words, and how many were completed. */
export function checkEnds(reader: Reader, jobs: readonly string[]): { wrong: string[]; completed: number } {
  const ends = reader.raw.prepare('SELECT job_id, status, code FROM ends').all() as Record<string, string>[];
  const wrong: string[] = [];
  for (const [index, jobId] of jobs.entries()) {
    const own = ends.filter((end) => end.job_id === jobId);
    const cases = reader.raw
      .prepare('SELECT number FROM cases WHERE job_id = ? ORDER BY rowid')
      .pluck()
      .all(jobId);
    const [end] = own;
    if (own.length !== 1) wrong.push(`${jobId} ended ${own.length} times`);
    if (cases.some((number, at) => number !== at)) wrong.push(`${jobId} stored ${JSON.stringify(cases)}`);
    if (end?.status === 'failed' && end.code !== 'JOB_INTERRUPTED')
      wrong.push(`${jobId} failed: ${end.code}`);
    const isWhole = index % 2 === 0 || cases.length === CASES;
    if (end?.status === 'completed' && !isWhole) wrong.push(`${jobId} lacks cases`);
  }
  return { wrong, completed: ends.filter(({ status }) => status === 'completed').length };
}
