import type { Log } from '../kernel/log.ts';
import type { CheckpointHealth } from './checkpoint.ts';
import { writeMark } from './connection.ts';
import { type DiskFault, type DiskSpace, readDiskSpace, tryDisk } from './disk.ts';
import type { Db } from './types.ts';
import { write } from './write.ts';

export type StorageMonitorDeps = {
  readonly db: Db;
  readonly checkpoints: { health(): CheckpointHealth };
  /** A directory on the database's disk for files that are tried. */
  readonly directory: string;
  readonly log: Log;
  readonly limits?: Partial<StorageLimits>;
};

export type StorageLimits = {
  /** How often flushes are looked at, and a disk that refuses is tried again. */
  readonly lookMs: number;
  /** How often the space is looked at. */
  readonly spaceMs: number;
  /** With less than this the operator is warned. */
  readonly lowBytes: number;
  readonly lowFiles: number;
  /** Mean time of a flush from which on a disk is called slow. */
  readonly slowFlushMs: number;
  /** A -wal file so large that cannot be started anew is a fault: it slows reads down and fills the disk. */
  readonly largeWalBytes: number;
};

const defaults: StorageLimits = {
  lookMs: 1000,
  spaceMs: 10_000,
  lowBytes: 1024 ** 3,
  lowFiles: 1000,
  slowFlushMs: 25,
  largeWalBytes: 256 * 1024 * 1024,
};

/** Weight of the newest flush in the mean, and how many must have been seen before anybody is told. */
const MEAN_WEIGHT = 0.2;
const LEAST_FLUSHES = 5;

/** Whether what people do can be kept, and why not. */
export type StorageMonitor = {
  /** fail: the disk refuses, does not answer, or the write-ahead log cannot be started anew. */
  state(): 'ok' | 'fail';
  stop(): Promise<void>;
};

/** Looks after the disk below the database, tells the log what changes, and tries a disk that refuses until it takes. */
export function watchStorage(deps: StorageMonitorDeps): StorageMonitor {
  return new Monitor(deps);
}

class Monitor implements StorageMonitor {
  readonly #deps: StorageMonitorDeps;
  readonly #limits: StorageLimits;
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | null = null;
  #isStopped = false;
  /** Confirmed by a try, so that one refusal alone is an accident. */
  #refusing: { readonly sinceMs: number } | null = null;
  #refusalsSeen = 0;
  #isHung = false;
  #isStuck = false;
  #isLow = false;
  #isSlow = false;
  #spaceSeenMs = Number.NEGATIVE_INFINITY;
  #flushesSeen = 0;
  #meanFlushMs = 0;
  #samples = 0;

