import { statement } from '../db/client.ts';
import type { Db } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';

export type StorageWatchDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly onDegraded: (sinceMs: number) => void;
  readonly onRestored: () => void;
  readonly timings?: { readonly degradedAfterMs: number; readonly probeMs: number };
};

/** Whether the database takes what is written. One refusal is an accident, 5 s of them are a full disk. */
export type StorageWatch = {
  readonly isDegraded: boolean;
  noteRefused(): void;
  noteCommitted(): void;
  stop(): void;
};

const TIMINGS = { degradedAfterMs: 5_000, probeMs: 1_000 };

/** Large enough to need room in the file, under a document's name that cannot exist. */
const insertProbe = statement("INSERT OR REPLACE INTO collab_journal VALUES ('', 0, zeroblob(65536))");
const deleteProbe = statement("DELETE FROM collab_journal WHERE document = ''");

/** Counts refusals; while degraded it tries a write every second, since nobody else writes then. */
export function createStorageWatch(deps: StorageWatchDeps): StorageWatch {
  const { db, clock, log } = deps;
  const timings = deps.timings ?? TIMINGS;
  let refusedSinceMs: number | null = null;
  let isDegraded = false;
  let timer: NodeJS.Timeout | undefined;

  const restore = () => {
    clearTimeout(timer);
    refusedSinceMs = null;
    if (!isDegraded) return;
    isDegraded = false;
    log.warn('the database takes changes again');
    deps.onRestored();
  };
  const probe = async () => {
    try {
      await write(db, (tx) => void insertProbe(tx).run());
      await write(db, (tx) => void deleteProbe(tx).run());
    } catch {
      if (isDegraded) timer = setTimeout(() => void probe(), timings.probeMs).unref();
      return;
    }
    restore();
  };
  const degrade = () => {
    isDegraded = true;
    log.error(
      { refusedSinceMs },
      'the database refuses changes: documents are read-only until it takes them',
    );
    deps.onDegraded(refusedSinceMs ?? clock.now());
    timer = setTimeout(() => void probe(), timings.probeMs).unref();
  };

  return {
    get isDegraded() {
      return isDegraded;
    },
    noteRefused: () => {
      if (refusedSinceMs !== null) return;
      refusedSinceMs = clock.now();
      timer = setTimeout(degrade, timings.degradedAfterMs).unref();
    },
    noteCommitted: () => {
      if (refusedSinceMs !== null && !isDegraded) restore();
    },
    stop: () => clearTimeout(timer),
  };
}
