import { write } from '../../db/write.ts';
import type { RoomDeps } from './deps.ts';
import { findNextLimit, storeTick } from './queries/sweeps.ts';
import { recoverRooms } from './recovery.ts';
import { sweepPhases, sweepPresence, sweepRooms, sweepTick } from './sweeps.ts';

/** What moves rooms without anybody asking. */
export type RoomSweeps = {
  /** Makes up for the time the server was down, then begins. */
  start(): Promise<void>;
  /** Ends, waits for what is under way, and writes down until when the server ran. */
  stop(): Promise<void>;
  /** Every sweep once, at once. */
  runOnce(): Promise<void>;
};

/** Never busier than this, even when a limit that has passed cannot be stored. */
const SHORTEST_WAIT_MS = 50;

/** A loop that waits `waitMs()` between the end of one turn and the next; failures are logged and go on. */
function createLoop(
  name: string,
  waitMs: () => number,
  turn: () => Promise<void>,
  log: RoomDeps['kernel']['log'],
) {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let isStopped = false;
  const run = async () => {
    try {
      await turn();
    } catch (error) {
      log.error({ err: error, sweep: name }, 'a sweep over the rooms failed');
    }
    schedule();
  };
  const schedule = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = run();
    }, waitMs()).unref();
  };
  schedule();
  return async () => {
    isStopped = true;
    clearTimeout(timer);
    await running;
  };
}

/** All sweeps with their intervals; the search for coding limits also wakes exactly when the next one is reached. */
export function createRoomSweeps(deps: RoomDeps): RoomSweeps {
  const { settings, kernel } = deps;
  let stops: (() => Promise<void>)[] = [];
  const untilLimit = () => {
    const limit = findNextLimit(deps.db);
    const latest = settings['timers.phaseCheckMs'];
    if (limit === null) return latest;
    return Math.min(latest, Math.max(SHORTEST_WAIT_MS, limit - kernel.clock.now()));
  };
  const loop = (name: string, waitMs: () => number, sweep: (deps: RoomDeps) => Promise<void>) =>
    createLoop(name, waitMs, () => sweep(deps), kernel.log);
  return {
    async start() {
      await recoverRooms(deps);
      stops = [
        loop('phases', untilLimit, sweepPhases),
        loop('tick', () => settings['timers.codingTickMs'], sweepTick),
        loop('presence', () => settings['timers.presenceSweepMs'], sweepPresence),
        loop('rooms', () => settings['timers.roomSweepMs'], sweepRooms),
      ];
    },
    async stop() {
      await Promise.all(stops.map((stop) => stop()));
      await write(deps.db, (tx) => storeTick(tx, kernel.clock.now()));
    },
    async runOnce() {
      for (const sweep of [sweepPhases, sweepTick, sweepPresence, sweepRooms]) await sweep(deps);
    },
  };
}
