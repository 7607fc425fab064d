import type { Tx } from '../../../db/types.ts';
import { leaveSession } from '../../sessions/index.ts';
import { emitAfter, note, push } from '../announce.ts';
import { enqueueRemoval } from '../chores.ts';
import type { RoomDeps } from '../deps.ts';
import { listSeated, updateMember } from '../queries/members.ts';
import { updateRoom } from '../queries/rooms.ts';
import { nextHost } from '../rules/succession.ts';
import { pauseTimer } from '../rules/timer.ts';
import type { Member, Room } from '../tables.ts';
import { handOver } from './handover.ts';
import { lapseSwap } from './swap-lapse.ts';
import { storeTimer } from './timer.ts';

/** How somebody goes; `leftAt` of a drop lies in the past, when the last sign of life was seen. */
export type Departure =
  | { readonly kind: 'left' | 'account_closed' }
  | { readonly kind: 'disconnected'; readonly leftAt: number }
  | { readonly kind: 'kicked'; readonly banned: boolean; readonly by: string };

/** Takes a member out of the room: seat, session, role swap, ownership, timer, and what the others see of it. */
export function depart(
  deps: RoomDeps,
  tx: Tx,
  room: Room,
  member: Member,
  departure: Departure,
  now: number,
): void {
  const { userId } = member;
  const leftAt = departure.kind === 'disconnected' ? departure.leftAt : now;
  storeDeparture(deps, tx, member, departure, leftAt, now);
  if (room.sessionId !== null && member.isActive) leaveSession(tx, room.sessionId, userId, leftAt);
  recordDeparture(deps, tx, room, userId, departure, now);
  lapseSwap(deps, tx, room.id, userId);
  const reason = departure.kind;
  push(deps, tx, room.id, 'participant-left', { userId, reason, banned: isBan(departure) });
  if (member.isActive) settleRoom(deps, tx, room, userId, { isDrop: reason === 'disconnected', leftAt, now });
  tx.afterCommit(() => deps.presence.end(room.id, userId));
  shutOut(deps, tx, room.id, userId, departure, now);
}

function isBan(departure: Departure): boolean {
  return departure.kind === 'account_closed' || (departure.kind === 'kicked' && departure.banned);
}

function storeDeparture(
  deps: RoomDeps,
  tx: Tx,
  member: Member,
  departure: Departure,
  leftAt: number,
  now: number,
): void {
  const gone = { isActive: false, leftAt: member.isActive ? leftAt : (member.leftAt ?? leftAt) };
  const { roomId, userId } = member;
  if (departure.kind === 'disconnected') {
    const reservedUntil = leftAt + deps.settings['timers.seatReservationMs'];
    updateMember(tx, roomId, userId, { ...gone, reservedUntil });
    return;
  }
  const standing = isBan(departure) ? 'banned' : 'left';
  updateMember(tx, roomId, userId, {
    ...gone,
    standing,
    reservedUntil: null,
    isReady: false,
    removedAt: now,
  });
}

function recordDeparture(
  deps: RoomDeps,
  tx: Tx,
  room: Room,
  targetUserId: string,
  departure: Departure,
  at: number,
): void {
  if (departure.kind === 'kicked') {
    const { by, banned } = departure;
    note(deps, tx, room, 'participant_kicked', { userId: by, at, metadata: { targetUserId, banned } });
    return;
  }
  const reason = departure.kind;
  const userId = reason === 'left' ? targetUserId : null;
  note(deps, tx, room, 'participant_left', { userId, at, metadata: { targetUserId, reason } });
}

/** Ownership passes on while others are active; when nobody is, the host stays host and the timer waits. */
function settleRoom(
  deps: RoomDeps,
  tx: Tx,
  room: Room,
  userId: string,
  how: { readonly isDrop: boolean; readonly leftAt: number; readonly now: number },
): void {
  const { now } = how;
  const present = listSeated(tx, room.id, now).filter((member) => member.isActive);
  if (present.length === 0) {
    updateRoom(tx, room.id, { idleSince: now, hostAwayUntil: null });
    const timer = pauseTimer(room, 'nobody', now);
    if (timer !== null) storeTimer(deps, tx, room, timer, { by: null, now });
    return;
  }
  if (userId !== room.hostId) return;
  if (how.isDrop) {
    const hostAwayUntil = how.leftAt + deps.settings['timers.seatReservationMs'];
    updateRoom(tx, room.id, { hostAwayUntil });
    return;
  }
  const heir = nextHost(present, userId);
  if (heir !== null) handOver(deps, tx, room, heir, 'left');
}

/** Sockets go at once by the event; by a chore too, where the person must not stay. */
function shutOut(
  deps: RoomDeps,
  tx: Tx,
  roomId: string,
  userId: string,
  departure: Departure,
  removedAt: number,
): void {
  if (departure.kind === 'disconnected') return;
  if (departure.kind === 'left') {
    emitAfter(deps, tx, 'room.memberRemoved', { roomId, userId, kind: 'left', reason: 'Left' });
    return;
  }
  const removal =
    departure.kind === 'kicked'
      ? ({ kind: 'kicked', reason: 'Removed by the host' } as const)
      : ({ kind: 'disabled', reason: 'Account closed' } as const);
  emitAfter(deps, tx, 'room.memberRemoved', { roomId, userId, ...removal });
  enqueueRemoval(deps, tx, { roomId, userId, removedAt, ...removal });
}
