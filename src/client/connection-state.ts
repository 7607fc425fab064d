import type { DocumentKind, EndReason } from './close-reactions.ts';

export type Access = 'read-write' | 'readonly';
export type AccessByKind = Readonly<Record<DocumentKind, Access>>;

/** What a user is shown of the connection. */
export type ConnectionState =
  | { readonly status: 'connecting' }
  /** The server has everything. */
  | { readonly status: 'live' }
  /** The server has not everything yet. */
  | { readonly status: 'saving' }
  /** Connected, everything is there, and the code cannot be edited. */
  | { readonly status: 'read-only' }
  /** Not connected for 3 s; edits are kept, and sent later. */
  | { readonly status: 'offline' }
  | { readonly status: 'ended'; readonly reason: EndReason };

export type ConnectionFacts = {
  readonly ended: EndReason | null;
  /** All documents are admitted and have been synchronised on this socket. */
  readonly isSynced: boolean;
  readonly unsyncedChanges: number;
  readonly codeAccess: Access;
  /** Since when there has been no working connection; null while there is one. */
  readonly lostSinceMs: number | null;
  readonly wasLive: boolean;
};

export const OFFLINE_AFTER_MS = 3_000;

/** The state that the facts make. */
export function connectionState(facts: ConnectionFacts, nowMs: number): ConnectionState {
  if (facts.ended) return { status: 'ended', reason: facts.ended };
  if (facts.isSynced) {
    if (facts.unsyncedChanges > 0) return { status: 'saving' };
    return { status: facts.codeAccess === 'readonly' ? 'read-only' : 'live' };
  }
  const isLong = facts.lostSinceMs !== null && nowMs - facts.lostSinceMs >= OFFLINE_AFTER_MS;
  if (isLong) return { status: 'offline' };
  return { status: facts.wasLive ? 'saving' : 'connecting' };
}
