import { statement } from '../db/client.ts';
import type { Reader, Tx } from '../db/types.ts';
import type { RoomStatus, SupportedLanguage } from '../generated/api.ts';
import { type DocumentKind, documentKinds, documentName } from './names.ts';
import { eraseSnapshots } from './snapshot-queries.ts';

export type RoomSource = 'snapshot' | 'seed' | 'empty';
/** What is known of a room that is not in memory. */
export type StoredFacts = {
  readonly phase: RoomStatus | null;
  readonly language: SupportedLanguage | null;
};
/** Of the newest snapshot, and of the one that was taken at the end. */
export type SnapshotMarks = {
  readonly snapshotHash: string | null;
  readonly sessionEndId: string | null;
  readonly sessionEndSeq: number | null;
};
export type StoredRoom = StoredFacts &
  SnapshotMarks & { readonly source: RoomSource; readonly createdAtMs: number };
export type StoredDocument = {
  readonly state: Uint8Array;
  /** Journal rows up to this number are part of the state. */
  readonly uptoSeq: number;
  readonly isQuarantined: boolean;
  readonly rows: readonly { readonly seq: number; readonly bytes: Uint8Array }[];
};

const selectRoom = statement<[string], StoredRoom>(
  `SELECT source, created_at AS createdAtMs, phase, language, snapshot_hash AS snapshotHash,
   session_end_id AS sessionEndId, session_end_seq AS sessionEndSeq FROM collab_rooms WHERE room_id = ?`,
);
const insertRoomRow = statement<[string, RoomSource, number, RoomStatus | null, SupportedLanguage | null]>(
  'INSERT INTO collab_rooms (room_id, source, created_at, phase, language) VALUES (?, ?, ?, ?, ?)',
);
const updateFacts = statement<[RoomStatus | null, SupportedLanguage | null, string]>(
  'UPDATE collab_rooms SET phase = coalesce(?, phase), language = coalesce(?, language) WHERE room_id = ?',
);
const updateHash = statement<[string, string]>('UPDATE collab_rooms SET snapshot_hash = ? WHERE room_id = ?');
const updateEnd = statement<[string, number, string]>(
  'UPDATE collab_rooms SET session_end_id = ?, session_end_seq = ? WHERE room_id = ?',
);
const insertDocument = statement<[string, string, DocumentKind, Uint8Array, number]>(
  'INSERT INTO collab_documents VALUES (?, ?, ?, ?, 0, ?, NULL)',
);
const selectDocument = statement<[string], { state: Uint8Array; uptoSeq: number; isQuarantined: number }>(
  `SELECT state, upto_seq AS uptoSeq, quarantined_at IS NOT NULL AS isQuarantined
   FROM collab_documents WHERE name = ?`,
);
const selectRows = statement<[string, number], { seq: number; bytes: Uint8Array }>(
  'SELECT seq, bytes FROM collab_journal WHERE document = ? AND seq > ? ORDER BY seq',
);
const insertRow = statement<[string, number, Uint8Array]>('INSERT INTO collab_journal VALUES (?, ?, ?)');
const updateState = statement<[Uint8Array, number, number, string]>(
  'UPDATE collab_documents SET state = ?, upto_seq = ?, stored_at = ? WHERE name = ?',
);
const deleteRows = statement<[string, number]>('DELETE FROM collab_journal WHERE document = ? AND seq <= ?');
const markQuarantined = statement<[number, string]>(
  'UPDATE collab_documents SET quarantined_at = ? WHERE name = ?',
);
const keepState = statement<[string, number, string]>(
  `INSERT INTO collab_quarantine (document, seq, bytes, reason, kept_at)
   SELECT name, NULL, state, ?, ? FROM collab_documents WHERE name = ?`,
);
const keepRows = statement<[string, number, string]>(
  `INSERT INTO collab_quarantine (document, seq, bytes, reason, kept_at)
   SELECT document, seq, bytes, ?, ? FROM collab_journal WHERE document = ?`,
);
const insertMark = statement<[string, string, number]>(
  'INSERT OR IGNORE INTO collab_dirty_copies VALUES (?, ?, ?)',
);
const deleteMark = statement<[string, string]>(
  'DELETE FROM collab_dirty_copies WHERE document = ? AND user_id = ?',
);
const selectMarks = statement<[string], string>(
  'SELECT user_id FROM collab_dirty_copies WHERE document = ?',
  (fresh) => fresh.pluck(),
);
const eraseRows = statement<[string]>('DELETE FROM collab_journal WHERE document = ?');
const eraseQuarantine = statement<[string]>('DELETE FROM collab_quarantine WHERE document = ?');
const eraseMarks = statement<[string]>('DELETE FROM collab_dirty_copies WHERE document = ?');
const deleteRoom = statement<[string]>('DELETE FROM collab_rooms WHERE room_id = ?');

