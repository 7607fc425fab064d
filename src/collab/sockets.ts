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
  const { config, clock, log } = deps;
  const sockets = new Set<CollabSocket>();

  const detach = (socket: CollabSocket, code: number, reason: string, isSilent: boolean) => {
    socket.isEnded = true;
    for (const connection of connectionsOf(socket)) {
      connection.readOnly = true;
      connection.close({ code, reason });
      const live = deps.documents.liveOf(connection.document);
      if (live) releaseStates(live);
    }
    try {
      deps.onEnded(socket, code, isSilent);
    } catch (error) {
      log.error({ err: error }, 'the end of a socket was not followed up');
    }
  };
  const end = (socket: CollabSocket, code: number, reason: string, options: EndOptions = {}) => {
    if (socket.isEnded) return false;
    if (options.drop) socket.gate.drop(code, reason);
    else socket.gate.close(code, reason);
    detach(socket, code, reason, options.isSilent ?? false);
    return true;
  };
  const open = (ws: WebSocket, address: string) => {
    const gate = createGate({
      ws,
      durable: deps.durable,
      maxUnsentBytes: config['limits.socketUnsentBytes'],
      onOverflow: () => end(socket, closeCodes.tryLater, 'slow reader', { drop: true }),
    });
    const socket: CollabSocket = {
      gate,
      address,
      frames: createBucket({
        perSecond: config['limits.messagesPerSocketPerSecond'],
        burst: config['limits.messageBurst'],
      }),
      handshakes: createBucket(HANDSHAKES),
      presence: createBucket(PRESENCE),
      leaving: new Set(),
      openedAtMs: clock.now(),
      claims: null,
      admitted: null,
      isEnded: false,
      isAlive: true,
    };
    sockets.add(socket);
    return socket;
  };

  return {
    get size() {
      return sockets.size;
    },
    all: () => sockets.values(),
    ofUser: (userId) => [...sockets].filter((socket) => socket.admitted && socket.claims?.userId === userId),
    open,
    end,
    noteClosed: (socket, code) => {
      sockets.delete(socket);
      socket.gate.abandon();
      if (!socket.isEnded) detach(socket, code, '', false);
    },
  };
}
