import type { CollabConnection } from '../generated/api.ts';

/** How to get a collab token; both give null when the room has none for this user now. */
export type TokenCalls = {
  /** The `collab` of getRoom. */
  readonly read: () => Promise<CollabConnection | null>;
  /** The `collab` of joinRoom. */
  readonly join: () => Promise<CollabConnection | null>;
};

/** A token is used again while so much of its life is left. */
const MIN_LIFE_MS = 60_000;

/** Keeps a token that is good for the next connection; one request serves all who ask at once. */
export type TokenSource = {
  /** Makes sure of a usable token. Rejects when there is none to be had. */
  prepare(how?: 'reuse' | 'rejoin'): Promise<CollabConnection>;
  current(): CollabConnection;
};

/** Starts with the token that joinRoom has just given. */
export function createTokenSource(first: CollabConnection, calls: TokenCalls): TokenSource {
  let held = first;
  let pending: Promise<CollabConnection> | null = null;
  const fetchNext = async (isRejoin: boolean): Promise<CollabConnection> => {
    const next = (isRejoin ? null : await calls.read()) ?? (await calls.join());
    if (!next) throw new Error('The room gives no collaboration token');
    held = next;
    return next;
  };
  return {
    current: () => held,
    prepare: async (how = 'reuse') => {
      const isFresh = Date.parse(held.expiresAt) - Date.now() >= MIN_LIFE_MS;
      if (how === 'reuse' && isFresh) return held;
      pending ??= fetchNext(how === 'rejoin').finally(() => {
        pending = null;
      });
      return pending;
    },
  };
}
