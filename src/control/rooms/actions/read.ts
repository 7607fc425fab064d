import type { ActiveRoom, Operations, RoomDetail, RoomPreview } from '../../../generated/api.ts';
import { isoTime } from '../../../kernel/clock.ts';
import { mapPage, readPage } from '../../../kernel/paging.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { enterRoom } from '../access.ts';
import type { RoomDeps } from '../deps.ts';
import { tryConnect } from '../documents.ts';
import { RoomNotFound, RoomParticipantRemoved } from '../errors.ts';
import { listRooms } from '../queries/lists.ts';
import { findMember, listMembers, listUnfinishedOf } from '../queries/members.ts';
import { findRoom, findRoomByCode } from '../queries/rooms.ts';
import { normaliseCode } from '../rules/membership.ts';
import { showPreview, showSummaries } from '../shapes/list.ts';
import { showParticipants } from '../shapes/participant.ts';
import { showRoom } from '../shapes/room.ts';

/** The whole state as the caller sees it now, with a fresh token for who is active in an unfinished room. */
export async function readDetail(deps: RoomDeps, scope: RoomScope, sid: string): Promise<RoomDetail> {
  const enter = () => enterRoom(deps.db, scope.room.id, scope.me.userId, { presence: 'former' });
  const before = enter();
  const collab =
    before.me.isActive && before.room.status !== 'finished'
      ? await tryConnect(deps, before.room, before.me, sid)
      : null;
  const { room, me } = enter();
  return { ...showRoom(deps, deps.db, room, me), collab: me.isActive ? collab : null };
}

/** One page of the caller's rooms, or of those open to the caller. */
export function pageRooms(deps: RoomDeps, userId: string, query: Operations['listRooms']['query']) {
  const now = deps.kernel.clock.now();
  const { scope, status, mode, language, sortBy } = query;
  const filter = { userId, scope, status, mode, language, sortBy };
  const page = readPage(
    query,
    ['rooms', filter],
    (request) => listRooms(deps.db, filter, request, now),
    (room) => ({ value: room.sortValue, id: room.id }),
  );
  return { data: showSummaries(deps, deps.db, page.data, userId), pagination: page.pagination };
}

/** One page of a room's participants; of the removed ones only the host sees anything. */
export function pageParticipants(
  deps: RoomDeps,
  scope: RoomScope,
  query: Operations['listParticipants']['query'],
) {
  const { active, removed } = query;
  const roomId = scope.room.id;
  const isHidden = removed && !scope.me.isHost;
  const page = readPage(
    query,
    ['participants', roomId, active ?? null, removed],
    (request) => (isHidden ? [] : listMembers(deps.db, roomId, { active, removed }, request)),
    (member) => ({ value: member.joinedAt, id: member.userId }),
  );
  const shown = showParticipants(deps, deps.db, scope.room.hostId, page.data);
  return mapPage({ ...page, data: shown }, (participant) => participant);
}

/** What is behind an invite code; unknown, replaced and dead ones are alike. */
export function previewRoom(deps: RoomDeps, roomCode: string, userId: string): RoomPreview {
  const room = findRoomByCode(deps.db, normaliseCode(roomCode));
  if (room === null) throw RoomNotFound();
  if (findMember(deps.db, room.id, userId)?.standing === 'banned') throw RoomParticipantRemoved();
  return showPreview(deps, deps.db, room, userId);
}

/** The unfinished room that the caller is a member of; with several, the last joined. */
export function readActiveRoom(deps: RoomDeps, userId: string): ActiveRoom {
  const [me] = listUnfinishedOf(deps.db, userId, true);
  const room = me === undefined ? null : findRoom(deps.db, me.roomId);
  if (me === undefined || room === null) return { room: null, role: null, isHost: false, joinedAt: null };
  const [summary = null] = showSummaries(deps, deps.db, [room], userId);
  return {
    room: summary,
    role: me.role,
    isHost: room.hostId === userId,
    joinedAt: isoTime(me.joinedAt),
  };
}
