import type { CollabPlane } from '../../../src/ports/collab.ts';
import { CollabDocumentNotFound, CollabServiceUnavailable } from '../../../src/ports/collab-errors.ts';

/** A collab plane that notes what it is asked; `isDown` refuses everything, `isEmpty` knows no documents. */
export type TestPlane = CollabPlane & {
  /** What is drawn in every room. */
  board: Record<string, unknown>[];
  readonly calls: [name: string, ...args: unknown[]][];
  isDown: boolean;
  isEmpty: boolean;
  /** Runs while a createDocument is under way, once. */
  meanwhile: (() => Promise<void>) | null;
  /** Calls of one name so far, their arguments only. */
  callsOf(name: keyof CollabPlane): unknown[][];
};

export function createTestPlane(): TestPlane {
  const note = async (name: string, ...args: unknown[]) => {
    plane.calls.push([name, ...args]);
    if (plane.isDown) throw CollabServiceUnavailable();
    if (plane.isEmpty && name !== 'createDocument') throw CollabDocumentNotFound();
  };
  const plane: TestPlane = {
    board: [],
    calls: [],
    isDown: false,
    isEmpty: false,
    meanwhile: null,
    callsOf: (name) => plane.calls.filter(([called]) => called === name).map(([, ...args]) => args),
    async createDocument(request) {
      await note('createDocument', request);
      const { meanwhile } = plane;
      plane.meanwhile = null;
      await meanwhile?.();
      const { roomId } = request;
      const documents = [roomId, `${roomId}/board`, `${roomId}/notes`];
      return { roomId, created: true, createdAt: new Date(0).toISOString(), source: 'seed', documents };
    },
    async destroyDocument(roomId, options) {
      await note('destroyDocument', roomId, options);
      return { roomId, destroyed: true, closedConnections: 0, finalSnapshotId: null };
    },
    async kickUser(roomId, request) {
      await note('kickUser', roomId, request);
      return { kicked: true, closedConnections: 1 };
    },
    async replaceDocumentContent(roomId, content) {
      await note('replaceDocumentContent', roomId, content);
    },
    toggleEditorLock: () => Promise.reject(new Error('told by an event, not by rooms')),
    publishRoomEvent: () => Promise.reject(new Error('told by an event, not by rooms')),
    readCode: () => Promise.reject(new Error('not asked by rooms')),
    takeSnapshot: () => Promise.reject(new Error('not asked by rooms')),
    async readBoard(roomId) {
      await note('readBoard', roomId);
      return plane.board;
    },
    listChatMessages: () => Promise.reject(new Error('not asked by rooms')),
    endLogins: () => {},
    health: () => 'ok',
  };
  return plane;
}