  constructor(deps: StorageMonitorDeps) {
    this.#deps = deps;
    this.#limits = { ...defaults, ...deps.limits };
    // Once it is known that the disk refuses, the timer alone tries it again: a try that is refused is noted as well.
    deps.db.refusals.onNoted(() => {
      if (this.#refusing === null) setImmediate(() => this.#look());
    });
    this.#timer = setInterval(() => this.#look(), this.#limits.lookMs).unref();
    this.#look();
  }

  state = (): 'ok' | 'fail' => {
    const isHung = this.#deps.db.durable.health().status === 'fail';
    return isHung || this.#refusing !== null || this.#isStuck ? 'fail' : 'ok';
  };

  stop = async (): Promise<void> => {
    this.#isStopped = true;
    clearInterval(this.#timer);
    await this.#looking;
  };

  #look(): void {
    if (this.#isStopped) return;
    this.#lookAtFlush();
    this.#lookAtWal();
    this.#looking ??= this.#lookAtDisk()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'the disk could not be looked at'))
      .finally(() => {
        this.#looking = null;
      });
  }

  #lookAtFlush(): void {
    const { db, log } = this.#deps;
    const { status, underWayMs, flushes, lastFlushMs } = db.durable.health();
    const isHung = status === 'fail';
    if (isHung && !this.#isHung)
      log.error(
        { underWayMs: Math.round(underWayMs), remedy: 'dmesg | tail' },
        'the disk does not answer: what people do is held until it has been written',
      );
    if (!isHung && this.#isHung) log.warn('the disk answers again');
    this.#isHung = isHung;
    if (flushes === this.#flushesSeen) return;
    this.#flushesSeen = flushes;
    this.#samples += 1;
    this.#meanFlushMs += (this.#samples === 1 ? 1 : MEAN_WEIGHT) * (lastFlushMs - this.#meanFlushMs);
    this.#tellSlow();
  }

  #tellSlow(): void {
    const { log, directory } = this.#deps;
    if (this.#samples < LEAST_FLUSHES) return;
    const isSlow = this.#meanFlushMs >= this.#limits.slowFlushMs * (this.#isSlow ? 0.5 : 1);
    const meanFlushMs = Math.round(this.#meanFlushMs);
    if (isSlow && !this.#isSlow)
      log.warn(
        { meanFlushMs, remedy: `findmnt -T ${directory}` },
        'the disk is slow: every keystroke and every answer takes at least so long',
      );
    if (!isSlow && this.#isSlow) log.info({ meanFlushMs }, 'the disk is as fast as it should be');
    this.#isSlow = isSlow;
  }

  #lookAtWal(): void {
    const { failedAttempts, lastError, walBytes } = this.#deps.checkpoints.health();
    const isStuck = failedAttempts > 0 && walBytes >= this.#limits.largeWalBytes;
    if (isStuck && !this.#isStuck)
      this.#deps.log.error(
        { walBytes, why: lastError, remedy: 'systemctl restart syncode' },
        'the write-ahead log grows without end',
      );
    if (!isStuck && this.#isStuck) this.#deps.log.warn('the write-ahead log is small again');
    this.#isStuck = isStuck;
  }

  async #lookAtDisk(): Promise<void> {
    const { refusals } = this.#deps.db;
    if (refusals.fault !== null) await this.#tryAgain();
    const nowMs = performance.now();
    if (nowMs - this.#spaceSeenMs < this.#limits.spaceMs) return;
    this.#spaceSeenMs = nowMs;
    this.#noteSpace(await readDiskSpace(this.#deps.directory));
  }

  /** A try that is taken ends the refusal; the disk may fill again at once, and then it begins anew. */
  async #tryAgain(): Promise<void> {
    const { db, directory } = this.#deps;
    const tried = await tryDisk(directory, 'server');
    if ('fault' in tried) return this.#noteRefusing(tried.fault);
    try {
      await write(db, (tx) => writeMark(tx.raw));
    } catch {
      return this.#noteRefusing(null);
    }
    db.refusals.clear();
    this.#noteTaking();
  }

  #noteRefusing(fault: DiskFault | null): void {
    const { log, db } = this.#deps;
    if (this.#refusing !== null || this.#isStopped) return;
    this.#refusing = { sinceMs: performance.now() };
    this.#refusalsSeen = db.refusals.count;
    const busy = { why: 'Somebody else has the database locked', remedy: `fuser -v ${db.path}` };
    const { why, remedy } = fault ?? busy;
    log.error({ why, remedy, fault: db.refusals.fault }, 'changes are refused until the disk takes them');
  }

  #noteTaking(): void {
    if (this.#refusing === null) return;
    const forMs = Math.round(performance.now() - this.#refusing.sinceMs);
    const refused = this.#deps.db.refusals.count - this.#refusalsSeen + 1;
    this.#refusing = null;
    this.#deps.log.warn({ forMs, refused }, 'the disk takes changes again');
  }

  #noteSpace({ freeBytes, freeFiles }: DiskSpace): void {
    const { log, directory } = this.#deps;
    const isLow =
      freeBytes < this.#limits.lowBytes || (freeFiles !== null && freeFiles < this.#limits.lowFiles);
    const facts = { freeMb: Math.round(freeBytes / 1024 ** 2), freeFiles };
    if (isLow && !this.#isLow)
      log.warn({ ...facts, remedy: `df -h ${directory}; df -i ${directory}` }, 'the disk is nearly full');
    if (!isLow && this.#isLow) log.info(facts, 'there is room on the disk again');
    this.#isLow = isLow;
  }
}
