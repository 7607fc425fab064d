import { write } from '../../db/write.ts';
import { isoTime } from '../../kernel/clock.ts';
import { dropMember } from './actions/drop.ts';
import { push } from './announce.ts';
import { endRoom } from './changes/ending.ts';
import { handOver } from './changes/handover.ts';
import { changePhase } from './changes/phase.ts';
import { lapseSwap } from './changes/swap-lapse.ts';
import type { RoomDeps } from './deps.ts';
import { listActiveEverywhere, listSeated } from './queries/members.ts';
import { findRoom, updateRoom } from './queries/rooms.ts';
import { findPendingSwap, listLapsedSwaps } from './queries/swaps.ts';
import * as due from './queries/sweeps.ts';
import { nextHost } from './rules/succession.ts';
import { isOpen } from './rules/swaps.ts';
import { limitReachedAt } from './rules/timer.ts';
import type { Room } from './tables.ts';

/** Coding phases at their limit, lapsed role swaps, hosts who stayed away. Each change judges anew what was found. */
export async function sweepPhases(deps: RoomDeps): Promise<void> {
  const now = deps.kernel.clock.now();
  await each(deps, due.listAtTimeLimit(deps.db, now), (roomId) => endCoding(deps, roomId));
  await each(deps, listLapsedSwaps(deps.db, now), ({ roomId }) => endSwap(deps, roomId));
  await each(deps, due.listWithLostHost(deps.db, now), (roomId) => replaceHost(deps, roomId));
}

/** One after the other, each in a transaction of its own; one that fails is logged and holds up nobody else. */
async function each<Item>(
  deps: RoomDeps,
  items: readonly Item[],
  work: (item: Item) => Promise<void>,
): Promise<void> {
  for (const item of items) {
    try {
      await work(item);
    } catch (error) {
      deps.kernel.log.error({ err: error, item }, 'a sweep over the rooms failed for one of them');
    }
  }
}

function endCoding(deps: RoomDeps, roomId: string): Promise<void> {
  return write(deps.db, (tx) => {
    const now = deps.kernel.clock.now();
    const room = findRoom(tx, roomId);
    const limit = room === null ? null : limitReachedAt(room);
    if (room === null || limit === null || limit > now) return;
    changePhase(deps, tx, room, { target: 'wrapup', changedBy: null, now });
  });
}

function endSwap(deps: RoomDeps, roomId: string): Promise<void> {
  return write(deps.db, (tx) => {
    const swap = findPendingSwap(tx, roomId);
    if (swap !== null && !isOpen(swap, deps.kernel.clock.now())) lapseSwap(deps, tx, roomId);
  });
}

function replaceHost(deps: RoomDeps, roomId: string): Promise<void> {
  return write(deps.db, (tx) => {
    const now = deps.kernel.clock.now();
    const room = findRoom(tx, roomId);
    if (room?.hostAwayUntil == null || room.hostAwayUntil > now || room.idleSince !== null) return;
    const heir = nextHost(listSeated(tx, roomId, now), room.hostId);
    if (heir !== null) handOver(deps, tx, room, heir, 'dropped');
  });
}

/** Writes down that the server runs, while there is something for which that matters. */
export async function sweepTick(deps: RoomDeps): Promise<void> {
  if (!due.isAnyRoomUnfinished(deps.db)) return;
  await write(deps.db, (tx) => due.storeTick(tx, deps.kernel.clock.now()));
}

/** Members without a sign of life are taken for away since the last one. */
export async function sweepPresence(deps: RoomDeps): Promise<void> {
  const { presence, settings, kernel } = deps;
  const silentSince = kernel.clock.now() - settings['timers.presenceMs'];
  await each(deps, listActiveEverywhere(deps.db), async ({ roomId, userId }) => {
    const seen = presence.lastSeen(roomId, userId);
    if (seen === null) presence.begin(roomId, userId);
    else if (seen <= silentSince) await dropMember(deps, roomId, userId, seen);
  });
}

/** Abandoned rooms and those at the end of their life are finished; those near it are warned. */
export async function sweepRooms(deps: RoomDeps): Promise<void> {
  const { settings } = deps;
  const now = deps.kernel.clock.now();
  const abandonedSince = now - settings['timers.roomAbandonedMs'];
  const expiredSince = now - settings['timers.roomLifetimeMs'];
  const warnSince = expiredSince + settings['timers.roomClosingWarningMs'];
  const isAbandoned = ({ idleSince }: Pick<Room, 'idleSince'>) =>
    idleSince !== null && idleSince <= abandonedSince;
  await each(deps, due.listIdleSince(deps.db, abandonedSince), (roomId) =>
    finish(deps, roomId, 'abandoned', isAbandoned),
  );
  await each(deps, due.listOlderThan(deps.db, expiredSince), (roomId) =>
    finish(deps, roomId, 'expired', () => true),
  );
  await each(deps, due.listToWarn(deps.db, warnSince), (roomId) => warn(deps, roomId));
}

function finish(
  deps: RoomDeps,
  roomId: string,
  reason: 'abandoned' | 'expired',
  isDue: (room: Room) => boolean,
): Promise<void> {
  return write(deps.db, (tx) => {
    const room = findRoom(tx, roomId);
    if (room === null || room.status === 'finished' || !isDue(room)) return;
    endRoom(deps, tx, room, { reason, changedBy: null, now: deps.kernel.clock.now() });
  });
}

function warn(deps: RoomDeps, roomId: string): Promise<void> {
  return write(deps.db, (tx) => {
    const room = findRoom(tx, roomId);
    if (room === null || room.status === 'finished' || room.closingWarned) return;
    updateRoom(tx, roomId, { closingWarned: true });
    const at = isoTime(room.createdAt + deps.settings['timers.roomLifetimeMs']);
    push(deps, tx, roomId, 'room-closing', { reason: 'expired', at });
  });
}
