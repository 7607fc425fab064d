import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDb } from '../../src/db/open.ts';
import { write } from '../../src/db/write.ts';
import { createJobQueue } from '../../src/jobs/queue.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLog as log } from '../../src/kernel/log.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import { CASES, createResultTables } from './support/stored-results.ts';

const child = join(import.meta.dirname, 'support/crash-child.ts');
const MAX_STARTS = 60;
let test: TestDb;
const processes = new Set<ChildProcess>();

beforeEach(() => {
  test = openTestDb({ mode: 'command' });
});
afterEach(async () => {
  for (const one of processes) one.kill('SIGKILL');
  await test.close();
});

/** Serves for so long, or until nothing is left; true when nothing was. */
async function serveAndKill(path: string, aliveMs: number): Promise<boolean> {
  const server = spawn(process.execPath, [child, path], { stdio: ['ignore', 'pipe', 'inherit'] });
  processes.add(server);
  let said = '';
  const isDone = await new Promise<boolean>((resolve, reject) => {
    server.stdout.setEncoding('utf8').on('data', (text: string) => {
      // The time begins with the first sign of life: starting takes much longer than serving.
      if (said === '') setTimeout(() => resolve(false), aliveMs);
      said += text;
      if (said.includes('done')) resolve(true);
    });
    server.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  const gone = new Promise((resolve) => server.once('close', resolve));
  server.kill('SIGKILL');
  await gone;
  processes.delete(server);
  return isDone;
}

describe('a server that is killed again and again', () => {
  it('ends every job exactly once and runs no stored case again', async () => {
    const path = test.db.path;
    const queue = createJobQueue({ owner: 'test', clock: systemClock, log, leaseMs: 30_000 });
    const jobs = Array.from({ length: 24 }, (_, index) => `job-${index}`);
    await createResultTables(test.db);
    await write(test.db, (tx) => {
      for (const [index, jobId] of jobs.entries()) {
        const [kind, lane] = index % 2 === 0 ? (['run', 1] as const) : (['submission', 2] as const);
        queue.enqueue(tx, { jobId, kind, lane, userId: `user-${index % 7}`, roomId: 'room', payload: {} });
      }
    });
    await test.db.close();

    let starts = 0;
    while (!(await serveAndKill(path, Math.random() * 60 + 40 * starts))) {
      expect(++starts).toBeLessThan(MAX_STARTS);
    }
    expect(starts).toBeGreaterThan(0);

    const db = openDb({ path, log, mode: 'command' });
    const ends = db.raw.prepare('SELECT job_id, status, code FROM ends').all() as Record<string, unknown>[];
    const cases = db.raw.prepare('SELECT job_id, number FROM cases ORDER BY rowid').all() as {
      job_id: string;
      number: number;
    }[];
    await db.close();
    expect(ends.map((end) => end.job_id).sort()).toEqual([...jobs].sort());
    for (const { job_id, status, code } of ends) {
      const numbers = cases.filter((one) => one.job_id === job_id).map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, at) => at));
      if (status === 'failed') expect(code).toBe('JOB_INTERRUPTED');
      else if (Number(String(job_id).slice(4)) % 2 === 1) expect(numbers).toHaveLength(CASES);
    }
    expect(ends.filter(({ status }) => status === 'completed').length).toBeGreaterThan(0);
  }, 240_000);
});
