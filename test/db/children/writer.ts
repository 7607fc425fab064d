/**
 * A server that does nothing but write: rows through write() and through a batch, each acknowledged when it is durable.
 * Its argument is WriterOptions as JSON. It never ends by itself in a clean way: somebody kills it, or it does.
 */
import { openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate } from 'node:timers/promises';
import { startCheckpoints } from '../../../src/db/checkpoint.ts';
import { statement } from '../../../src/db/client.ts';
import { lockDataDirectory } from '../../../src/db/data-directory.ts';
import { openDb } from '../../../src/db/open.ts';
import type { Db, Reader } from '../../../src/db/types.ts';
import { write, writeNow } from '../../../src/db/write.ts';
import { createLog } from '../../../src/kernel/log.ts';

export type WriterOptions = {
  readonly directory: string;
  /** Kills itself after so many rows. */
  readonly rows: number;
  /** stdout, or the file beside the database that the disk shim records. */
  readonly acknowledge: 'stdout' | 'recording';
  /** false: acknowledges without waiting for the disk, to show that the tests would notice. */
  readonly waitsForDisk: boolean;
  /** Acknowledges all the rows that it finds, at once, as an answer that lists them would. */
  readonly showsRows?: boolean;
  /** A checkpoint each so many rows. */
  readonly checkpointEvery: number;
};

export const payloadOf = (id: number) => `${id} `.repeat(20 + ((id * 37) % 400));

const insertRow = statement<[number, string]>('INSERT INTO rows (id, payload) VALUES (?, ?)');
const insert = (reader: Reader, id: number) => insertRow(reader).run(id, payloadOf(id));

/** Odd rows by transactions of their own, even ones through the batch of the flush. */
function createRows(db: Db) {
  let batch: number[] = [];
  db.durable.onBatch(() => {
    const ids = batch;
    batch = [];
    if (ids.length > 0) writeNow(db, (tx) => ids.map((id) => insert(tx, id)));
  });
  return async (id: number, acknowledge: () => void) => {
    if (id % 2 === 1) {
      await write(db, (tx) => insert(tx, id));
    } else {
      batch.push(id);
      db.durable.touch();
    }
    acknowledge();
  };
}

async function run(options: WriterOptions): Promise<void> {
  lockDataDirectory(options.directory);
  const path = join(options.directory, 'syncode.db');
  const db = openDb({ path, log: createLog('warn'), mode: 'server' });
  const fd = options.acknowledge === 'stdout' ? 1 : openSync(`${path}.ack`, 'w', 0o600);
  const say = (id: number) => () => {
    if (!options.waitsForDisk) writeSync(fd, `${id}\n`);
    else db.durable.whenDurable((failed) => failed || writeSync(fd, `${id}\n`));
  };
  const ids = options.showsRows ? db.raw.prepare('SELECT id FROM rows').pluck().all() : [];
  for (const id of ids as number[]) db.durable.whenDurable(say(id));
  const checkpoints = startCheckpoints({ db });
  const add = createRows(db);
  const first = db.raw.prepare('SELECT coalesce(max(id), 0) + 1 FROM rows').pluck().get() as number;
  const delay = monitorEventLoopDelay({ resolution: 1 });
  let checkpoint = checkpoints.run();
  await checkpoint;
  delay.enable();
  writeSync(fd, '0\n');
  for (let id = first; id < first + options.rows; id++) {
    void add(id, say(id));
    if (id % options.checkpointEvery === 0) {
      await checkpoint;
      checkpoint = checkpoints.run();
    }
    if (id % 5 === 0) await setImmediate();
    // Now and then everybody waits, so that the flushes are many and small.
    if (id % 20 === 0 && options.waitsForDisk) await db.durable.settled({ holdMs: Number.POSITIVE_INFINITY });
  }
  await checkpoint;
  if (options.waitsForDisk) await db.durable.settled({ holdMs: Number.POSITIVE_INFINITY });
  const { restarts } = checkpoints.health();
  writeSync(2, `${JSON.stringify({ restarts, loopDelayMs: delay.percentile(99) / 1e6 })}\n`);
  process.kill(process.pid, 'SIGKILL');
}

const [, script, options] = process.argv;
if (script?.endsWith('writer.ts') && options) await run(JSON.parse(options) as WriterOptions);