/** When and from what the room's documents were made; null when it has none. */
export function findRoom(reader: Reader, roomId: string): StoredRoom | null {
  return selectRoom(reader).get(roomId) ?? null;
}

/** Stores the room and its three documents with the states given (Yjs updates). */
export function insertRoom(
  tx: Tx,
  room: { roomId: string; source: RoomSource; createdAtMs: number } & StoredFacts,
  states: Record<DocumentKind, Uint8Array>,
): void {
  insertRoomRow(tx).run(room.roomId, room.source, room.createdAtMs, room.phase, room.language);
  for (const kind of documentKinds)
    insertDocument(tx).run(
      documentName(room.roomId, kind),
      room.roomId,
      kind,
      states[kind],
      room.createdAtMs,
    );
}

/** Notes phase and language for the time when the room is not in memory; null leaves one as it is. */
export function storeFacts(tx: Tx, roomId: string, { phase, language }: StoredFacts): void {
  updateFacts(tx).run(phase, language, roomId);
}

/** Notes what the newest snapshot was of. */
export function storeSnapshotHash(tx: Tx, roomId: string, hash: string): void {
  updateHash(tx).run(hash, roomId);
}

/** Notes the snapshot of the end and where the journal of the code stood. */
export function storeSessionEnd(tx: Tx, roomId: string, end: { snapshotId: string; seq: number }): void {
  updateEnd(tx).run(end.snapshotId, end.seq, roomId);
}

/** State and journal of a document, null when it was never made. */
export function findDocument(reader: Reader, name: string): StoredDocument | null {
  const row = selectDocument(reader).get(name);
  if (!row) return null;
  return { ...row, isQuarantined: row.isQuarantined === 1, rows: selectRows(reader).all(name, row.uptoSeq) };
}

export function insertJournalRow(tx: Tx, name: string, seq: number, bytes: Uint8Array): void {
  insertRow(tx).run(name, seq, bytes);
}

/** Replaces the state by one that contains every journal row up to `uptoSeq`, and drops those. */
export function storeState(
  tx: Tx,
  name: string,
  to: { state: Uint8Array; uptoSeq: number; nowMs: number },
): void {
  updateState(tx).run(to.state, to.uptoSeq, to.nowMs, name);
  deleteRows(tx).run(name, to.uptoSeq);
}

/** Copies what a document consists of aside. */
export function keepAside(tx: Tx, name: string, reason: string, nowMs: number): void {
  keepState(tx).run(reason, nowMs, name);
  keepRows(tx).run(reason, nowMs, name);
}

/** Closes a document until somebody has repaired it. */
export function closeDocument(tx: Tx, name: string, nowMs: number): void {
  markQuarantined(tx).run(nowMs, name);
}

export function insertDirtyMark(tx: Tx, name: string, userId: string, nowMs: number): void {
  insertMark(tx).run(name, userId, nowMs);
}

export function deleteDirtyMark(tx: Tx, name: string, userId: string): void {
  deleteMark(tx).run(name, userId);
}

/** Users whose copies of the document may hold refused edits. */
export function listDirtyMarks(reader: Reader, name: string): string[] {
  return selectMarks(reader).all(name);
}

/** Erases documents, journal, marks, snapshots and chat of the room; false if there was nothing. */
export function eraseRoom(tx: Tx, roomId: string): boolean {
  const names = documentKinds.map((kind) => documentName(roomId, kind));
  eraseSnapshots(tx, roomId, names);
  for (const name of names) {
    eraseRows(tx).run(name);
    eraseQuarantine(tx).run(name);
    eraseMarks(tx).run(name);
  }
  return deleteRoom(tx).run(roomId).changes > 0;
}
