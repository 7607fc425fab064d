/** A checkpoint worker that copies well, and then takes the write lock and never answers. */
import { workerData } from 'node:worker_threads';
import Database from 'better-sqlite3';
import { answerQuestions } from '../../../src/db/thread.ts';

const raw = new Database((workerData as { path: string }).path, { timeout: 0 });

answerQuestions((step) => {
  if (step === 'copy') return { isComplete: true };
  raw.exec('BEGIN IMMEDIATE');
  for (;;);
});
