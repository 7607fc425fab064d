import { isMainThread } from 'node:worker_threads';
import { serveReadJobs } from '../../../src/db/read-server.ts';
import type { Reader } from '../../../src/db/types.ts';

const count = ({ raw }: Reader) => raw.prepare('SELECT count(*) FROM notes').pluck().get() as number;

/** Jobs that behave badly in one way each. */
export const jobs = {
  change: ({ raw }: Reader, _input: null) => {
    raw.exec('DELETE FROM notes');
  },
  fail: (_reader: Reader, message: string): void => {
    throw new Error(message);
  },
  leaveOpen: (reader: Reader, _input: null) => {
    reader.raw.exec('BEGIN');
    return count(reader);
  },
  sleep: (_reader: Reader, ms: number) => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
  },
};

if (!isMainThread) serveReadJobs(jobs);
