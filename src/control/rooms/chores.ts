import { z } from 'zod';
import type { Tx } from '../../db/types.ts';
import type { ChoreHandler } from '../../jobs/background.ts';
import { isDomainError } from '../../kernel/errors.ts';
import { CollabDocumentNotFound } from '../../ports/collab-errors.ts';
import type { RoomDeps } from './deps.ts';

import { findMember } from './queries/members.ts';
import { findRecord, findRoom } from './queries/rooms.ts';
import { exportBoard } from './snapshots.ts';

/** Everything that is done to a room's documents is one kind, so that it is done in the order in which it was decided. */
const DOCUMENTS = 'room.documents';
const REMOVAL = 'room.removal';

const documentsTask = z.discriminatedUnion('task', [
  z.object({ task: z.literal('close'), reason: z.string() }),
  z.object({ task: z.literal('purge') }),
  z.object({ task: z.literal('replace'), problemId: z.string().nullable() }),
]);
/** close: the room has ended; purge: it was erased; replace: every text becomes the problem's starter code. */
export type DocumentsTask = z.infer<typeof documentsTask>;

const removal = z.object({
  userId: z.string(),
  kind: z.enum(['kicked', 'disabled']),
  reason: z.string(),
  removedAt: z.number(),
});
export type Removal = z.infer<typeof removal> & { readonly roomId: string };

type Queue = Pick<RoomDeps, 'kernel' | 'neighbours'>;

export function enqueueDocuments(deps: Queue, tx: Tx, roomId: string, task: DocumentsTask): void {
  const jobId = deps.kernel.ids.next();
  deps.neighbours.enqueue(tx, { jobId, kind: DOCUMENTS, lane: null, userId: null, roomId, payload: task });
}

export function enqueueRemoval(deps: Queue, tx: Tx, { roomId, ...payload }: Removal): void {
  const jobId = deps.kernel.ids.next();
  deps.neighbours.enqueue(tx, { jobId, kind: REMOVAL, lane: null, userId: payload.userId, roomId, payload });
}

/** What is not there any more needs nothing done to it. */
async function unlessGone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isDomainError(error, CollabDocumentNotFound)) throw error;
  }
}

/** Ends or erases the documents of a room; repeated calls are harmless. */
export function destroyDocuments(
  deps: Pick<RoomDeps, 'collab' | 'db'>,
  roomId: string,
  task: Exclude<DocumentsTask, { task: 'replace' }>,
): Promise<void> {
  const options =
    task.task === 'purge'
      ? { purge: true, reason: 'destroyed' }
      : { purge: false, reason: task.reason, language: findRecord(deps.db, roomId)?.language };
  return unlessGone(deps.collab.plane.destroyDocument(roomId, options));
}

async function replaceContent(deps: RoomDeps, roomId: string, problemId: string | null): Promise<void> {
  const room = findRoom(deps.db, roomId);
  if (room === null || room.status === 'finished') return;
  const { starterCode } = deps.neighbours.problems;
  const content = problemId === null ? {} : starterCode(deps.db, problemId);
  await unlessGone(deps.collab.plane.replaceDocumentContent(roomId, content));
}

async function removeUser(deps: RoomDeps, roomId: string, payload: z.infer<typeof removal>): Promise<void> {
  const { userId, kind, reason, removedAt } = payload;
  const member = findMember(deps.db, roomId, userId);
  // Put out only, and back again meanwhile: the new socket must stay.
  if (member !== null && member.standing === 'member' && member.lastJoinedAt >= removedAt) return;
  await unlessGone(deps.collab.plane.kickUser(roomId, { userId, kind, reason }));
}

/** What rooms leave to be done after a commit, until it is done. */
export function createRoomChores(deps: RoomDeps): Readonly<Record<string, ChoreHandler>> {
  const roomOf = (roomId: string | null) => {
    if (roomId === null) throw new TypeError('A chore of a room without a room');
    return roomId;
  };
  return {
    [DOCUMENTS]: async ({ roomId, payload }) => {
      const task = documentsTask.parse(payload);
      if (task.task === 'replace') await replaceContent(deps, roomOf(roomId), task.problemId);
      else await destroyDocuments(deps, roomOf(roomId), task);
      if (task.task === 'close') await unlessGone(exportBoard(deps, roomOf(roomId)));
    },
    [REMOVAL]: ({ roomId, payload }) => removeUser(deps, roomOf(roomId), removal.parse(payload)),
  };
}
