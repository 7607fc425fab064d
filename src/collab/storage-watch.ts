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
  return new Watch(deps);
}

class Watch implements StorageWatch {
  readonly #deps: StorageWatchDeps;
  readonly #timings: NonNullable<StorageWatchDeps['timings']>;
  #refusedSinceMs: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isDegraded = false;

  constructor(deps: StorageWatchDeps) {
    this.#deps = deps;
    this.#timings = deps.timings ?? TIMINGS;
  }

  get isDegraded(): boolean {
    return this.#isDegraded;
  }

  noteRefused = (): void => {
    if (this.#refusedSinceMs !== null) return;
    this.#refusedSinceMs = this.#deps.clock.now();
    this.#timer = setTimeout(() => this.#degrade(), this.#timings.degradedAfterMs).unref();
  };

  noteCommitted = (): void => {
    if (this.#refusedSinceMs !== null && !this.#isDegraded) this.#restore();
  };

  stop = (): void => clearTimeout(this.#timer);

  #degrade(): void {
    const { log, clock, onDegraded } = this.#deps;
    this.#isDegraded = true;
    const sinceMs = this.#refusedSinceMs ?? clock.now();
    log.error({ sinceMs }, 'the database refuses changes: documents are read-only until it takes them');
    onDegraded(sinceMs);
    this.#probeLater();
  }

  #restore(): void {
    clearTimeout(this.#timer);
    this.#refusedSinceMs = null;
    if (!this.#isDegraded) return;
    this.#isDegraded = false;
    this.#deps.log.warn('the database takes changes again');
    this.#deps.onRestored();
  }

  #probeLater(): void {
    this.#timer = setTimeout(() => void this.#probe(), this.#timings.probeMs).unref();
  }

  async #probe(): Promise<void> {
    try {
      await write(this.#deps.db, (tx) => void insertProbe(tx).run());
      await write(this.#deps.db, (tx) => void deleteProbe(tx).run());
    } catch {
      this.#probeLater();
      return;
    }
    this.#restore();
  }
}
