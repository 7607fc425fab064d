import type { Db, Tx } from '../../db/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { WriteAudit } from '../../ports/audit.ts';
import type { Events } from '../../ports/events.ts';

/**
 * What a closed account means for rooms, in the transaction that closes it: hosted unfinished rooms end, others are
 * left as by a ban.
 */
export type CloseRoomsOf = (tx: Tx, userId: string, kind: 'banned' | 'deleted') => void;

/** What the actions of administration work with. */
export type AdminDeps = {
  readonly db: Db;
  readonly kernel: { readonly clock: Clock; readonly ids: Ids; readonly events: Events };
  readonly writeAudit: WriteAudit;
  readonly closeRoomsOf: CloseRoomsOf;
  /** As accounts hash passwords: bounded and slow. */
  hashPassword(password: string): Promise<string>;
};
