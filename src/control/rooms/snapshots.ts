import type { Tx } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { CallbackAckResponse, SnapshotReadyPayload } from '../../generated/api.ts';
import { type NewSnapshot, recordBoard, recordSnapshot } from '../sessions/index.ts';
import type { RoomDeps } from './deps.ts';
import { RoomNotFound } from './errors.ts';
import { findRecord } from './queries/rooms.ts';

/** Records a snapshot in the caller's transaction, within what a session may keep. */
export function keepSnapshot(
  { kernel, settings }: Pick<RoomDeps, 'kernel' | 'settings'>,
  tx: Tx,
  snapshot: NewSnapshot,
): boolean {
  const limits = {
    count: settings['limits.snapshotsPerSession'],
    bytes: settings['limits.snapshotBytesPerSession'],
  };
  return recordSnapshot(tx, snapshot, { eventId: kernel.ids.next(), limits });
}

/** Takes over a snapshot of the shared code. Those from before the session are of no record. */
export function takeOverSnapshot(deps: RoomDeps, ready: SnapshotReadyPayload): Promise<CallbackAckResponse> {
  const { snapshotId, roomId, timestamp, trigger, phase, language, code } = ready;
  return write(deps.db, (tx) => {
    const record = findRecord(tx, roomId);
    if (record === null) throw RoomNotFound();
    const { sessionId } = record;
    if (sessionId === null || phase === 'waiting') return { success: true, duplicate: false };
    const takenAt = Date.parse(timestamp);
    const isNew = keepSnapshot(deps, tx, {
      snapshotId,
      sessionId,
      takenAt,
      trigger,
      phase,
      language,
      code,
      userId: null,
    });
    return { success: true, duplicate: !isNew };
  });
}

/** Keeps what was drawn for the session, after the documents have ended. */
export async function exportBoard(deps: RoomDeps, roomId: string): Promise<void> {
  const sessionId = findRecord(deps.db, roomId)?.sessionId ?? null;
  if (sessionId === null) return;
  const elements = await deps.collab.plane.readBoard(roomId);
  await write(deps.db, (tx) => recordBoard(tx, { sessionId, capturedAt: deps.kernel.clock.now(), elements }));
}
