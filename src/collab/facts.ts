import type { Db } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { RoomStatus, SupportedLanguage } from '../generated/api.ts';
import { findRoom, storeFacts } from './store-queries.ts';

/** Those that have changed. */
export type NewFacts = {
  readonly phase?: RoomStatus | undefined;
  readonly language?: SupportedLanguage | undefined;
};

/** Notes what is known of a room for the time when it is not in memory. */
export async function rememberFacts(db: Db, roomId: string, { phase, language }: NewFacts): Promise<void> {
  const known = findRoom(db, roomId);
  if (!known) return;
  const isNews = (phase ?? known.phase) !== known.phase || (language ?? known.language) !== known.language;
  if (isNews)
    await write(db, (tx) => storeFacts(tx, roomId, { phase: phase ?? null, language: language ?? null }));
}
