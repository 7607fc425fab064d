import type { Db } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { WriteAudit } from '../../ports/audit.ts';
import { deleteOldEntries, insertAuditEntry } from './queries.ts';
import { cleanMetadata } from './rules.ts';

const SWEEP_ROWS = 1000;
const MAX_IP = 45;

/** Writes entries with the time and an id of their own; the name of the system's user goes into the metadata. */
export function createAuditWriter({ clock, ids }: { clock: Clock; ids: Ids }): WriteAudit {
  return (tx, { action, actorId, targetType, targetId, metadata, origin }) => {
    const { ip, requestId, osUser } = origin;
    insertAuditEntry(tx, {
      id: ids.next(),
      actorId,
      action,
      targetType,
      targetId: targetId.slice(0, 255),
      metadata: cleanMetadata({ ...metadata, ...(osUser === undefined ? {} : { osUser }) }),
      ip: ip?.slice(0, MAX_IP) ?? null,
      requestId,
      createdAt: clock.now(),
    });
  };
}

/** Removes entries that are older than `keepMs`, a thousand in a transaction; gives how many. */
export async function sweepAuditLog(db: Db, clock: Clock, keepMs: number): Promise<number> {
  let removed = 0;
  for (let last = SWEEP_ROWS; last === SWEEP_ROWS; removed += last)
    last = await write(db, (tx) => deleteOldEntries(tx, clock.now() - keepMs, SWEEP_ROWS));
  return removed;
}
