/** The documents of a room, by the rights that they need. */
export type DocumentKind = 'code' | 'board' | 'notes';
export const documentKinds: readonly DocumentKind[] = ['code', 'board', 'notes'];

/** Why a connection is over for good. */
export type EndReason =
  | 'left'
  | 'client-error'
  | 'frame-too-large'
  | 'unauthorized'
  | 'kicked'
  | 'room-closed'
  | 'room-not-found'
  | 'forbidden'
  | 'connected-elsewhere';

/** What to do when the socket has closed. */
export type Reaction =
  | { readonly kind: 'stop'; readonly reason: EndReason }
  /** Again, after a backoff of at least `minDelayMs`. */
  | { readonly kind: 'retry'; readonly minDelayMs: number }
  /** After the time that the server named. */
  | { readonly kind: 'restart' }
  /** joinRoom once, then again; a second time in a row: stop. */
  | { readonly kind: 'rejoin' }
  /** The local copy holds what the server has refused: a fresh one, then again. */
  | { readonly kind: 'renew'; readonly documents: readonly DocumentKind[] }
  /** The local copy holds a change that is too large to send: fresh ones, once. */
  | { readonly kind: 'renew-once' };

const STOPS = new Map<number, EndReason>([
  [1000, 'left'],
  [1003, 'client-error'],
  [4002, 'kicked'],
  [4003, 'room-closed'],
  [4004, 'room-not-found'],
  [4007, 'forbidden'],
  [4009, 'connected-elsewhere'],
]);
const SLOW_RETRY_MS = 5_000;

/** The document that a close reason such as `stale:code` names; all of them when it names none. */
function documentsIn(reason: string): readonly DocumentKind[] {
  const named = documentKinds.find((kind) => reason.endsWith(`:${kind}`));
  return named ? [named] : documentKinds;
}

/** What a close code of the server asks of its client. */
export function reactionTo(code: number, reason: string): Reaction {
  const end = STOPS.get(code);
  if (end) return { kind: 'stop', reason: end };
  switch (code) {
    case 1009:
      return { kind: 'renew-once' };
    case 1012:
      return { kind: 'restart' };
    case 4001:
      return { kind: 'rejoin' };
    case 4013:
    case 4014:
      return { kind: 'renew', documents: documentsIn(reason) };
    case 1013:
    case 4029:
      return { kind: 'retry', minDelayMs: SLOW_RETRY_MS };
    default:
      return { kind: 'retry', minDelayMs: 0 };
  }
}

const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 30_000;

/** Delay before a further attempt: 1 s doubling to 30 s, of which the second half is random (`random` in [0, 1)). */
export function backoffMs(failures: number, random: number, minDelayMs = 0): number {
  const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.max(0, failures - 1));
  return Math.max(minDelayMs, full / 2) + random * (full / 2);
}
