import type { Db } from '../db/types.ts';
import { write } from '../db/write.ts';
import { type Clock, isoTime } from '../kernel/clock.ts';
import { isDomainError, NotFound, ServiceUnavailable } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabCallbacks } from '../ports/collab.ts';
import { withDeadline } from './deadline.ts';
import {
  countOutbox,
  type DueRow,
  deferOutbox,
  deleteOutbox,
  findNextDue,
  listDue,
  listParked,
  parkOutbox,
  releaseOutbox,
} from './snapshot-queries.ts';

export type OutboxDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly snapshotReady: CollabCallbacks['snapshotReady'];
  /** Shorter waits, for tests. */
  readonly timings?: Partial<typeof TIMINGS>;
};

export type OutboxHealth = {
  /** Snapshots that wait for the control plane, and those that it refused for good. */
  readonly waiting: number;
  readonly parked: number;
  /** Ids of the latter, at most 20, oldest first. */
  readonly parkedIds: readonly string[];
  readonly failingMs: number;
};

/**
 * Brings snapshots to the control plane, each until it is acknowledged. Delivered at least once; the receiver knows each
 * by its id, so it is recorded exactly once.
 */
export type Outbox = {
  /** What an earlier start left is due at once, what was kept aside too. */
  start(): Promise<void>;
  /** Takes up nothing more, and waits for the delivery that is under way. */
  stop(): Promise<void>;
  /** Something may have become due; resolves when what is due has been tried. */
  wake(): Promise<void>;
  health(): OutboxHealth;
  /** For how long every delivery has failed; 0 when the last one went through. */
  failingMs(): number;
};

const TIMINGS = { answerMs: 5_000, retriesMs: [1_000, 2_000, 4_000] as readonly number[], laterMs: 60_000 };
/** Attempts after which a snapshot is kept aside although nobody said that it never can be recorded. */
const MAX_ATTEMPTS = 10;
/** Snapshots kept aside; of more the oldest go. */
const MAX_PARKED = 1_000;
const SHOWN_PARKED = 20;
const BATCH = 20;
const LONGEST_WAIT_MS = 60_000;

/** Delivers nothing before start(). */
export function createOutbox(deps: OutboxDeps): Outbox {
  return new SnapshotOutbox(deps);
}

class SnapshotOutbox implements Outbox {
  readonly #deps: OutboxDeps;
  readonly #timings: typeof TIMINGS;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | null = null;
  #isOpen = false;
  #isAwake = false;
  #failingSinceMs: number | null = null;

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
    this.#timings = { ...TIMINGS, ...deps.timings };
  }

  start = async (): Promise<void> => {
    const { db, log } = this.#deps;
    const parked = listParked(db, SHOWN_PARKED);
    if (parked.length > 0) log.warn({ snapshotIds: parked }, 'snapshots that were refused are tried again');
    if (findNextDue(db) !== null || parked.length > 0) await write(db, releaseOutbox);
    this.#isOpen = true;
    void this.wake();
  };

  stop = async (): Promise<void> => {
    this.#isOpen = false;
    clearTimeout(this.#timer);
    await this.#running;
  };

  wake = (): Promise<void> => {
    if (!this.#isOpen) return Promise.resolve();
    this.#isAwake = true;
    this.#running ??= this.#runWhileAwake();
    return this.#running;
  };

  failingMs = (): number =>
    this.#failingSinceMs === null ? 0 : Math.max(0, this.#deps.clock.now() - this.#failingSinceMs);

  health = (): OutboxHealth => {
    const { db } = this.#deps;
    return { ...countOutbox(db), parkedIds: listParked(db, SHOWN_PARKED), failingMs: this.failingMs() };
  };

  async #runWhileAwake(): Promise<void> {
    const { log, clock, db } = this.#deps;
    clearTimeout(this.#timer);
    let next: number | null = null;
    try {
      while (this.#isOpen && this.#isAwake) {
        // Whoever wakes from here on is seen by the next round.
        this.#isAwake = false;
        await this.#deliverDue();
        next = findNextDue(db);
      }
    } catch (error) {
      log.error({ err: error }, 'snapshots could not be delivered');
      next = clock.now() + this.#timings.laterMs;
    }
    // In the tick of the last look at isAwake: a wake that comes later starts a run of its own.
    this.#running = null;
    if (next !== null) this.#wakeIn(next - clock.now());
  }

  async #deliverDue(): Promise<void> {
    const { db, clock } = this.#deps;
    // First durable, then told: a delivery must not know of a snapshot that a power cut takes back.
    await db.durable.settled();
    const due = listDue(db, clock.now(), BATCH);
    for (const row of due) {
      if (!this.#isOpen) return;
      await this.#deliver(row);
    }
    this.#isAwake ||= due.length === BATCH;
  }

  #wakeIn(ms: number): void {
    clearTimeout(this.#timer);
    if (this.#isOpen)
      this.#timer = setTimeout(() => void this.wake(), Math.min(LONGEST_WAIT_MS, Math.max(1, ms))).unref();
  }

  async #deliver(row: DueRow): Promise<void> {
    const { db, log } = this.#deps;
    const { snapshotId, roomId } = row;
    try {
      const { attempts: _attempts, takenAtMs, ...payload } = row;
      const told = this.#deps.snapshotReady({ ...payload, timestamp: isoTime(takenAtMs) });
      const answer = await withDeadline(told, this.#timings.answerMs);
      if (!answer?.success) throw ServiceUnavailable();
    } catch (error) {
      if (!isGone(error)) return this.#fail(row, error);
      log.debug({ snapshotId, roomId }, 'a snapshot of a room that was erased');
    }
    this.#failingSinceMs = null;
    await write(db, (tx) => deleteOutbox(tx, snapshotId));
  }

  async #fail(row: DueRow, error: unknown): Promise<void> {
    const { db, clock, log } = this.#deps;
    const { snapshotId, roomId } = row;
    const attempts = row.attempts + 1;
    this.#failingSinceMs ??= clock.now();
    if (isFinal(error, attempts)) {
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, 500);
      const as = { nowMs: clock.now(), reason, kept: MAX_PARKED };
      const lost = await write(db, (tx) => parkOutbox(tx, snapshotId, as));
      // The other plane has answered, or works for others.
      this.#failingSinceMs = null;
      log.error({ err: error, snapshotId, roomId, alert: true }, 'a snapshot was refused and is kept aside');
      if (lost.length > 0) log.error({ snapshotIds: lost }, 'too many snapshots kept aside: the oldest went');
      return;
    }
    const delayMs = this.#timings.retriesMs[attempts - 1] ?? this.#timings.laterMs;
    log.warn({ err: error, snapshotId, roomId, delayMs }, 'a snapshot was not taken');
    await write(db, (tx) => deferOutbox(tx, snapshotId, { attempts, notBefore: clock.now() + delayMs }));
  }
}

/** The room was erased meanwhile. */
function isGone(error: unknown): boolean {
  return isDomainError(error) && error.status === NotFound.status;
}

/** Refused as such, or for no reason that lies in the other plane's being there; absence is waited out for ever. */
function isFinal(error: unknown, attempts: number): boolean {
  if (isDomainError(error)) return error.status < 500;
  return attempts >= MAX_ATTEMPTS;
}
