/** Starts as a server does: lock, migrate, and stays. Says on standard output what came of it. */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { lockDataDirectory } from '../../../src/db/data-directory.ts';
import { migrate } from '../../../src/db/migrate.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { silentLog } from '../../../src/kernel/log.ts';

const [, , directory = '', scripts = ''] = process.argv;
try {
  lockDataDirectory(directory);
  const options = {
    path: join(directory, 'syncode.db'),
    backups: join(directory, 'backups'),
    directory: scripts,
  };
  const { applied } = migrate({ ...options, clock: systemClock, log: silentLog });
  writeSync(1, `applied ${applied.join(',')}\n`);
  // A lock that nobody refers to any more must hold all the same.
  globalThis.gc?.();
  process.stdin.resume();
} catch (error) {
  writeSync(1, `refused ${error instanceof Error ? error.message : error}\n`);
}
