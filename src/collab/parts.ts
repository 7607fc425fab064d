import type { Hocuspocus } from '@hocuspocus/server';
import type { Config } from '../config/schema.ts';
import type { Db } from '../db/types.ts';
import { type Clock, isoTime } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabCallbacks, CollabTokens } from '../ports/collab.ts';
import { type Admission, createAdmission } from './admission.ts';
import { type AtRest, createAtRest } from './at-rest.ts';
import { type Attendance, createAttendance } from './attendance.ts';
import { type Changes, createChanges } from './changes.ts';
import { type Channel, createChannel } from './channel.ts';
import { type Chat, createChat } from './chat.ts';
import { createClientMessages } from './client-messages.ts';
import { closeCodes } from './close-codes.ts';
import type { SizeLimits } from './content.ts';
import { type ContentLimits, MAX_RECORD_BYTES, watchContent } from './content-limits.ts';
import { createDocuments, type Documents } from './documents.ts';
import { createHocuspocus } from './hooks.ts';
import { createJournal, type Journal } from './journal.ts';
import { type CollabSocket, connectionsOf, type LiveDocument, type SocketContext } from './live.ts';
import { createOutbox, type Outbox } from './outbox.ts';
import { createPeriodic, type Periodic } from './periodic.ts';
import { createRooms, type Rooms } from './rooms.ts';
import { createSnapshots, type Snapshots } from './snapshots.ts';
import { createSockets, type Sockets } from './sockets.ts';
import { createStorageWatch, type StorageWatch } from './storage-watch.ts';
import { createSyncGuard, type RejectReason, type SyncGuard } from './sync-guard.ts';

export type CollabDeps = {
  readonly config: Config;
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly control: { readonly callbacks: CollabCallbacks; readonly tokens: CollabTokens };
};

/** What the plane consists of. */
export type Parts = {
  readonly state: { isDraining: boolean; isStorageDegraded: boolean };
  readonly storage: StorageWatch;
  readonly journal: Journal;
  readonly atRest: AtRest;
  readonly documents: Documents;
  readonly rooms: Rooms;
  readonly changes: Changes;
  readonly outbox: Outbox;
  readonly snapshots: Snapshots;
  readonly periodic: Periodic;
  readonly sockets: Sockets;
  readonly channel: Channel;
  readonly admission: Admission;
  readonly chat: Chat;
  readonly attendance: Attendance;
  readonly hocuspocus: Hocuspocus<SocketContext>;
};

/** Builds the parts. They know each other in circles, so what they call of others they look up when they call it. */
export function createParts(deps: CollabDeps): Parts {
  const parts = { state: { isDraining: false, isStorageDegraded: false } } as Parts;
  Object.assign(parts, createStoreParts(deps, parts));
  Object.assign(parts, createDocumentParts(deps, parts));
  Object.assign(parts, createSnapshotParts(deps, parts));
  Object.assign(parts, createPeopleParts(deps, parts));
  return parts;
}

/** Limits of what documents may hold. */
export function sizeLimits(config: Config): SizeLimits {
  return {
    textLength: config['limits.codeTextBytes'],
    stateBytes: {
      code: config['limits.codeStateBytes'],
      board: config['limits.boardStateBytes'],
      notes: config['limits.notesStateBytes'],
    },
  };
}

function createStoreParts(
  { db, clock, log }: CollabDeps,
  parts: Parts,
): Pick<Parts, 'storage' | 'journal' | 'atRest'> {
  const storage = createStorageWatch({
    db,
    clock,
    log,
    onDegraded: (sinceMs) => setStorage(parts, true, 'storage-degraded', { since: isoTime(sinceMs) }),
    onRestored: () => setStorage(parts, false, 'storage-restored', {}),
  });
  const journal = createJournal({
    db,
    clock,
    log,
    onRefused: (names) => {
      storage.noteRefused();
      for (const live of parts.rooms.documentsNamed(names)) throwAway(parts, live);
    },
    onCommitted: () => storage.noteCommitted(),
  });
  return { storage, journal, atRest: createAtRest({ db, journal, clock, log }) };
}

function createSnapshotParts(
  { config, db, clock, ids, log, control }: CollabDeps,
  parts: Parts,
): Pick<Parts, 'changes' | 'outbox' | 'snapshots' | 'periodic'> {
  const snapshotReady: CollabCallbacks['snapshotReady'] = (ready) => control.callbacks.snapshotReady(ready);
  const outbox = createOutbox({ db, clock, log, snapshotReady });
  const maxLength = config['limits.codeTextBytes'];
  const snapshots = createSnapshots({ db, clock, ids, log, parts: { ...parts, outbox }, maxLength });
  const periodic = createPeriodic({
    rooms: parts.rooms,
    snapshots,
    intervalMs: config['timers.snapshotMs'],
    isStorageDegraded: () => parts.state.isStorageDegraded,
    log,
  });
  return { changes: createChanges(), outbox, snapshots, periodic };
}

