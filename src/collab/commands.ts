import type { Db } from '../db/types.ts';
import { write } from '../db/write.ts';
import type {
  CreateDocumentRequest,
  KickUserRequest,
  KickUserResponse,
  SupportedLanguage,
} from '../generated/api.ts';
import { type Clock, isoTime, isoTimeOrNull } from '../kernel/clock.ts';
import type { CollabPlane } from '../ports/collab.ts';
import { CollabDocumentNotFound, CollabServiceUnavailable } from '../ports/collab-errors.ts';
import type { Admission } from './admission.ts';
import type { Channel } from './channel.ts';
import type { Chat } from './chat.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import {
  type ContentByLanguage,
  checkTexts,
  firstContent,
  readText,
  replaceTexts,
  type SizeLimits,
} from './content.ts';
import { codeText } from './content-limits.ts';
import type { Documents } from './documents.ts';
import { CollabDocumentTooLarge } from './errors.ts';
import type { Journal } from './journal.ts';
import { type LiveRoom, nextMacrotask, type RoomFacts } from './live.ts';
import { documentKinds, documentName } from './names.ts';
import type { Rooms } from './rooms.ts';
import type { Sockets } from './sockets.ts';
import { eraseRoom, findDocument, findRoom, insertRoom } from './store-queries.ts';

export type CommandsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly limits: SizeLimits;
  readonly parts: {
    readonly rooms: Rooms;
    readonly sockets: Sockets;
    readonly documents: Documents;
    readonly journal: Journal;
    readonly channel: Channel;
    readonly admission: Admission;
    readonly chat: Chat;
  };
  readonly isDraining: () => boolean;
};

/** The commands of the control plane but publishing; see CollabPlane. */
export type Commands = Omit<CollabPlane, 'publishRoomEvent' | 'health'>;

const KICK_CODES = {
  kicked: closeCodes.kicked,
  left: closeCodes.left,
  disabled: closeCodes.forbidden,
} as const satisfies Record<string, CloseCode>;

/** Commands that act on rooms, live or stored. */
export function createCommands(deps: CommandsDeps): Commands {
  const { db, parts } = deps;
  const getRoom = (roomId: string) => findRoom(db, roomId) ?? notFound();
  return {
    ...lifeCommands(deps),
    kickUser: async (roomId, request) => kick(deps, roomId, request),
    toggleEditorLock: async (roomId, request) => {
      parts.admission.noteChange(roomId);
      getRoom(roomId);
      // A macrotask of its own: no update is half-way through then.
      await nextMacrotask();
      return lock(deps, roomId, request);
    },
    readCode: async (roomId, language) => {
      const live = parts.rooms.find(roomId)?.documents.get('code');
      if (live) return codeText(live.document, language).toString();
      return readStoredCode(deps, roomId, language);
    },
    listChatMessages: async (roomId, query) => {
      getRoom(roomId);
      return parts.chat.list(roomId, query);
    },
    endLogins: (userId, sids, code) => {
      const isMeant = (sid: string | undefined) =>
        sids === 'all' || (sid !== undefined && sids.includes(sid));
      for (const socket of [...parts.sockets.all()])
        if (socket.claims?.userId === userId && isMeant(socket.claims.sid)) {
          parts.admission.noteChange(socket.claims.roomId, userId);
          // A closed account has left its rooms; whoever only signed out has dropped out of them.
          parts.sockets.end(socket, code, 'login ended', { isSilent: code === closeCodes.forbidden });
        }
    },
  };
}

function kick(
  { db, parts }: CommandsDeps,
  roomId: string,
  { userId, kind, reason }: KickUserRequest,
): KickUserResponse {
  parts.admission.noteChange(roomId, userId);
  if (!findRoom(db, roomId)) notFound();
  const sockets = [...(parts.rooms.find(roomId)?.sockets ?? [])].filter(
    (socket) => socket.claims?.userId === userId,
  );
  const closed = sockets.filter((socket) =>
    parts.sockets.end(socket, KICK_CODES[kind], reason ?? kind, { isSilent: true }),
  );
  return { kicked: closed.length > 0, closedConnections: closed.length };
}

function lifeCommands(
  deps: CommandsDeps,
): Pick<Commands, 'createDocument' | 'destroyDocument' | 'replaceDocumentContent'> {
  const { rooms, admission } = deps.parts;
  return {
    createDocument: async (request) => create(deps, request),
    destroyDocument: async (roomId, { purge, reason }) => {
      admission.noteChange(roomId);
      return rooms.exclusively(roomId, () => destroy(deps, roomId, { purge, reason }));
    },
    replaceDocumentContent: async (roomId, content) => replace(deps, roomId, content),
  };
}

async function create(
  deps: CommandsDeps,
  request: CreateDocumentRequest,
): ReturnType<Commands['createDocument']> {
  const { db, limits } = deps;
  const { roomId } = request;
  if (deps.isDraining()) throw CollabServiceUnavailable();
  const made = findRoom(db, roomId) ? null : firstContent(request, limits);
  const created = made !== null && (await store(deps, roomId, made));
  const facts: RoomFacts = {
    phase: request.initialPhase,
    editorLocked: request.editorLocked,
    language: request.initialLanguage,
  };
  const room = await getLive(deps, roomId, facts);
  await nextMacrotask();
  alignRoom(deps, room, facts);
  await db.durable.settled();
  return {
    roomId,
    created,
    createdAt: isoTime(room.createdAtMs),
    source: created ? made.source : 'existing',
    documents: documentKinds.map((kind) => documentName(roomId, kind)),
  };
}

