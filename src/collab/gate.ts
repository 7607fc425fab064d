import type { WebSocket } from 'ws';
import type { Durable } from '../db/types.ts';
import { closeCodes, closeReason } from './close-codes.ts';

const CLOSED = 3;
/** Time for the peer's half of the closing handshake. */
const CLOSE_WAIT_MS = 2_000;

/** The socket as the library gets it: what it sends and closes leaves after the flush only, in order. */
export type SocketGate = {
  readonly readyState: number;
  send(data: string | ArrayBufferLike | Blob | ArrayBufferView): void;
  /** Closes after what is held; later sends are dropped. */
  close(code?: number, reason?: string): void;
  /** Closes at once and drops what is held: it may tell of something that never became durable. */
  drop(code: number, reason: string): void;
  /** The connection is gone: forgets everything held. */
  abandon(): void;
  /** Bytes that have not reached the network: held, or unsent. */
  unsentBytes(): number;
};

export type GateDeps = {
  readonly ws: Pick<WebSocket, 'readyState' | 'bufferedAmount' | 'send' | 'close' | 'terminate' | 'once'>;
  readonly durable: Pick<Durable, 'whenDurable' | 'unflushed'>;
  readonly maxUnsentBytes: number;
  /** The gate closes by itself: the reader is too slow, or storage has failed. */
  readonly onOverflow: () => void;
};

type Held = { readonly bytes: number; isReady: boolean; readonly leave: () => void };

/** Codes of the library that are not in the product's table. */
const RENAMED = new Map<number, number>([[4401, closeCodes.protocolReset]]);

/** Puts the flush between the library and the network. */
export function createGate(deps: GateDeps): SocketGate {
  return new Gate(deps);
}

class Gate implements SocketGate {
  readonly #deps: GateDeps;
  readonly #held: Held[] = [];
  #heldBytes = 0;
  #isClosing = false;

  constructor(deps: GateDeps) {
    this.#deps = deps;
  }

  get readyState(): number {
    return this.#isClosing ? CLOSED : this.#deps.ws.readyState;
  }

  unsentBytes = (): number => this.#heldBytes + this.#deps.ws.bufferedAmount;

  send = (data: string | ArrayBufferLike | Blob | ArrayBufferView): void => {
    if (this.#isClosing) return;
    const frame = data as Uint8Array;
    this.#hold(frame.byteLength, () => this.#transmit(frame));
    if (this.unsentBytes() <= this.#deps.maxUnsentBytes) return;
    this.drop(closeCodes.tryLater, 'slow reader');
    this.#deps.ws.terminate();
    this.#deps.onOverflow();
  };

  close = (code: number = closeCodes.left, reason = ''): void => {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#hold(0, () => this.#closeNow(code, reason));
  };

  drop = (code: number, reason: string): void => {
    this.abandon();
    this.#closeNow(code, reason);
  };

  abandon = (): void => {
    this.#isClosing = true;
    this.#held.length = 0;
    this.#heldBytes = 0;
  };

  #hold(bytes: number, leave: () => void): void {
    if (this.#held.length === 0 && !this.#deps.durable.unflushed) {
      leave();
      return;
    }
    const held: Held = { bytes, isReady: false, leave };
    this.#held.push(held);
    this.#heldBytes += bytes;
    // Infinity: one frame given up would make the next ones arrive without it.
    this.#deps.durable.whenDurable((failed) => this.#release(held, failed), { holdMs: Infinity });
  }

  #release(held: Held, failed?: Error): void {
    if (!this.#held.includes(held)) return;
    if (failed) {
      this.drop(closeCodes.tryLater, 'storage');
      this.#deps.onOverflow();
      return;
    }
    held.isReady = true;
    // A callback of another waiter may have sent here in between, so only the head decides who goes.
    for (let head = this.#held[0]; head?.isReady; head = this.#held[0]) {
      this.#held.shift();
      this.#heldBytes -= head.bytes;
      head.leave();
    }
  }

  #transmit(frame: Uint8Array): void {
    // The callback takes the error of a connection that broke meanwhile; its close event tells everybody.
    if (this.#deps.ws.readyState === 1) this.#deps.ws.send(frame, () => {});
  }

  #closeNow(code: number, reason: string): void {
    const { ws } = this.#deps;
    ws.close(RENAMED.get(code) ?? code, closeReason(reason));
    const timer = setTimeout(() => ws.terminate(), CLOSE_WAIT_MS);
    timer.unref();
    ws.once('close', () => clearTimeout(timer));
  }
}