function createDocumentParts(
  { config, db, clock, log }: CollabDeps,
  parts: Parts,
): Pick<Parts, 'hocuspocus' | 'documents' | 'rooms'> {
  const hookParts = lazily(() => ({
    ...parts,
    guard: createGuard(config, log, parts),
    clientMessages: createClientMessages({ ...parts, clock, config }),
  }));
  const hocuspocus = createHocuspocus(config, log, hookParts);
  const onOpened = (live: LiveDocument) => {
    const onTaken = (socket: CollabSocket) => reject(parts, socket, live.kind, 'too-large');
    watchContent(live, contentLimits(config), { log, onTaken });
  };
  const documents = createDocuments({ db, store: parts, hocuspocus: () => hocuspocus, clock, log, onOpened });
  const rooms = createRooms({
    db,
    documents,
    unloadMs: config['timers.documentUnloadMs'],
    mayUnload: () => !parts.state.isStorageDegraded,
  });
  return { hocuspocus, documents, rooms };
}

function createGuard(config: Config, log: Log, parts: Parts): SyncGuard {
  const { documents, journal, sockets, channel } = parts;
  return createSyncGuard({
    documents,
    journal,
    maxStateBytes: sizeLimits(config).stateBytes,
    flagsOf: (live) => channel.flagsOf(live.room),
    sink: {
      reject: (socket, kind, reason) => reject(parts, socket, kind, reason),
      end: sockets.end,
      throwAway: (live, withoutPending) => {
        if (withoutPending) documents.dropPending(live.name);
        throwAway(parts, live);
      },
    },
    log,
  });
}

function createPeopleParts(
  { config, db, clock, ids, log, control }: CollabDeps,
  parts: Parts,
): Pick<Parts, 'sockets' | 'channel' | 'admission' | 'chat' | 'attendance'> {
  const { documents, rooms } = parts;
  const onEnded = (socket: CollabSocket, code: number, isSilent: boolean) => {
    const room = socket.admitted?.room;
    room?.sockets.delete(socket);
    if (room?.sockets.size === 0) rooms.armIdle(room);
    if (!isSilent) attendance.noteEnded(socket, code);
  };
  const sockets = createSockets({ config, durable: db.durable, documents, clock, log, onEnded });
  const channel = createChannel({ clock, isStorageDegraded: () => parts.state.isStorageDegraded });
  const limits = {
    socketsPerUser: config['limits.socketsPerUser'],
    socketsPerRoom: config['limits.socketsPerRoom'],
  };
  const admission = createAdmission({ ...control, rooms, sockets, limits, log });
  const chat = createChat({ db, clock, ids, kept: config['limits.chatMessagesKept'] });
  const { callbacks } = control;
  const attendance = createAttendance({
    config,
    clock,
    log,
    callbacks,
    parts: { admission, sockets, rooms, channel },
  });
  return { sockets, channel, admission, chat, attendance };
}

function contentLimits(config: Config): ContentLimits {
  return {
    textLength: config['limits.codeTextBytes'],
    records: config['limits.whiteboardRecords'],
    comments: config['limits.inlineComments'],
    recordBytes: MAX_RECORD_BYTES,
  };
}

function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** Memory is ahead of the file: the document goes with everybody who has it, and is loaded anew when they come back. */
function throwAway({ documents, sockets }: Parts, live: LiveDocument): void {
  for (const socket of [...live.room.sockets])
    if (connectionsOf(socket).some((connection) => connection.document === live.document))
      sockets.end(socket, closeCodes.tryLater, 'storage', { drop: true });
  documents.detach(live);
}

function reject(
  { channel }: Parts,
  socket: CollabSocket,
  kind: LiveDocument['kind'],
  reason: RejectReason,
): void {
  channel.send(socket, 'write-rejected', { document: kind, reason });
}

function setStorage(
  { state, rooms, channel }: Parts,
  isDegraded: boolean,
  type: string,
  data: Record<string, unknown>,
): void {
  channel.changeRights(rooms.all(), 'storage', () => {
    state.isStorageDegraded = isDegraded;
  });
  for (const room of rooms.all()) channel.broadcast(room, type, data);
}
