import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Hocuspocus } from '@hocuspocus/server';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { Config } from '../config/schema.ts';
import { type BrokenRequests, createBrokenRequests } from '../http/broken-request.ts';
import type { Clock } from '../kernel/clock.ts';
import {
  type DomainError,
  Forbidden,
  invalidFields,
  NotFound,
  ServiceUnavailable,
} from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import { closeCodes } from './close-codes.ts';
import { messageTypes, readFrame } from './frames.ts';
import type { CollabSocket, SocketContext } from './live.ts';
import { parseDocumentName } from './names.ts';
import type { Sockets } from './sockets.ts';

/** Path of the sockets. */
export const COLLAB_PATH = '/collab';
/** What the library is told of a request: it needs an address, and nothing else of it. */
const REQUEST = new Request(`http://localhost${COLLAB_PATH}`);
/** Head and names around the JSON of a message, or the states of a presence update. */
const ENVELOPE_BYTES = 1024;
const MAX_PRESENCE_STATES = 4;
const MAX_LEAVING = 8;

export type AttachOptions = {
  /** Whether a browser page of this origin may connect; asked only when the header is there. */
  readonly isOriginAllowed: (origin: string) => boolean;
  /** The client's address, believed proxies taken into account. */
  readonly addressOf: (request: IncomingMessage) => string;
};

export type WireDeps = {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly hocuspocus: Hocuspocus<SocketContext>;
  readonly sockets: Sockets;
  readonly isDraining: () => boolean;
};

export type Wire = {
  /** Takes the upgrades of this server: sockets for /collab, 404 for every other path. */
  attach(server: Server, options: AttachOptions): void;
  start(): void;
  stop(): void;
};

/** Between the network and the library: admission of sockets, limits of frames, pings. */
export function createWire(deps: WireDeps): Wire {
  return new SocketWire(deps);
}

class SocketWire implements Wire {
  readonly #deps: WireDeps;
  readonly #webSockets: WebSocketServer;
  readonly #open = new Map<CollabSocket, WebSocket>();
  readonly #broken: BrokenRequests;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: WireDeps) {
    this.#deps = deps;
    this.#webSockets = new WebSocketServer({
      noServer: true,
      maxPayload: deps.config['limits.frameBytes'],
      perMessageDeflate: false,
      clientTracking: false,
    });
    this.#broken = createBrokenRequests(deps.config, deps.clock);
    this.#webSockets.on('wsClientError', (_error, stream) =>
      this.#broken.refuseUpgrade(
        stream,
        invalidFields({ field: 'header.Upgrade', constraint: 'websocket', value: null }),
      ),
    );
  }

  attach = (server: Server, options: AttachOptions): void => {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => {
      const refusal = refusalOf(this.#deps, request, options);
      if (refusal !== null) return this.#broken.refuseUpgrade(stream, refusal);
      const address = options.addressOf(request);
      this.#webSockets.handleUpgrade(request, stream, head, (ws) => this.#receive(ws, address));
    });
  };

  start = (): void => {
    this.#timer = setInterval(() => this.#ping(), this.#deps.config['timers.socketPingMs']).unref();
  };

  stop = (): void => {
    clearInterval(this.#timer);
    for (const ws of this.#open.values()) ws.terminate();
  };

  #receive(ws: WebSocket, address: string): void {
    const { config, sockets, hocuspocus } = this.#deps;
    const socket = sockets.open(ws, address);
    this.#open.set(socket, ws);
    keepPendingWithin(this.#deps, address);
    const deadline = setTimeout(() => {
      if (!socket.admitted) sockets.end(socket, closeCodes.unauthorized, 'not admitted in time');
    }, config['timers.socketAdmissionMs']).unref();
    const client = hocuspocus.handleConnection(socket.gate, REQUEST, { socket });
    ws.on('message', (data, isBinary) => {
      const bytes = takeFrame(this.#deps, socket, data, isBinary);
      if (bytes) client.handleMessage(bytes);
    });
    ws.on('pong', () => {
      socket.isAlive = true;
    });
    // The network broke, or the frame was over maxPayload: ws has sent 1009 itself by then.
    ws.on('error', () => sockets.end(socket, closeCodes.frameTooLarge, 'unreadable frame'));
    ws.on('close', (code, reason) => {
      clearTimeout(deadline);
      this.#open.delete(socket);
      sockets.noteClosed(socket, code);
      client.handleClose({ code, reason: reason.toString() });
    });
  }

  #ping(): void {
    for (const [socket, ws] of this.#open) {
      if (!socket.isAlive) ws.terminate();
      socket.isAlive = false;
      if (ws.readyState === ws.OPEN) ws.ping();
    }
  }
}

function refusalOf(
  { config, sockets, isDraining }: WireDeps,
  request: IncomingMessage,
  { isOriginAllowed }: AttachOptions,
): DomainError | null {
  const path = request.url?.split('?', 1)[0];
  if (path !== COLLAB_PATH) return NotFound();
  const { origin } = request.headers;
  if (origin !== undefined && !isOriginAllowed(origin)) return Forbidden();
  return isDraining() || sockets.size >= config['limits.sockets'] ? ServiceUnavailable() : null;
}

/** Never refuses the new one: a whole class may reconnect from one address. */
function keepPendingWithin({ config, sockets }: WireDeps, address: string): void {
  const pending = [...sockets.all()].filter(
    (socket) => socket.address === address && !socket.admitted && !socket.isEnded,
  );
  const surplus = pending.length - config['limits.pendingSocketsPerAddress'];
  for (const socket of pending.slice(0, Math.max(0, surplus)))
    sockets.end(socket, closeCodes.tryLater, 'too many at once');
}

/** The bytes for the library, null for what it must not see; counted on arrival, never silently dropped but presence. */
function takeFrame(
  deps: WireDeps,
  socket: CollabSocket,
  data: RawData,
  isBinary: boolean,
): Uint8Array | null {
  const { config, sockets, clock } = deps;
  if (socket.isEnded) return null;
  const end = (code: number, reason: string) => {
    sockets.end(socket, code, reason);
    return null;
  };
  if (!isBinary) return end(closeCodes.textFrame, 'binary frames only');
  const nowMs = clock.now();
  if (!socket.frames.take(nowMs)) return end(closeCodes.rateLimited, 'too many messages');
  const buffer = data as Buffer;
  const bytes = new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  const frame = readFrame(bytes);
  if (frame === 'pong') return null;
  if (!frame) return end(closeCodes.protocolReset, 'invalid frame');
  if (frame.isHandshake && !socket.handshakes.take(nowMs))
    return end(closeCodes.rateLimited, 'too many handshakes');
  const maxPresence = MAX_PRESENCE_STATES * config['limits.awarenessBytes'] + ENVELOPE_BYTES;
  if (frame.type === messageTypes.awareness && bytes.byteLength > maxPresence) return null;
  if (frame.type === messageTypes.close && parseDocumentName(frame.documentName)) {
    if (socket.leaving.size < MAX_LEAVING) socket.leaving.add(frame.documentName);
  }
  return bytes;
}
