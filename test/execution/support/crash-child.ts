import { loadConfig } from '../../../src/config/load.ts';
import { openDb } from '../../../src/db/open.ts';
import { Scheduler } from '../../../src/execution/scheduler.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { silentLog as log } from '../../../src/kernel/log.ts';
import type { StepRunner } from '../../../src/ports/steps.ts';
import { createFacts } from './jobs.ts';
import { createStoredResults } from './stored-results.ts';

// Serves the queue of the database named on the command line until it is killed; says when nothing is left.
const db = openDb({ path: process.argv[2] ?? '', log, mode: 'server' });
const owner = `start-${process.pid}-${Date.now()}`;
const queue = createJobQueue({ owner, clock: systemClock, log, leaseMs: 30_000 });
const runner: StepRunner = {
  slots: 3,
  probe: () => Promise.reject(new Error('not here')),
  run: async () => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    const facts = createFacts({ outputMatches: true });
    return { status: 'done', facts, artefact: 'artefact', rejected: null, cached: false };
  },
};
const scheduler = new Scheduler({
  store: { db, queue, results: createStoredResults(db) },
  runner,
  config: loadConfig({}).config,
  clock: systemClock,
  log,
  host: { memoryKb: 64 * 1024 * 1024, readiness: () => 'ready' },
});
await scheduler.open();
process.stdout.write('serving\n');
setInterval(() => {
  void scheduler.tick();
  if (db.raw.prepare('SELECT count(*) FROM jobs').pluck().get() === 0) process.stdout.write('done\n');
}, 50);
