import type { Tx } from '../db/types.ts';

/** Mail that must reach somebody: queued in the caller's transaction, sent or shown by the operator afterwards. */
export type Mail = {
  queueResetLink(tx: Tx, mail: { userId: string; to: string; link: string; expiresAt: number }): void;
};
