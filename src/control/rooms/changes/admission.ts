import type { Tx } from '../../../db/types.ts';
import type { RoomRole } from '../../../generated/api.ts';
import { admitToSession } from '../../sessions/index.ts';
import { note, push } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { nameOf } from '../names.ts';
import { insertMember, updateMember } from '../queries/members.ts';
import { updateRoom } from '../queries/rooms.ts';
import { resumeTimer } from '../rules/timer.ts';
import type { Member, Room } from '../tables.ts';
import { storeTimer } from './timer.ts';

/** Who comes in, and as what; `former` is the trace of an earlier stay. */
export type Arrival = {
  readonly userId: string;
  readonly role: RoomRole;
  readonly former: Member | null;
  readonly now: number;
};

/** True for who has been in the room before; a matched partner with a kept seat has not. */
export function hasBeenIn(former: Member | null): boolean {
  return former !== null && (former.isActive || former.leftAt !== null);
}

/** Makes somebody an active member, in the room and in its session. */
export function admit(deps: RoomDeps, tx: Tx, room: Room, arrival: Arrival): void {
  const { userId, role, former, now } = arrival;
  storeMember(tx, room.id, arrival);
  if (room.sessionId !== null) admitToSession(tx, room.sessionId, { userId, role, at: now });
  recordArrival(deps, tx, room, arrival);
  push(deps, tx, room.id, 'participant-joined', {
    user: { userId, ...nameOf(deps, tx, userId) },
    role,
    isHost: userId === room.hostId,
    rejoined: hasBeenIn(former),
  });
  wakeRoom(deps, tx, room, userId, now);
  tx.afterCommit(() => deps.presence.begin(room.id, userId));
}

function storeMember(tx: Tx, roomId: string, { userId, role, former, now }: Arrival): void {
  const isIn = {
    role,
    standing: 'member',
    isActive: true,
    leftAt: null,
    reservedUntil: null,
    lastJoinedAt: now,
  } as const;
  if (former === null) insertMember(tx, { roomId, userId, joinedAt: now, ...isIn });
  else updateMember(tx, roomId, userId, isIn);
}

function recordArrival(deps: RoomDeps, tx: Tx, room: Room, { userId, role, former, now }: Arrival): void {
  const at = { userId, at: now };
  note(deps, tx, room, 'participant_joined', { ...at, metadata: { role, rejoined: hasBeenIn(former) } });
  if (former === null || former.role === role) return;
  note(deps, tx, room, 'role_changed', {
    ...at,
    metadata: { targetUserId: userId, from: former.role, to: role },
  });
}

/**
 * Somebody is there again: the abandoned room lives on, and a timer that stood because nobody was there runs. A host who
 * is not back yet has the usual time from now on; while nobody was there it was nobody else's room.
 */
function wakeRoom(deps: RoomDeps, tx: Tx, room: Room, userId: string, now: number): void {
  const isHost = userId === room.hostId;
  if (isHost && room.hostAwayUntil !== null) updateRoom(tx, room.id, { hostAwayUntil: null });
  if (room.idleSince === null) return;
  const hostAwayUntil = isHost ? null : now + deps.settings['timers.seatReservationMs'];
  updateRoom(tx, room.id, { idleSince: null, hostAwayUntil });
  const timer = resumeTimer(room, now, 'nobody');
  if (timer !== null) storeTimer(deps, tx, room, timer, { by: null, now });
}
