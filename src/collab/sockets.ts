import type { WebSocket } from 'ws';
import type { Config } from '../config/schema.ts';
import type { Durable } from '../db/types.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { createBucket } from './bucket.ts';
import { closeCodes } from './close-codes.ts';
import type { Documents } from './documents.ts';
import { createGate } from './gate.ts';
import { type CollabSocket, connectionsOf } from './live.ts';
import { releaseStates } from './presence.ts';

/** Presence: one update per 50 ms on average, some at once for the jitter of the network. */
const PRESENCE = { perSecond: 20, burst: 10 };
/** Whole documents asked for or brought: two per document at a start, and some reconnects. */
const HANDSHAKES = { perSecond: 2, burst: 20 };

export type SocketsDeps = {
  readonly config: Config;
  readonly durable: Durable;
  readonly documents: Documents;
  readonly clock: Clock;
  readonly log: Log;
  /** A socket counts no more. `isSilent`: its user does not count as having dropped out. */
  readonly onEnded: (socket: CollabSocket, code: number, isSilent: boolean) => void;
};

export type EndOptions = {
  /** Closes at once and drops what waits for the flush. */
  readonly drop?: boolean;
  /** The user left or was put out, or another socket took over: nothing to wait for. */
  readonly isSilent?: boolean;
};

/** The open sockets of this process. */
export type Sockets = {
  readonly size: number;
  all(): IterableIterator<CollabSocket>;
  ofUser(userId: string): CollabSocket[];
  open(ws: WebSocket, address: string): CollabSocket;
  /** Puts the socket's documents down, then closes it with the code once everything sent before is durable. */
  end(socket: CollabSocket, code: number, reason: string, options?: EndOptions): boolean;
  /** The connection has gone, whoever closed it. */
  noteClosed(socket: CollabSocket, code: number): void;
};

/** An empty registry. */
export function createSockets(deps: SocketsDeps): Sockets {
  return new OpenSockets(deps);
}

class OpenSockets implements Sockets {
  readonly #deps: SocketsDeps;
  readonly #sockets = new Set<CollabSocket>();

  constructor(deps: SocketsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#sockets.size;
  }

  all = (): IterableIterator<CollabSocket> => this.#sockets.values();

  ofUser = (userId: string): CollabSocket[] =>
    [...this.#sockets].filter((socket) => socket.admitted && socket.claims?.userId === userId);

  open = (ws: WebSocket, address: string): CollabSocket => {
    const { config, durable, clock } = this.#deps;
    const gate = createGate({
      ws,
      durable,
      maxUnsentBytes: config['limits.socketUnsentBytes'],
      onOverflow: () => this.end(socket, closeCodes.tryLater, 'slow reader', { drop: true }),
    });
    const socket: CollabSocket = {
      gate,
      address,
      openedAtMs: clock.now(),
      frames: createBucket({
        perSecond: config['limits.messagesPerSocketPerSecond'],
        burst: config['limits.messageBurst'],
      }),
      handshakes: createBucket(HANDSHAKES),
      presence: createBucket(PRESENCE),
      leaving: new Set(),
      claims: null,
      admitted: null,
      isEnded: false,
      isAlive: true,
    };
    this.#sockets.add(socket);
    return socket;
  };

  end = (socket: CollabSocket, code: number, reason: string, options: EndOptions = {}): boolean => {
    if (socket.isEnded) return false;
    if (options.drop) socket.gate.drop(code, reason);
    else socket.gate.close(code, reason);
    this.#detach(socket, code, reason, options.isSilent ?? false);
    return true;
  };

  noteClosed = (socket: CollabSocket, code: number): void => {
    this.#sockets.delete(socket);
    socket.gate.abandon();
    if (!socket.isEnded) this.#detach(socket, code, '', false);
  };

  #detach(socket: CollabSocket, code: number, reason: string, isSilent: boolean): void {
    const { documents, log, onEnded } = this.#deps;
    socket.isEnded = true;
    for (const connection of connectionsOf(socket)) {
      connection.readOnly = true;
      connection.close({ code, reason });
      const live = documents.liveOf(connection.document);
      if (live) releaseStates(live);
    }
    try {
      onEnded(socket, code, isSilent);
    } catch (error) {
      log.error({ err: error }, 'the end of a socket was not followed up');
    }
  }
}
