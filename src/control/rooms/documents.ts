import type { CollabConnection, CreateDocumentRequest } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import { destroyDocuments } from './chores.ts';
import type { RoomDeps } from './deps.ts';
import { CollabServiceUnavailable } from './errors.ts';
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

/**
 * Makes sure that the room's documents can be opened; harmless when they can. A room that ended while they were being
 * made must not leave them behind: its own clean-up may have come too early.
 */
export async function openDocuments(deps: RoomDeps, room: Room): Promise<void> {
  try {
    await deps.collab.plane.createDocument(documentsOf(deps, room));
  } catch (error) {
    throw CollabServiceUnavailable(undefined, { cause: error });
  }
  const present = findRoom(deps.db, room.id);
  if (present !== null && present.status !== 'finished') return;
  const task = isRoomStored(deps.db, room.id)
    ? ({ task: 'close', reason: present?.endReason ?? 'destroyed' } as const)
    : ({ task: 'purge' } as const);
  await destroyDocuments(deps, room.id, task);
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
