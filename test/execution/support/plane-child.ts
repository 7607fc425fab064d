import { loadConfig } from '../../../src/config/load.ts';
import { openDb } from '../../../src/db/open.ts';
import { createExecutionPlane } from '../../../src/execution/plane.ts';
import { createJobQueue } from '../../../src/jobs/queue.ts';
import { systemClock as clock } from '../../../src/kernel/clock.ts';
import { silentLog as log } from '../../../src/kernel/log.ts';
import { TEST_SETTINGS } from './plane-settings.ts';
import { createStoredResults } from './stored-results.ts';

// The whole plane on the database and data directory of the command line until it is killed; says when nothing is left.
const [, , path = '', dataDirectory = '', cacheDir = '', driver = ''] = process.argv;
const db = openDb({ path, log, mode: 'server' });
const queue = createJobQueue({ owner: `start-${process.pid}-${Date.now()}`, clock, log, leaseMs: 30_000 });
const { config } = loadConfig({ flags: { ...TEST_SETTINGS, 'sandbox.driver': driver } });
const results = createStoredResults(db, 'import time\ntime.sleep(0.02)\n');
const store = () => ({ db, queue, results });
const plane = createExecutionPlane({ store, config, clock, log, places: { dataDirectory, cacheDir } });
await plane.start();
let isServing = false;
setInterval(() => {
  const isKnown = plane.languages().some(({ available }) => available);
  if (isKnown && !isServing) process.stdout.write('serving\n');
  isServing ||= isKnown;
  if (db.raw.prepare('SELECT count(*) FROM jobs').pluck().get() === 0) process.stdout.write('done\n');
}, 10);
