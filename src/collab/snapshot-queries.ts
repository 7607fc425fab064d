import { statement } from '../db/client.ts';
import type { Reader, Tx } from '../db/types.ts';
import type { CodeSnapshotTrigger, RoomStatus, SupportedLanguage } from '../generated/api.ts';

/** A snapshot on its way to the control plane. */
export type OutboxRow = {
  readonly snapshotId: string;
  readonly roomId: string;
  readonly takenAtMs: number;
  readonly trigger: CodeSnapshotTrigger;
  readonly phase: RoomStatus | null;
  readonly language: SupportedLanguage;
  readonly code: string;
};
export type DueRow = OutboxRow & { readonly attempts: number };

/** A document's state as a snapshot had it, with the last journal row that it contains. */
export type RecoveryState = { readonly seq: number; readonly state: Uint8Array };

/** States kept of a document: the newest, and one in case that does not decode either. */
const KEPT_STATES = 2;

const insertRow = statement<[OutboxRow]>(
  `INSERT INTO collab_outbox (snapshot_id, room_id, taken_at, "trigger", phase, language, code)
   VALUES (@snapshotId, @roomId, @takenAtMs, @trigger, @phase, @language, @code)`,
);
const selectDue = statement<[number, number], DueRow>(
  `SELECT snapshot_id AS snapshotId, room_id AS roomId, taken_at AS takenAtMs, "trigger", phase, language, code, attempts
   FROM collab_outbox WHERE parked_at IS NULL AND not_before <= ? ORDER BY not_before, taken_at, snapshot_id LIMIT ?`,
);
const selectNextDue = statement<[], number | null>(
  'SELECT min(not_before) FROM collab_outbox WHERE parked_at IS NULL',
  (fresh) => fresh.pluck(),
);
const deleteRow = statement<[string]>('DELETE FROM collab_outbox WHERE snapshot_id = ?');
const selectOne = statement<[string], number>('SELECT 1 FROM collab_outbox WHERE snapshot_id = ?');
const deferRow = statement<[number, number, string]>(
  'UPDATE collab_outbox SET attempts = ?, not_before = ? WHERE snapshot_id = ?',
);
const parkRow = statement<[number, string, string]>(
  'UPDATE collab_outbox SET parked_at = ?, reason = ? WHERE snapshot_id = ?',
);
const trimParked = statement<[number], string>(
  `DELETE FROM collab_outbox WHERE snapshot_id IN (SELECT snapshot_id FROM collab_outbox
   WHERE parked_at IS NOT NULL ORDER BY parked_at DESC, snapshot_id DESC LIMIT -1 OFFSET ?) RETURNING snapshot_id`,
  (fresh) => fresh.pluck(),
);
const releaseRows = statement<[]>(
  'UPDATE collab_outbox SET parked_at = NULL, reason = NULL, attempts = 0, not_before = 0',
);
const countRows = statement<[], { waiting: number; parked: number }>(
  'SELECT count(*) - count(parked_at) AS waiting, count(parked_at) AS parked FROM collab_outbox',
);
const selectParked = statement<[number], string>(
  'SELECT snapshot_id FROM collab_outbox WHERE parked_at IS NOT NULL ORDER BY parked_at, snapshot_id LIMIT ?',
  (fresh) => fresh.pluck(),
);
const insertState = statement<[string, number, number, Uint8Array]>(
  'INSERT OR REPLACE INTO collab_recovery_states (document, seq, taken_at, state) VALUES (?, ?, ?, ?)',
);
const trimStates = statement<[string, string, number]>(
  `DELETE FROM collab_recovery_states WHERE document = ? AND seq NOT IN
   (SELECT seq FROM collab_recovery_states WHERE document = ? ORDER BY seq DESC LIMIT ?)`,
);
const selectStates = statement<[string], RecoveryState>(
  'SELECT seq, state FROM collab_recovery_states WHERE document = ? ORDER BY seq DESC',
);
const selectNewestSeq = statement<[string], number | null>(
  'SELECT max(seq) FROM collab_recovery_states WHERE document = ?',
  (fresh) => fresh.pluck(),
);
const eraseRows = statement<[string]>('DELETE FROM collab_outbox WHERE room_id = ?');
const eraseStates = statement<[string]>('DELETE FROM collab_recovery_states WHERE document = ?');

export function insertOutbox(tx: Tx, row: OutboxRow): void {
  insertRow(tx).run(row);
}

/** Snapshots whose turn has come, those that wait longest first. */
export function listDue(reader: Reader, nowMs: number, limit: number): DueRow[] {
  return selectDue(reader).all(nowMs, limit);
}

/** When the next one is due; null without one that waits. */
export function findNextDue(reader: Reader): number | null {
  return selectNextDue(reader).get() ?? null;
}

export function deleteOutbox(tx: Tx, snapshotId: string): void {
  deleteRow(tx).run(snapshotId);
}

export function isInOutbox(reader: Reader, snapshotId: string): boolean {
  return selectOne(reader).get(snapshotId) !== undefined;
}

export function deferOutbox(tx: Tx, snapshotId: string, to: { attempts: number; notBefore: number }): void {
  deferRow(tx).run(to.attempts, to.notBefore, snapshotId);
}

/** Takes a snapshot out of the queue, with the reason; of more than `kept` such the oldest go, whose ids are given. */
export function parkOutbox(
  tx: Tx,
  snapshotId: string,
  as: { nowMs: number; reason: string; kept: number },
): string[] {
  parkRow(tx).run(as.nowMs, as.reason, snapshotId);
  return trimParked(tx).all(as.kept);
}

/** Everything is due again, also what was kept aside: another start may be another program. */
export function releaseOutbox(tx: Tx): void {
  releaseRows(tx).run();
}

export function countOutbox(reader: Reader): { waiting: number; parked: number } {
  return countRows(reader).get() ?? { waiting: 0, parked: 0 };
}

/** Ids of snapshots that were kept aside, oldest first. */
export function listParked(reader: Reader, limit: number): string[] {
  return selectParked(reader).all(limit);
}

/** Keeps a document's state for recovery, in place of older ones. */
export function keepRecoveryState(
  tx: Tx,
  name: string,
  kept: RecoveryState & { readonly takenAtMs: number },
): void {
  insertState(tx).run(name, kept.seq, kept.takenAtMs, kept.state);
  trimStates(tx).run(name, name, KEPT_STATES);
}

/** States kept of a document, newest first. */
export function listRecoveryStates(reader: Reader, name: string): RecoveryState[] {
  return selectStates(reader).all(name);
}

/** Journal row up to which the newest kept state goes; null without one. */
export function findRecoverySeq(reader: Reader, name: string): number | null {
  return selectNewestSeq(reader).get(name) ?? null;
}

/** Erases what waits for a room and what is kept of its documents. */
export function eraseSnapshots(tx: Tx, roomId: string, names: readonly string[]): void {
  eraseRows(tx).run(roomId);
  for (const name of names) eraseStates(tx).run(name);
}
