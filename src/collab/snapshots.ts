import { createHash } from 'node:crypto';
import { type Doc, encodeStateAsUpdate } from 'yjs';
import type { Db, Tx } from '../db/types.ts';
import { writeNow } from '../db/write.ts';
import type { CodeSnapshotTrigger, RoomStatus, SupportedLanguage } from '../generated/api.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import type { Log } from '../kernel/log.ts';
import { CollabServiceUnavailable } from '../ports/collab-errors.ts';
import type { AtRest } from './at-rest.ts';
import { codeText } from './content-limits.ts';
import type { Documents } from './documents.ts';
import type { NewFacts } from './facts.ts';
import type { Journal } from './journal.ts';
import type { LiveDocument, LiveRoom } from './live.ts';
import { type DocumentKind, documentName } from './names.ts';
import type { Outbox } from './outbox.ts';
import type { Rooms } from './rooms.ts';
import { countOutbox, findRecoverySeq, insertOutbox, keepRecoveryState } from './snapshot-queries.ts';
import { findRoom, storeSessionEnd, storeSnapshotHash } from './store-queries.ts';

export type SnapshotsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly log: Log;
  readonly parts: {
    readonly journal: Journal;
    readonly atRest: AtRest;
    readonly documents: Documents;
    readonly rooms: Rooms;
    readonly outbox: Outbox;
  };
  /** Characters of a code text. */
  readonly maxLength: number;
};

/** Those of this plane; the one of a submission is written by the control plane. */
export type SnapshotTrigger = Exclude<CodeSnapshotTrigger, 'submission'>;

export type Taken = {
  readonly snapshotId: string;
  readonly code: string;
  readonly language: SupportedLanguage;
  readonly takenAtMs: number;
};

export type Snapshots = {
  /**
   * Takes a snapshot: what the live documents hold in this tick, else what is stored; nothing is loaded for it. `known`
   * is what the caller knows better than the store. Null: not known here, not readable, or a periodic one that would
   * say nothing new. Rejects when the database refuses.
   */
  take(roomId: string, trigger: SnapshotTrigger, known?: NewFacts): Promise<Taken | null>;
};

/** What was read in one tick. */
type Content = {
  readonly roomId: string;
  readonly phase: RoomStatus | null;
  readonly language: SupportedLanguage;
  readonly code: string;
  readonly takenAtMs: number;
  /** Journal row of the code up to which the text goes. */
  readonly seq: number;
  /** Of documents that have changed since a state of them was kept. */
  readonly states: readonly KeptState[];
};
type KeptState = {
  readonly name: string;
  readonly seq: number;
  readonly state: Uint8Array;
  /** Null for a document at rest. */
  readonly live: LiveDocument | null;
};

/** Above so many that wait only the end of a session is still kept; a tenth of it ends the periodic ones. */
const MAX_WAITING = 10_000;

/** Snapshots of the code, with states of all three documents for recovery; they leave through the outbox. */
export function createSnapshots(deps: SnapshotsDeps): Snapshots {
  return {
    take: async (roomId, trigger, known = {}) => {
      const room = deps.parts.rooms.find(roomId);
      const code = room?.documents.get('code');
      // No await before this: what is read is what the caller has just left.
      const content = room && code ? capture(deps, room, code) : await readStored(deps, roomId, known);
      return content && store(deps, content, trigger, room);
    },
  };
}

function capture({ clock, maxLength }: SnapshotsDeps, room: LiveRoom, code: LiveDocument): Content {
  const { roomId, phase, language } = room;
  const states: KeptState[] = [];
  for (const live of room.documents.values())
    if (live.recoverySeq !== live.seq)
      states.push({ name: live.name, seq: live.seq, state: encodeStateAsUpdate(live.document), live });
  const text = codeText(code.document, language).toString().slice(0, maxLength);
  return { roomId, phase, language, code: text, takenAtMs: clock.now(), seq: code.seq, states };
}

