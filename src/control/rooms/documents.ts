import type { CollabConnection, CreateDocumentRequest } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import { CollabServiceUnavailable } from '../../ports/collab-errors.ts';
import { destroyDocuments } from './chores.ts';
import type { RoomDeps } from './deps.ts';

import { findRoom, isRoomStored } from './queries/rooms.ts';
import type { Member, Room } from './tables.ts';

function documentsOf(deps: RoomDeps, room: Room): CreateDocumentRequest {
  const { problems } = deps.neighbours;
  return {
    roomId: room.id,
    initialContentByLanguage: room.problemId === null ? {} : problems.starterCode(deps.db, room.problemId),
    initialLanguage: room.language,
    initialPhase: room.status,
    editorLocked: room.editorLocked,
  };
}

/** Calls after which a room that changes during every one of them is left to the next caller. */
const MAX_CALLS = 3;

/**
 * Makes sure that the room's documents can be opened; harmless when they can. What changed during the call is told
 * again, since the last word on phase, lock and language counts there; and a room that ended meanwhile must not leave
 * documents behind: its own clean-up may have come too early.
 */
export async function openDocuments(deps: RoomDeps, room: Room): Promise<void> {
  // As it is now: between the caller's reading and this call a command may have gone to the plane.
  let told = findRoom(deps.db, room.id) ?? room;
  for (let calls = 0; calls < MAX_CALLS; calls++) {
    try {
      await deps.collab.plane.createDocument(documentsOf(deps, told));
    } catch (error) {
      throw CollabServiceUnavailable(undefined, { cause: error });
    }
    const present = findRoom(deps.db, room.id);
    if (present === null || present.status === 'finished') return clearAway(deps, room.id, present);
    if (isSameState(told, present)) return;
    told = present;
  }
}

function isSameState(a: Room, b: Room): boolean {
  return a.status === b.status && a.editorLocked === b.editorLocked && a.language === b.language;
}

function clearAway(deps: RoomDeps, roomId: string, ended: Room | null): Promise<void> {
  const task = isRoomStored(deps.db, roomId)
    ? ({ task: 'close', reason: ended?.endReason ?? 'destroyed' } as const)
    : ({ task: 'purge' } as const);
  return destroyDocuments(deps, roomId, task);
}

/** A fresh token for an active member, and where to bring it. */
export async function connect(
  deps: RoomDeps,
  member: Pick<Member, 'roomId' | 'userId' | 'role'>,
  sid: string,
): Promise<CollabConnection> {
  const { roomId, userId, role } = member;
  const { token, expiresAt } = await deps.collab.tokens.issue({ userId, sid, roomId, role });
  return { url: deps.collab.url(), documentName: roomId, token, expiresAt: isoTime(expiresAt) };
}

/** As connect, with the documents opened first; null while the collab plane is down. */
export async function tryConnect(
  deps: RoomDeps,
  room: Room,
  member: Pick<Member, 'roomId' | 'userId' | 'role'>,
  sid: string,
): Promise<CollabConnection | null> {
  try {
    await openDocuments(deps, room);
  } catch (error) {
    deps.kernel.log.warn({ err: error, roomId: room.id }, 'the documents of a room cannot be opened');
    return null;
  }
  return connect(deps, member, sid);
}
