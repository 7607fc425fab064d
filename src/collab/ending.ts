import { write } from '../db/write.ts';
import type { CollabPlane } from '../ports/collab.ts';
import { CollabDocumentNotFound, CollabServiceUnavailable } from '../ports/collab-errors.ts';
import { closeCodes } from './close-codes.ts';
import type { CommandsDeps } from './command-deps.ts';
import { type LiveRoom, nextMacrotask } from './live.ts';
import { documentKinds, documentName } from './names.ts';
import { eraseRoom, findRoom } from './store-queries.ts';

type Destroy = CollabPlane['destroyDocument'];
type Destroyed = Awaited<ReturnType<Destroy>>;

/** Ends or erases the documents of a room; call it exclusively. Rejects to be repeated, which is harmless. */
export async function destroyDocuments(
  deps: CommandsDeps,
  ...[roomId, options]: Parameters<Destroy>
): Promise<Destroyed> {
  return options.purge ? erase(deps, roomId, options.reason) : end(deps, roomId, options);
}

async function erase(deps: CommandsDeps, roomId: string, reason: string): Promise<Destroyed> {
  const { db, parts } = deps;
  const room = parts.rooms.find(roomId);
  if (room) await closeToWriters(deps, room);
  const closedConnections = room ? dismiss(deps, room, reason) : 0;
  if (room) parts.rooms.drop(room);
  for (const kind of documentKinds) parts.journal.forget(documentName(roomId, kind));
  const destroyed = await write(db, (tx) => eraseRoom(tx, roomId));
  return { roomId, destroyed, closedConnections, finalSnapshotId: null };
}

/** The order counts: nobody writes, the last text is kept, everybody is told, the states are merged. */
async function end(
  deps: CommandsDeps,
  roomId: string,
  { reason, language }: Parameters<Destroy>[1],
): Promise<Destroyed> {
  const { db, parts } = deps;
  if (!findRoom(db, roomId)) throw CollabDocumentNotFound();
  const room = parts.rooms.find(roomId);
  if (room) await closeToWriters(deps, room);
  const taken = await parts.snapshots.take(roomId, 'session_end', { phase: 'finished', language });
  const closedConnections = room ? dismiss(deps, room, reason) : 0;
  // Refused: the journal has it all, nothing that is stored is deleted here, and the next call goes on.
  if (room && !(await parts.rooms.unload(room))) {
    parts.rooms.armIdle(room);
    throw CollabServiceUnavailable();
  }
  for (const kind of documentKinds) await parts.atRest.merge(documentName(roomId, kind));
  await db.durable.settled();
  return { roomId, destroyed: true, closedConnections, finalSnapshotId: taken?.snapshotId ?? null };
}

/** Nobody writes any more, and what has arrived is handled. */
async function closeToWriters({ parts }: CommandsDeps, room: LiveRoom): Promise<void> {
  await nextMacrotask();
  parts.channel.changeRights([room], 'phase', () => {
    room.phase = 'finished';
  });
  const connections = [...room.documents.values()].flatMap(({ document }) => document.getConnections());
  await Promise.all(connections.map((connection) => connection.waitForPendingMessages()));
}

/** Tells and closes everybody; the number of sockets closed. */
function dismiss({ parts }: CommandsDeps, room: LiveRoom, reason: string): number {
  parts.channel.broadcast(room, 'room-closed', { reason });
  const closed = [...room.sockets].filter((socket) =>
    parts.sockets.end(socket, closeCodes.roomClosed, reason, { isSilent: true }),
  );
  return closed.length;
}