async function replace(deps: CommandsDeps, roomId: string, content: ContentByLanguage): Promise<void> {
  const { db, limits, parts } = deps;
  if (deps.isDraining()) throw CollabServiceUnavailable();
  checkTexts(content, limits);
  // If the room must be loaded nobody is there, and who comes first brings the facts.
  const room = await getLive(deps, roomId, { phase: 'waiting', editorLocked: true, language: 'python' });
  while (db.gate.isClosed) await db.gate.pass();
  const code = room.documents.get('code');
  const notes = room.documents.get('notes');
  if (!code || !notes) throw CollabServiceUnavailable();
  const addedBytes = Object.values(content).reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  if (code.storedBytes + code.sinceBytes + addedBytes > limits.stateBytes.code)
    throw CollabDocumentTooLarge({ maxBytes: limits.stateBytes.code });
  const origin = { source: 'local', context: { system: true } };
  code.document.transact(() => replaceTexts(code.document, content), origin);
  notes.document.transact(() => notes.document.getMap('inlineComments').clear(), origin);
  if (!parts.journal.commit()) throw CollabServiceUnavailable();
  await db.durable.settled();
}

async function getLive({ parts }: CommandsDeps, roomId: string, facts: RoomFacts): Promise<LiveRoom> {
  const room = await parts.rooms.open(roomId, facts);
  if (room === 'missing') throw CollabDocumentNotFound();
  if (typeof room === 'string') throw CollabServiceUnavailable();
  return room;
}

/** Stores a new room; false when another call was faster. */
async function store(
  { db, clock }: CommandsDeps,
  roomId: string,
  made: ReturnType<typeof firstContent>,
): Promise<boolean> {
  const created = await write(db, (tx) => {
    if (findRoom(tx, roomId)) return false;
    insertRoom(tx, { roomId, source: made.source, createdAtMs: clock.now() }, made.states);
    return true;
  });
  // Durable before anybody is let in.
  await db.durable.settled();
  return created;
}

/** Brings a room that was live already in line with what the control plane says. */
function alignRoom({ parts }: CommandsDeps, room: LiveRoom, facts: RoomFacts): void {
  const reason = room.isLocked === facts.editorLocked ? 'phase' : 'lock';
  parts.channel.changeRights([room], reason, () => {
    room.phase = facts.phase;
    room.isLocked = facts.editorLocked;
    room.language = facts.language;
  });
}

function lock(
  { parts, clock }: CommandsDeps,
  roomId: string,
  request: Parameters<CollabPlane['toggleEditorLock']>[1],
): Awaited<ReturnType<CollabPlane['toggleEditorLock']>> {
  const { channel } = parts;
  const { locked } = request;
  const room = parts.rooms.find(roomId);
  // Not in memory: whoever loads it is told the flag of the control plane.
  if (!room || room.isLocked === locked)
    return {
      roomId,
      locked,
      changed: false,
      lockedBy: room?.lockedBy ?? null,
      lockedAt: isoTimeOrNull(room?.lockedAtMs ?? null),
      affectedConnections: 0,
    };
  const affected = channel.changeRights([room], 'lock', () => {
    room.isLocked = locked;
    room.lockedBy = locked ? request.changedBy : null;
    room.lockedAtMs = locked ? clock.now() : null;
  });
  channel.broadcast(room, 'editor-lock', { locked, lockedBy: room.lockedBy });
  return {
    roomId,
    locked,
    changed: true,
    lockedBy: room.lockedBy,
    lockedAt: isoTimeOrNull(room.lockedAtMs),
    affectedConnections: affected.length,
  };
}

async function destroy(
  deps: CommandsDeps,
  roomId: string,
  { purge, reason }: { purge: boolean; reason: string },
): ReturnType<CollabPlane['destroyDocument']> {
  const { db, parts } = deps;
  const room = parts.rooms.find(roomId);
  const closedConnections = room ? await close(deps, room, reason) : 0;
  if (purge) {
    if (room) parts.rooms.drop(room);
    for (const kind of documentKinds) parts.journal.forget(documentName(roomId, kind));
    const destroyed = await write(db, (tx) => eraseRoom(tx, roomId));
    return { roomId, destroyed, closedConnections, finalSnapshotId: null };
  }
  if (!room && !findRoom(db, roomId)) throw CollabDocumentNotFound();
  // A refused compaction changes nothing: the journal has it all, and the stored state is never deleted here.
  if (room && !(await parts.rooms.unload(room))) parts.rooms.armIdle(room);
  return { roomId, destroyed: true, closedConnections, finalSnapshotId: null };
}

/** Nobody writes any more, what has arrived is handled, then everybody goes; the number of sockets closed. */
async function close({ parts }: CommandsDeps, room: LiveRoom, reason: string): Promise<number> {
  await nextMacrotask();
  parts.channel.changeRights([room], 'phase', () => {
    room.phase = 'finished';
  });
  const connections = [...room.documents.values()].flatMap(({ document }) => document.getConnections());
  await Promise.all(connections.map((connection) => connection.waitForPendingMessages()));
  parts.channel.broadcast(room, 'room-closed', { reason });
  const closed = [...room.sockets].filter((socket) =>
    parts.sockets.end(socket, closeCodes.roomClosed, reason, { isSilent: true }),
  );
  return closed.length;
}

function readStoredCode({ db, parts }: CommandsDeps, roomId: string, language: SupportedLanguage): string {
  // Rows of a copy that is gone may still be gathered.
  if (!db.gate.isClosed) parts.journal.commit();
  const stored = findDocument(db, documentName(roomId, 'code'));
  if (!stored) return notFound();
  if (stored.isQuarantined) throw CollabServiceUnavailable();
  return readText([stored.state, ...stored.rows.map((row) => row.bytes)], language);
}

function notFound(): never {
  throw CollabDocumentNotFound();
}
