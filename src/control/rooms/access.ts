import type { Db, Reader, Tx } from '../../db/types.ts';
import { type Synchronous, write } from '../../db/write.ts';
import type { RoomAccess, RoomRules, RoomScope } from '../../ports/room-access.ts';
import {
  RoomAccessDenied,
  RoomEditorLocked,
  RoomFinished,
  RoomInvalidState,
  RoomNotAiMode,
  RoomNotFound,
  RoomNotPeerMode,
  RoomPermissionDenied,
} from './errors.ts';
import type { Presence } from './presence.ts';
import { findMember } from './queries/members.ts';
import { findRoom } from './queries/rooms.ts';
import { hasCapability, type RightsHolder } from './rules/capabilities.ts';
import type { Member, Room } from './tables.ts';

/** Participation: a finished room has nobody active, so there everybody who was not removed passes. */
function checkPresence(room: Room, me: Member | null, rules: RoomRules): asserts me is Member {
  if (me === null || me.standing === 'banned') throw RoomAccessDenied();
  if (rules.presence === 'former' || room.status === 'finished') return;
  if (rules.presence === 'member' ? me.standing === 'member' : me.isActive) return;
  if (rules.awayHost && room.hostId === me.userId) return;
  throw RoomAccessDenied(undefined, { message: 'Join the room first' });
}

function checkRights(holder: RightsHolder, rules: RoomRules): void {
  const { capability } = rules;
  if (capability !== undefined && !hasCapability(holder, capability))
    throw RoomPermissionDenied({ capability });
  if (rules.host && !holder.isHost) {
    throw RoomPermissionDenied(undefined, { message: 'Only the host may do this' });
  }
  if (rules.roles && !rules.roles.includes(holder.role)) throw RoomPermissionDenied();
}

function checkState(room: Room, rules: RoomRules): void {
  if (rules.unfinished && room.status === 'finished') throw RoomFinished();
  if (rules.mode !== undefined && rules.mode !== room.mode) {
    throw rules.mode === 'ai' ? RoomNotAiMode() : RoomNotPeerMode();
  }
  if (rules.phases && !rules.phases.includes(room.status)) {
    throw RoomInvalidState({ currentStatus: room.status, allowed: rules.phases });
  }
  if (rules.unlocked && room.editorLocked) throw RoomEditorLocked();
}

/** A room and the caller's part in it, as read for one decision. */
export type Entered = { readonly room: Room; readonly me: Member };

/** Loads and checks in the order of the API: exists, participation, rights, finished, mode, phase, lock. */
export function enterRoom(reader: Reader, roomId: string, userId: string, rules: RoomRules): Entered {
  const room = findRoom(reader, roomId);
  if (room === null) throw RoomNotFound();
  const me = findMember(reader, roomId, userId);
  checkPresence(room, me, rules);
  checkRights(rightsOf(room, me), rules);
  checkState(room, rules);
  return { room, me };
}

/** What a member's rights follow from. */
export function rightsOf(room: Room, me: Member): RightsHolder {
  return { role: me.role, isHost: room.hostId === me.userId, mode: room.mode };
}

function scopeOf({ room, me }: Entered, rules: RoomRules): RoomScope {
  const holder = rightsOf(room, me);
  const { id, status, mode, hostId, language, problemId, sessionId, editorLocked } = room;
  return {
    room: { id, status, mode, hostId, language, problemId, sessionId, editorLocked },
    me: { userId: me.userId, role: me.role, isHost: holder.isHost, isActive: me.isActive },
    rules,
    can: (capability) => hasCapability(holder, capability),
  };
}

/** The one door to rooms. */
export function createRoomAccess(presence: Presence): RoomAccess {
  return {
    enter: (reader, roomId, userId, rules) => scopeOf(enterRoom(reader, roomId, userId, rules), rules),
    noteSignOfLife: presence.note,
  };
}

/** The same scope under other rules, for operations whose rules depend on what is asked. */
export function withRules(scope: RoomScope, rules: RoomRules): RoomScope {
  return { ...scope, rules };
}

/**
 * Writes in a room: the transaction's first statement loads the scope again and repeats its rules, so that what changed
 * since the request was admitted counts. `run` gets the fresh scope.
 */
export function writeInRoom<T>(
  deps: { readonly db: Db; readonly access: Pick<RoomAccess, 'enter'> },
  scope: RoomScope,
  run: (tx: Tx, fresh: RoomScope) => Synchronous<T>,
): Promise<T> {
  return write(deps.db, (tx) => run(tx, deps.access.enter(tx, scope.room.id, scope.me.userId, scope.rules)));
}

/** As writeInRoom, with the whole rows, for the rooms feature itself. */
export function changeRoom<T>(
  deps: { readonly db: Db },
  scope: RoomScope,
  run: (tx: Tx, entered: Entered) => Synchronous<T>,
): Promise<T> {
  return write(deps.db, (tx) => run(tx, enterRoom(tx, scope.room.id, scope.me.userId, scope.rules)));
}
