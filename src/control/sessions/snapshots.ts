import type { Tx } from '../../db/types.ts';
import type { CodeSnapshotTrigger, RoomStatus, SupportedLanguage } from '../../generated/api.ts';
import { chooseDropped, type SnapshotLimits } from './retention.ts';
import { deleteSnapshots, insertBoard, insertSnapshot, listKept, sumSnapshots } from './snapshot-queries.ts';
import { recordEvent } from './timeline.ts';

/** The code of a session at one moment. */
export type NewSnapshot = {
  readonly snapshotId: string;
  readonly sessionId: string;
  /** When the text was read. */
  readonly takenAt: number;
  readonly trigger: CodeSnapshotTrigger;
  readonly phase: RoomStatus | null;
  readonly language: SupportedLanguage;
  readonly code: string;
  /** Who submitted it; null for those of the server. */
  readonly userId: string | null;
};

/** Snapshots dropped in one statement. */
const DROPPED_AT_ONCE = 500;

/** Lines that are not blank. */
export function countLines(code: string): number {
  return code.split('\n').filter((line) => line.trim() !== '').length;
}

/** Records a snapshot, with its place in the timeline; false, and nothing is changed, when its id is known already. */
export function recordSnapshot(
  tx: Tx,
  snapshot: NewSnapshot,
  { eventId, limits }: { readonly eventId: string; readonly limits: SnapshotLimits },
): boolean {
  const { snapshotId, userId, ...rest } = snapshot;
  const { sessionId, takenAt, trigger, language, code } = rest;
  const linesOfCode = countLines(code);
  const codeBytes = Buffer.byteLength(code);
  if (!insertSnapshot(tx, { id: snapshotId, ...rest, linesOfCode, codeBytes })) return false;
  recordEvent(tx, {
    eventId,
    sessionId,
    eventType: 'snapshot_captured',
    userId,
    at: takenAt,
    metadata: { snapshotId, trigger, language, linesOfCode },
  });
  thinOut(tx, sessionId, limits);
  return true;
}

function thinOut(tx: Tx, sessionId: string, limits: SnapshotLimits): void {
  const { count, bytes } = sumSnapshots(tx, sessionId);
  if (count <= limits.count && bytes <= limits.bytes) return;
  const dropped = chooseDropped(listKept(tx, sessionId), limits);
  for (let from = 0; from < dropped.length; from += DROPPED_AT_ONCE)
    deleteSnapshots(tx, sessionId, dropped.slice(from, from + DROPPED_AT_ONCE));
}

/** Keeps the whiteboard as it was at the end; of an empty one nothing is kept. */
export function recordBoard(
  tx: Tx,
  board: {
    readonly sessionId: string;
    readonly capturedAt: number;
    readonly elements: readonly Record<string, unknown>[];
  },
): void {
  if (board.elements.length > 0) insertBoard(tx, board);
}
