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

/** Coding phases at their limit, lapsed role swaps, hosts who stayed away. Each change judges anew what was found. */
export async function sweepPhases(deps: RoomDeps): Promise<void> {
  const now = deps.kernel.clock.now();
  for (const roomId of due.listAtTimeLimit(deps.db, now)) await endCoding(deps, roomId);
  for (const { roomId } of listLapsedSwaps(deps.db, now)) await endSwap(deps, roomId);
  for (const roomId of due.listWithLostHost(deps.db, now)) await replaceHost(deps, roomId);
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
  for (const { roomId, userId } of listActiveEverywhere(deps.db)) {
    const seen = presence.lastSeen(roomId, userId);
    if (seen === null) presence.begin(roomId, userId);
    else if (seen <= silentSince) await dropMember(deps, roomId, userId, seen);
  }
}

/** Abandoned rooms and those at the end of their life are finished; those near it are warned. */
export async function sweepRooms(deps: RoomDeps): Promise<void> {
  const { settings } = deps;
  const now = deps.kernel.clock.now();
  const abandonedSince = now - settings['timers.roomAbandonedMs'];
  const expiredSince = now - settings['timers.roomLifetimeMs'];
  const warnSince = expiredSince + settings['timers.roomClosingWarningMs'];
  for (const roomId of due.listIdleSince(deps.db, abandonedSince)) {
    await finish(
      deps,
      roomId,
      'abandoned',
      ({ idleSince }) => idleSince !== null && idleSince <= abandonedSince,
    );
  }
  for (const roomId of due.listOlderThan(deps.db, expiredSince)) {
    await finish(deps, roomId, 'expired', () => true);
  }
  for (const roomId of due.listToWarn(deps.db, warnSince)) await warn(deps, roomId);
}

function finish(
  deps: RoomDeps,
  roomId: string,
  reason: 'abandoned' | 'expired',
  isDue: (room: { readonly idleSince: number | null }) => boolean,
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
