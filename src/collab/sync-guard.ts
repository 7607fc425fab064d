import { applyUpdate, decodeUpdate, snapshot, snapshotContainsUpdate } from 'yjs';
import type { Log } from '../kernel/log.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import type { Documents } from './documents.ts';
import type { Journal } from './journal.ts';
import type { CollabSocket, LiveDocument, RoomConnection } from './live.ts';
import type { DocumentKind } from './names.ts';
import { mayEver, mayWrite, type RoomFlags } from './rights.ts';

export type RejectReason = 'locked' | 'read-only' | 'too-large' | 'stale';

/** Message types within a sync message. */
const SYNC_STEP_1 = 0;
const SYNC_STEP_2 = 1;
/** Length of an update that says nothing. */
const EMPTY_BYTES = 2;

export type SyncGuardDeps = {
  readonly documents: Documents;
  readonly journal: Journal;
  readonly maxStateBytes: Readonly<Record<DocumentKind, number>>;
  readonly flagsOf: (live: LiveDocument) => RoomFlags;
  readonly sink: SyncSink;
  readonly log: Log;
};

/** What a refusal sets in motion. */
export type SyncSink = {
  /** Tells the client on the code document's channel. */
  reject(socket: CollabSocket, kind: DocumentKind, reason: RejectReason): void;
  end(socket: CollabSocket, code: CloseCode, reason: string): void;
  /**
   * An update broke the document half-way: it goes back to what the store has; `withoutPending` leaves out updates that
   * wait for others, since one of them may be what breaks it.
   */
  throwAway(live: LiveDocument, withoutPending: boolean): void;
};

/**
 * Judges a sync message before the library handles it: an update that is let through is applied and appended to the
 * journal in this one synchronous block, and the library's own applying finds nothing left to do. `readOnly` is set to
 * what the library shall do with it. Never throws.
 */
export type SyncGuard = (
  connection: RoomConnection,
  live: LiveDocument | undefined,
  message: { type: number; payload: Uint8Array },
) => void;

/** The guard in front of all documents. */
export function createSyncGuard(deps: SyncGuardDeps): SyncGuard {
  const { sink, log } = deps;
  return (connection, live, { type, payload }) => {
    if (type === SYNC_STEP_1) return;
    // The library then answers "not applied", which goes nowhere once the socket has ended.
    connection.readOnly = true;
    const { socket } = connection.context;
    if (!live || socket.isEnded || !deps.documents.isLive(live)) return;
    try {
      connection.readOnly = !judge(deps, {
        connection,
        socket,
        live,
        payload,
        isStep2: type === SYNC_STEP_2,
      });
    } catch (error) {
      log.error({ err: error, document: live.name }, 'an update could not be judged');
      sink.end(socket, closeCodes.tryLater, 'storage');
    }
  };
}

type Incoming = {
  readonly connection: RoomConnection;
  readonly socket: CollabSocket;
  readonly live: LiveDocument;
  readonly payload: Uint8Array;
  readonly isStep2: boolean;
};

/** Whether the library may go on as with somebody who may write. */
function judge(deps: SyncGuardDeps, incoming: Incoming): boolean {
  const { socket, live, payload, isStep2 } = incoming;
  const { admitted, claims } = socket;
  if (!admitted || !claims) return false;
  if (!decodes(payload)) {
    deps.sink.end(socket, closeCodes.protocolReset, 'invalid update');
    return false;
  }
  const flags = deps.flagsOf(live);
  const mayWriteNow = mayWrite(live.kind, admitted.member.capabilities, flags);
  const mark = `${live.name} ${claims.userId}`;
  const isDirty = live.room.dirty.has(mark);
  // News cost a look at the whole document: in a handshake they always decide, in an update only for a dirty copy.
  if ((isStep2 || isDirty) && !hasNews(live, payload)) {
    if (isStep2 && isDirty) {
      live.room.dirty.delete(mark);
      deps.journal.mark(live.name, claims.userId, false);
    }
    return mayWriteNow;
  }
  if (payload.byteLength <= EMPTY_BYTES) return mayWriteNow;
  // The disk is at fault, not the client: it keeps the edit and sends it again.
  if (flags.isStorageDegraded) {
    deps.sink.end(socket, closeCodes.tryLater, 'storage');
    return false;
  }
  if (!mayWriteNow || isDirty) return refuse(deps, incoming, isDirty && mayWriteNow);
  if (live.storedBytes + live.sinceBytes + payload.byteLength > deps.maxStateBytes[live.kind]) {
    deps.sink.reject(socket, live.kind, 'too-large');
    deps.sink.end(socket, closeCodes.documentTooLarge, `too-large:${live.kind}`);
    return false;
  }
  return accept(deps, incoming);
}

function accept(deps: SyncGuardDeps, { connection, socket, live, payload }: Incoming): boolean {
  const { store } = live.document;
  const hasPending = store.pendingStructs !== null || store.pendingDs !== null;
  try {
    applyUpdate(live.document, payload, { source: 'connection', connection });
  } catch (error) {
    // Well-formed, yet impossible: the document may hold half of it.
    deps.log.warn(
      { err: error, document: live.name, userId: socket.claims?.userId },
      'an update broke its document, which is loaded anew',
    );
    deps.sink.end(socket, closeCodes.protocolReset, 'invalid update');
    deps.sink.throwAway(live, hasPending);
    return false;
  }
  // Raw, not what Yjs emits: an update that waits for a missing one emits nothing, and is acknowledged all the same.
  deps.documents.append(live, payload);
  return true;
}

/** Marks the copy, since Yjs keeps refused edits in it and would bring them again at the next occasion. */
function refuse(deps: SyncGuardDeps, { socket, live }: Incoming, isStale: boolean): false {
  const { admitted, claims } = socket;
  if (!admitted || !claims) return false;
  const mark = `${live.name} ${claims.userId}`;
  if (!live.room.dirty.has(mark)) {
    live.room.dirty.add(mark);
    deps.journal.mark(live.name, claims.userId, true);
  }
  const mayOtherwise = mayEver(live.kind, admitted.member.capabilities, live.room.phase);
  deps.sink.reject(socket, live.kind, isStale ? 'stale' : mayOtherwise ? 'locked' : 'read-only');
  deps.sink.end(socket, closeCodes.staleDocument, `stale:${live.kind}`);
  return false;
}

/** Cheap, and it keeps lengths that would make Yjs allocate before it looks at the bytes. */
function decodes(update: Uint8Array): boolean {
  try {
    decodeUpdate(update);
    return true;
  } catch {
    return false;
  }
}

function hasNews({ document }: LiveDocument, update: Uint8Array): boolean {
  return update.byteLength > EMPTY_BYTES && !snapshotContainsUpdate(snapshot(document), update);
}
