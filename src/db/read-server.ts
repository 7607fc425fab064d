import { workerData } from 'node:worker_threads';
import type { ReadJobs } from './read-jobs.ts';
import { openReader } from './reader.ts';
import { answerQuestions } from './thread.ts';

/** What the read worker is asked. */
export type ReadQuestion = { readonly name: string; readonly input: unknown };

/** In a worker thread: runs the named jobs on a connection that can only read. */
export function serveReadJobs(jobs: ReadJobs): void {
  const reader = openReader((workerData as { path: string }).path);
  answerQuestions((question) => {
    const { name, input } = question as ReadQuestion;
    const job = Object.hasOwn(jobs, name) ? jobs[name] : undefined;
    if (!job) throw new Error(`There is no read job ${name}`);
    try {
      return job(reader, input);
    } finally {
      // A snapshot that stayed open would keep the WAL from starting anew.
      if (reader.raw.inTransaction) reader.raw.exec('ROLLBACK');
    }
  });
}
