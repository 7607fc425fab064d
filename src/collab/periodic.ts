import type { Log } from '../kernel/log.ts';
import { nextMacrotask } from './live.ts';
import type { Rooms } from './rooms.ts';
import type { Snapshots } from './snapshots.ts';

export type PeriodicDeps = {
  readonly rooms: Rooms;
  readonly snapshots: Snapshots;
  readonly intervalMs: number;
  /** While the disk refuses what is written there is no use in trying. */
  readonly isStorageDegraded: () => boolean;
  readonly log: Log;
};

/** Snapshots of rooms with somebody in them, every interval. */
export type Periodic = {
  start(): void;
  /** Begins nothing more and waits for the snapshot that is under way. */
  stop(): Promise<void>;
};

/** Nothing runs before start(). */
export function createPeriodic({
  rooms,
  snapshots,
  intervalMs,
  isStorageDegraded,
  log,
}: PeriodicDeps): Periodic {
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | null = null;
  let isStopped = false;

  /** One room a turn of the event loop: nobody's typing waits for the texts of all. */
  const takeAll = async () => {
    for (const { roomId, sockets } of [...rooms.all()]) {
      if (isStopped || isStorageDegraded()) return;
      if (sockets.size === 0) continue;
      try {
        await snapshots.take(roomId, 'periodic');
      } catch (error) {
        log.warn({ err: error, roomId }, 'a periodic snapshot could not be stored');
      }
      await nextMacrotask();
    }
  };
  return {
    start: () => {
      timer = setInterval(() => {
        round ??= takeAll().finally(() => {
          round = null;
        });
      }, intervalMs).unref();
    },
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await round;
    },
  };
}