async function readStored(
  { db, clock, log, maxLength, parts }: SnapshotsDeps,
  roomId: string,
  known: NewFacts,
): Promise<Content | null> {
  const facts = findRoom(db, roomId);
  const language = known.language ?? facts?.language ?? null;
  if (!facts || language === null) return null;
  const states: KeptState[] = [];
  const readDocument = (kind: DocumentKind) => {
    const name = documentName(roomId, kind);
    return parts.atRest.read(name, (document: Doc, seq) => {
      if (findRecoverySeq(db, name) !== seq)
        states.push({ name, seq, state: encodeStateAsUpdate(document), live: null });
      return { text: kind === 'code' ? codeText(document, language).toString() : '', seq };
    });
  };
  const code = await readDocument('code');
  for (const kind of ['board', 'notes'] as const) await readDocument(kind);
  if (typeof code === 'string') {
    log.error({ roomId, alert: true }, 'no snapshot: the code of the room cannot be read');
    return null;
  }
  const { text, seq } = code.value;
  const phase = known.phase ?? facts.phase;
  return { roomId, phase, language, code: text.slice(0, maxLength), takenAtMs: clock.now(), seq, states };
}

async function store(
  deps: SnapshotsDeps,
  content: Content,
  trigger: SnapshotTrigger,
  room: LiveRoom | undefined,
): Promise<Taken | null> {
  const { db, ids, log, parts } = deps;
  while (db.gate.isClosed) await db.gate.pass();
  // What a snapshot keeps of a document must not be ahead of its journal.
  if (!parts.journal.commit()) throw CollabServiceUnavailable();
  const states = content.states.filter(({ live }) => live === null || parts.documents.isLive(live));
  const hash = hashOf(content);
  const isNews =
    trigger !== 'periodic' || (room?.snapshotHash ?? findRoom(db, content.roomId)?.snapshotHash) !== hash;
  if (!isNews && states.length === 0) return null;
  const outcome = writeNow(db, (tx) => {
    const { roomId, takenAtMs } = content;
    const facts = findRoom(tx, roomId);
    if (!facts) return 'gone';
    for (const { name, seq, state } of states) keepRecoveryState(tx, name, { seq, state, takenAtMs });
    if (!isNews) return 'old';
    if (trigger === 'session_end' && facts.sessionEndId !== null && facts.sessionEndSeq === content.seq)
      return { snapshotId: facts.sessionEndId };
    if (isFull(tx, trigger)) return 'full';
    return insert(tx, content, { trigger, hash, snapshotId: ids.next() });
  });
  for (const { live, seq } of states) if (live) live.recoverySeq = seq;
  if (outcome === 'full') log.error({ roomId: content.roomId, trigger }, 'no snapshot: too many wait');
  if (typeof outcome === 'string') return null;
  if (room) room.snapshotHash = hash;
  void parts.outbox.wake();
  const { code, language, takenAtMs } = content;
  return { ...outcome, code, language, takenAtMs };
}

function insert(
  tx: Tx,
  { roomId, phase, language, code, takenAtMs, seq }: Content,
  as: { trigger: SnapshotTrigger; hash: string; snapshotId: string },
): { snapshotId: string } {
  const { trigger, hash, snapshotId } = as;
  insertOutbox(tx, { snapshotId, roomId, takenAtMs, trigger, phase, language, code });
  storeSnapshotHash(tx, roomId, hash);
  if (trigger === 'session_end') storeSessionEnd(tx, roomId, { snapshotId, seq });
  return { snapshotId };
}

function isFull(tx: Tx, trigger: SnapshotTrigger): boolean {
  if (trigger === 'session_end') return false;
  return countOutbox(tx).waiting >= (trigger === 'periodic' ? MAX_WAITING / 10 : MAX_WAITING);
}

function hashOf({ language, code }: Content): string {
  return createHash('sha256').update(`${language}\n${code}`).digest('hex');
}
