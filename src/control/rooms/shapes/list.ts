import type { Reader } from '../../../db/types.ts';
import type { RoomPreview, RoomSummary } from '../../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../../kernel/clock.ts';
import type { RoomDeps } from '../deps.ts';
import { callName, pickName } from '../names.ts';
import { findMember, listSeated, listSeatedOf } from '../queries/members.ts';
import { availableRoles, countSeats } from '../rules/membership.ts';
import type { Member, Room } from '../tables.ts';

type Lookups = Pick<RoomDeps, 'neighbours' | 'kernel'>;

/** Rooms of a list as one user sees them; the code is for those who are or were in. */
export function showSummaries(
  deps: Lookups,
  reader: Reader,
  rooms: readonly Room[],
  userId: string,
): RoomSummary[] {
  const { users, problems } = deps.neighbours;
  const names = users.names(reader, [...new Set(rooms.map((room) => room.hostId))]);
  const problemIds = rooms.flatMap((room) => (room.problemId === null ? [] : [room.problemId]));
  const titles = problems.titles(reader, [...new Set(problemIds)]);
  const ids = rooms.map((room) => room.id);
  const active = countActive(listSeatedOf(reader, ids, deps.kernel.clock.now()));
  return rooms.map((room) => {
    const problem = room.problemId === null ? undefined : titles.get(room.problemId);
    const me = findMember(reader, room.id, userId);
    return {
      roomId: room.id,
      roomCode: me === null ? null : room.roomCode,
      name: room.name,
      status: room.status,
      mode: room.mode,
      hostId: room.hostId,
      hostName: callName(pickName(names, room.hostId)),
      isHost: room.hostId === userId,
      myRole: me?.role ?? null,
      language: room.language,
      problemTitle: problem?.title ?? null,
      problemDifficulty: problem?.difficulty ?? null,
      participantCount: active.get(room.id) ?? 0,
      maxParticipants: room.maxParticipants,
      isPrivate: room.isPrivate,
      sessionId: room.sessionId,
      createdAt: isoTime(room.createdAt),
      endedAt: isoTimeOrNull(room.endedAt),
    };
  });
}

function countActive(seated: readonly Member[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { roomId, isActive } of seated) {
    if (isActive) counts.set(roomId, (counts.get(roomId) ?? 0) + 1);
  }
  return counts;
}

/** What a room looks like to somebody who might join it. */
export function showPreview(deps: Lookups, reader: Reader, room: Room, userId: string): RoomPreview {
  const now = deps.kernel.clock.now();
  const { users, problems } = deps.neighbours;
  const seated = listSeated(reader, room.id, now);
  const host = pickName(users.names(reader, [room.hostId]), room.hostId);
  const titles = problems.titles(reader, room.problemId === null ? [] : [room.problemId]);
  const problem = room.problemId === null ? undefined : titles.get(room.problemId);
  return {
    roomId: room.id,
    name: room.name,
    status: room.status,
    mode: room.mode,
    hostId: room.hostId,
    hostName: callName(host),
    hostAvatarUrl: host.avatarUrl,
    language: room.language,
    problemTitle: problem?.title ?? null,
    problemDifficulty: problem?.difficulty ?? null,
    participantCount: seated.filter((member) => member.isActive).length,
    maxParticipants: room.maxParticipants,
    isFull: countSeats(seated, now, userId) >= room.maxParticipants,
    isPrivate: room.isPrivate,
    availableRoles: availableRoles(room, userId, seated, now),
    isParticipant: findMember(reader, room.id, userId) !== null,
    createdAt: isoTime(room.createdAt),
  };
}
