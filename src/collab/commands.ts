import type { Doc } from 'yjs';
import { write } from '../db/write.ts';
import type {
  CreateDocumentRequest,
  KickUserRequest,
  KickUserResponse,
  SupportedLanguage,
} from '../generated/api.ts';
import { isoTime } from '../kernel/clock.ts';
import type { CollabPlane } from '../ports/collab.ts';
import { CollabDocumentNotFound, CollabServiceUnavailable } from '../ports/collab-errors.ts';
import { boardOf, lowestFirst } from './board.ts';
import { type CloseCode, closeCodes } from './close-codes.ts';
import type { CommandsDeps } from './command-deps.ts';
import { type ContentByLanguage, checkTexts, differs, firstContent, replaceTexts } from './content.ts';
import { codeText } from './content-limits.ts';
import { withDeadline } from './deadline.ts';
import { destroyDocuments } from './ending.ts';
import { CollabDocumentTooLarge } from './errors.ts';
import { rememberFacts } from './facts.ts';
import { type LiveRoom, nextMacrotask, type RoomFacts } from './live.ts';
import { toggleLock } from './lock.ts';
import { documentKinds, documentName } from './names.ts';
import { isInOutbox } from './snapshot-queries.ts';
import { findRoom, insertRoom } from './store-queries.ts';

/** The commands of the control plane but publishing; see CollabPlane. */
export type Commands = Omit<CollabPlane, 'publishRoomEvent' | 'health'>;

/** Time for the control plane to record a snapshot before the answer says that it has not. */
const RECORD_MS = 2_000;

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
      return toggleLock(deps, roomId, request);
    },
    readCode: (roomId, language) => readCode(deps, roomId, language),
    readBoard: async (roomId) => {
      getRoom(roomId);
      return lowestFirst([
        ...(await readLayer(deps, roomId, 'board')),
        ...(await readLayer(deps, roomId, 'notes')),
      ]);
    },
    takeSnapshot: async (roomId) => takeSnapshot(deps, roomId),
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
    destroyDocument: async (roomId, options) => {
      admission.noteChange(roomId);
      return rooms.exclusively(roomId, () => destroyDocuments(deps, roomId, options));
    },
    replaceDocumentContent: async (roomId, content) => replace(deps, roomId, content),
  };
}

async function create(
  deps: CommandsDeps,
  request: CreateDocumentRequest,
): ReturnType<Commands['createDocument']> {
  const { db, limits, parts } = deps;
  const { roomId } = request;
  if (deps.isDraining()) throw CollabServiceUnavailable();
  const facts: RoomFacts = {
    phase: request.initialPhase,
    editorLocked: request.editorLocked,
    language: request.initialLanguage,
  };
  // What the request says is of now: a lock that comes while documents are loaded must not be undone by it.
  const watch = parts.changes.watch(roomId);
  try {
    const made = findRoom(db, roomId) ? null : firstContent(request, limits);
    const created = made !== null && (await store(deps, roomId, made, facts));
    const room = await getLive(deps, roomId, facts);
    await nextMacrotask();
    if (!watch.isOvertaken) {
      alignRoom(deps, room, facts);
      await rememberFacts(db, roomId, facts);
    }
    await db.durable.settled();
    return {
      roomId,
      created,
      createdAt: isoTime(room.createdAtMs),
      source: created ? made.source : 'existing',
      documents: documentKinds.map((kind) => documentName(roomId, kind)),
    };
  } finally {
    watch.end();
  }
}

async function replace(deps: CommandsDeps, roomId: string, content: ContentByLanguage): Promise<void> {
  const { db, limits, parts } = deps;
  if (deps.isDraining()) throw CollabServiceUnavailable();
  checkTexts(content, limits);
  const stored = findRoom(db, roomId);
  // If the room must be loaded nobody is there, and who comes first brings the facts.
  const room = await getLive(deps, roomId, {
    phase: stored?.phase ?? 'waiting',
    editorLocked: true,
    language: stored?.language ?? 'python',
  });
  while (db.gate.isClosed) await db.gate.pass();
  const code = room.documents.get('code');
  const notes = room.documents.get('notes');
  if (!code || !notes) throw CollabServiceUnavailable();
  const addedBytes = Object.values(content).reduce((bytes, text) => bytes + Buffer.byteLength(text), 0);
  if (code.storedBytes + code.sinceBytes + addedBytes > limits.stateBytes.code)
    throw CollabDocumentTooLarge({ maxBytes: limits.stateBytes.code });
  // Done already: by an earlier call that was not known to have succeeded.
  if (!differs(code.document, content)) return;
  // In this one synchronous block the old text is read, kept and replaced.
  const kept = parts.snapshots.take(roomId, 'manual');
  kept.catch(() => {});
  const origin = { source: 'local', context: { system: true } };
  code.document.transact(() => replaceTexts(code.document, content), origin);
  notes.document.transact(() => notes.document.getMap('inlineComments').clear(), origin);
  const isStored = parts.journal.commit();
  await kept;
  if (!isStored) throw CollabServiceUnavailable();
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
  { phase, language }: RoomFacts,
): Promise<boolean> {
  const created = await write(db, (tx) => {
    if (findRoom(tx, roomId)) return false;
    const room = { roomId, source: made.source, createdAtMs: clock.now(), phase, language };
    insertRoom(tx, room, made.states);
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

async function takeSnapshot(
  { db, parts }: CommandsDeps,
  roomId: string,
): ReturnType<CollabPlane['takeSnapshot']> {
  if (!findRoom(db, roomId)) notFound();
  const taken = await parts.snapshots.take(roomId, 'manual');
  if (!taken) throw CollabServiceUnavailable();
  await withDeadline(parts.outbox.wake(), RECORD_MS);
  const { takenAtMs, ...rest } = taken;
  return { ...rest, timestamp: isoTime(takenAtMs), recorded: !isInOutbox(db, taken.snapshotId) };
}

/** From memory, else from the store. */
async function readCode(
  { parts }: CommandsDeps,
  roomId: string,
  language: SupportedLanguage,
): Promise<string> {
  const read = (document: Doc) => codeText(document, language).toString();
  const live = parts.rooms.find(roomId)?.documents.get('code');
  if (live) return read(live.document);
  const stored = await parts.atRest.read(documentName(roomId, 'code'), read);
  if (stored === 'missing') return notFound();
  if (stored === 'quarantined') throw CollabServiceUnavailable();
  return stored.value;
}

/** A layer that does not decode was told of when that was found; the other one is still worth having. */
async function readLayer(
  deps: CommandsDeps,
  roomId: string,
  kind: 'board' | 'notes',
): Promise<Record<string, unknown>[]> {
  const live = deps.parts.rooms.find(roomId)?.documents.get(kind);
  if (live) return boardOf(live.document);
  const stored = await deps.parts.atRest.read(documentName(roomId, kind), boardOf);
  return typeof stored === 'string' ? [] : stored.value;
}

function notFound(): never {
  throw CollabDocumentNotFound();
}
