import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDb } from '../../src/db/open.ts';
import { createJobQueue } from '../../src/jobs/queue.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { silentLog as log } from '../../src/kernel/log.ts';
import { openTestDb } from '../support/database.ts';
import { serveAndKill } from './support/killing.ts';
import { checkEnds, queueJobs } from './support/stored-results.ts';

const child = join(import.meta.dirname, 'support/crash-child.ts');
const MAX_STARTS = 60;

it('a server that is killed again and again ends every job exactly once and runs no stored case again', async () => {
  const test = openTestDb({ mode: 'command' });
  try {
    const { path } = test.db;
    const queue = createJobQueue({ owner: 'test', clock: systemClock, log, leaseMs: 30_000 });
    const jobs = await queueJobs(test.db, queue, 24);
    await test.db.close();
    let starts = 0;
    while (!(await serveAndKill(child, [path], Math.random() * 60 + 40 * starts))) {
      expect(++starts).toBeLessThan(MAX_STARTS);
    }
    expect(starts).toBeGreaterThan(0);
    const db = openDb({ path, log, mode: 'command' });
    const { wrong, completed } = checkEnds(db, jobs);
    await db.close();
    expect(wrong).toEqual([]);
    expect(completed).toBeGreaterThan(0);
  } finally {
    await test.close();
  }
}, 240_000);
