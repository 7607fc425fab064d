import type { Db } from '../db/types.ts';
import type { Channel } from './channel.ts';
import { closeCodes } from './close-codes.ts';
import type { Documents } from './documents.ts';
import type { Journal } from './journal.ts';
import type { Rooms } from './rooms.ts';
import type { Sockets } from './sockets.ts';

export type DrainParts = {
  readonly db: Db;
  readonly rooms: Rooms;
  readonly sockets: Sockets;
  readonly channel: Channel;
  readonly journal: Journal;
  readonly documents: Documents;
};

/** When clients come back, besides their own random delay. */
const RETRY_AFTER_MS = 2_000;
const CLOSING_MS = 1_000;
const CLOSING_STEPS = 10;
const COMPACTION_MS = 5_000;

/** Ends all sockets over a second, then makes what they wrote durable; compaction is a gift, the journal suffices. */
export async function drain(parts: DrainParts): Promise<void> {
  const { rooms, sockets, channel, documents } = parts;
  for (const room of rooms.all())
    channel.broadcast(room, 'server-restarting', { retryAfterMs: RETRY_AFTER_MS });
  const open = [...sockets.all()];
  const step = Math.ceil(open.length / CLOSING_STEPS);
  for (let from = 0; from < open.length; from += step) {
    for (const socket of open.slice(from, from + step))
      sockets.end(socket, closeCodes.restarting, 'server restarts', { isSilent: true });
    await pause(CLOSING_MS / CLOSING_STEPS);
  }
  await persist(parts);
  const untilMs = performance.now() + COMPACTION_MS;
  for (const room of rooms.all())
    for (const live of [...room.documents.values()]) {
      if (performance.now() > untilMs) return;
      await documents.compact(live);
    }
  await parts.db.durable.settled();
}

async function persist({ db, journal }: DrainParts): Promise<void> {
  while (db.gate.isClosed) await db.gate.pass();
  journal.commit();
  await db.durable.settled();
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
