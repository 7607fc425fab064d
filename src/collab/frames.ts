import { createDecoder, type Decoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding';
import { decodeStateVector } from 'yjs';

/** Message types of the protocol that a client may send. */
export const messageTypes = {
  sync: 0,
  awareness: 1,
  auth: 2,
  queryAwareness: 3,
  syncReply: 4,
  stateless: 5,
  close: 7,
} as const;
const KNOWN = new Set<number>(Object.values(messageTypes));

/** Answer to a ping of the protocol itself, one byte long; the server sends none. */
const PONG = 10;

export type Frame = {
  readonly documentName: string;
  readonly type: number;
  /** The message asks for, or brings, a whole document: the dear part of the protocol. */
  readonly isHandshake: boolean;
};

/** Names are at most a uuid with /board or /notes behind it. */
const MAX_NAME_LENGTH = 64;

/**
 * The head of a frame, read before the library sees it: what it cannot read ends in its console or, at one place, in
 * an unhandled rejection. Null for what no client of ours sends, 'pong' for the one message without a name.
 */
export function readFrame(bytes: Uint8Array): Frame | 'pong' | null {
  if (bytes.length === 1 && bytes[0] === PONG) return 'pong';
  try {
    const decoder = createDecoder(bytes);
    const documentName = readVarString(decoder);
    const type = readVarUint(decoder);
    if (!KNOWN.has(type) || documentName.length > MAX_NAME_LENGTH || documentName.includes('\0')) return null;
    const isSync = type === messageTypes.sync || type === messageTypes.syncReply;
    return { documentName, type, isHandshake: isSync && readsHandshake(decoder) };
  } catch {
    return null;
  }
}

/** Whether a sync message is a SyncStep1 or SyncStep2; throws on what is none, and on a state vector that is none. */
function readsHandshake(decoder: Decoder): boolean {
  const step = readVarUint(decoder);
  if (step > 2) throw new Error('No such sync message');
  const content = readVarUint8Array(decoder);
  if (step === 0) decodeStateVector(content);
  return step < 2;
}
