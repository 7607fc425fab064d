import { HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import type { Awareness } from 'y-protocols/awareness';
import type { Doc } from 'yjs';
import type { CollabConnection } from '../generated/api.ts';
import { type ChatDraft, type ChatOutbox, createChatOutbox } from './chat-outbox.ts';
import {
  backoffMs,
  type DocumentKind,
  documentKinds,
  type EndReason,
  type Reaction,
  reactionTo,
} from './close-reactions.ts';
import {
  type AccessByKind,
  type ConnectionState,
  connectionState,
  OFFLINE_AFTER_MS,
} from './connection-state.ts';
import { type DocumentLink, linkDocument } from './document-link.ts';
import { createPresence, type Presence } from './presence.ts';
import { createTokenSource, type TokenCalls, type TokenSource } from './token-source.ts';

export type RoomMessage = { readonly type: string; readonly data: Record<string, unknown> };

export type RoomHandlers = {
  /** Each time the state that a user is shown has changed. */
  readonly onState?: (state: ConnectionState) => void;
  /** Every message of the server beside the documents. */
  readonly onMessage?: (message: RoomMessage) => void;
  /** A document to show: at the start, and when a fresh one takes the place of a copy whose edits were refused. */
  readonly onDocument?: (kind: DocumentKind, doc: Doc) => void;
};

export type RoomConnectionOptions = {
  /** From joinRoom or getRoom. */
  readonly collab: CollabConnection;
  readonly calls: TokenCalls;
  readonly handlers?: RoomHandlers;
  /** In place of the global WebSocket. */
  readonly webSocket?: unknown;
};

/** The live side of a room: its documents, its messages, and the state of the connection. */
export type RoomConnection = {
  readonly state: ConnectionState;
  readonly access: AccessByKind;
  document(kind: DocumentKind): Doc;
  awareness(kind: 'code' | 'board'): Awareness | null;
  /** Whether an editor may take input: rights, and the text is there. Offline edits are kept and merged later. */
  canEdit(kind: DocumentKind): boolean;
  /** Sets fields of one's presence; sent at most every 100 ms. */
  setPresence(fields: Record<string, unknown>): void;
  /** Sends a chat message, again after each reconnect until the server has it; returns its client id. */
  sendChat(draft: ChatDraft): string;
  /** Sends any other message; lost while not connected. */
  send(type: string, data: Record<string, unknown>): void;
  /** After `connected-elsewhere`: takes the connection back. */
  resume(): void;
  leave(): void;
};

const MESSAGE_TIMEOUT_MS = 90_000;
const CONNECT_TIMEOUT_MS = 15_000;
const RESTART_SPREAD_MS = 2_000;
const SIZE_RENEWAL_MS = 60_000;
const READ_ONLY: AccessByKind = { code: 'readonly', board: 'readonly', notes: 'readonly' };

/** Connects at once and stays connected until leave() or a close code that says stop. */
export function openRoomConnection(options: RoomConnectionOptions): RoomConnection {
  return new Connection(options);
}

class Connection implements RoomConnection {
  readonly #options: RoomConnectionOptions;
  readonly #tokens: TokenSource;
  readonly #socket: HocuspocusProviderWebsocket;
  readonly #links = new Map<DocumentKind, DocumentLink>();
  readonly #outbox: ChatOutbox;
  readonly #presence: Presence;
  #access: AccessByKind = READ_ONLY;
  #state: ConnectionState = { status: 'connecting' };
  #ended: EndReason | null = null;
  #wasLive = false;
  #lostSinceMs: number | null = Date.now();
  #failures = 0;
  #isOpen = false;
  #hasRejoined = false;
  #mustRejoin = false;
  #renewedForSizeMs = Number.NEGATIVE_INFINITY;
  #restartMs = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #watchdog: ReturnType<typeof setTimeout> | undefined;
  #offline: ReturnType<typeof setTimeout> | undefined;

  constructor(options: RoomConnectionOptions) {
    this.#options = options;
    this.#tokens = createTokenSource(options.collab, options.calls);
    this.#socket = this.#createSocket();
    this.#outbox = createChatOutbox((data) => this.send('chat-send', data));
    this.#presence = createPresence(() => [this.awareness('code'), this.awareness('board')]);
    for (const kind of documentKinds) this.#link(kind);
    this.#watchOffline();
    void this.#connect();
  }

  get state(): ConnectionState {
    return this.#state;
  }

  get access(): AccessByKind {
    return this.#access;
  }

  document = (kind: DocumentKind): Doc => this.#linkOf(kind).doc;

  awareness = (kind: 'code' | 'board'): Awareness | null => this.#linkOf(kind).provider.awareness;

  canEdit = (kind: DocumentKind): boolean =>
    this.#ended === null && this.#access[kind] === 'read-write' && this.#linkOf(kind).wasSynced();

  setPresence = (fields: Record<string, unknown>): void => this.#presence.set(fields);

  sendChat = (draft: ChatDraft): string => this.#outbox.add(draft);

  send = (type: string, data: Record<string, unknown>): void => {
    const { provider } = this.#linkOf('code');
    if (provider.isAuthenticated)
      provider.sendStateless(JSON.stringify({ type, data, timestamp: new Date().toISOString() }));
  };

  resume = (): void => {
    if (this.#ended !== 'connected-elsewhere') return;
    this.#ended = null;
    this.#lose();
    void this.#connect();
  };

  leave = (): void => {
    if (this.#ended !== 'left') this.#end('left');
    for (const link of this.#links.values()) link.destroy();
    this.#socket.destroy();
  };

  #createSocket(): HocuspocusProviderWebsocket {
    const { collab, webSocket } = this.#options;
    const socket = new HocuspocusProviderWebsocket({
      url: collab.url,
      autoConnect: false,
      // One attempt: which delay follows depends on the close code, so the repetition is ours.
      maxAttempts: 1,
      messageReconnectTimeout: MESSAGE_TIMEOUT_MS,
      ...(webSocket === undefined ? {} : { WebSocketPolyfill: webSocket }),
      onOpen: () => {
        // What was queued offline is part of the handshake; sent again, it would be counted twice.
        (socket as unknown as { messageQueue: unknown[] }).messageQueue = [];
        this.#isOpen = true;
      },
      onConnect: () => clearTimeout(this.#watchdog),
      onClose: ({ event }) => {
        // Before the provider's own handler, which would reconnect after any code.
        socket.shouldConnect = false;
        this.#closed(event.code, event.reason);
      },
    });
    return socket;
  }

  #link(kind: DocumentKind): void {
    const link = linkDocument({
      kind,
      roomId: this.#options.collab.documentName,
      socket: this.#socket,
      token: () => this.#tokens.current().token,
      onChange: () => this.#linkChanged(kind),
      ...(kind === 'code' ? { onStateless: (payload: string) => this.#take(payload) } : {}),
    });
    this.#links.set(kind, link);
    this.#options.handlers?.onDocument?.(kind, link.doc);
  }

  #linkOf(kind: DocumentKind): DocumentLink {
    const link = this.#links.get(kind);
    if (!link) throw new Error(`No document ${kind}`);
    return link;
  }

  #linkChanged(kind: DocumentKind): void {
    const scope = this.#links.get(kind)?.takeScope();
    if (scope) this.#access = { ...this.#access, [kind]: scope };
    this.#update();
  }

  async #connect(): Promise<void> {
    clearTimeout(this.#retry);
    try {
      await this.#tokens.prepare(this.#mustRejoin ? 'rejoin' : 'reuse');
    } catch (error) {
      const end = endOf(error);
      if (end) this.#end(end);
      else this.#retryAfter(backoffMs(++this.#failures, Math.random()));
      return;
    }
    if (this.#ended) return;
    this.#mustRejoin = false;
    clearTimeout(this.#watchdog);
    // A socket that neither opens nor fails: closing it makes it fail.
    this.#watchdog = setTimeout(() => this.#socket.webSocket?.close(), CONNECT_TIMEOUT_MS);
    void this.#socket.connect();
  }

  #closed(code: number, reason: string): void {
    clearTimeout(this.#watchdog);
    this.#isOpen = false;
    if (this.#ended) return;
    this.#lose();
    this.#react(reactionTo(code, reason));
  }

  #react(reaction: Reaction): void {
    switch (reaction.kind) {
      case 'stop':
        this.#end(reaction.reason);
        break;
      case 'retry':
        this.#retryAfter(backoffMs(++this.#failures, Math.random(), reaction.minDelayMs));
        break;
      case 'restart':
        this.#retryAfter(this.#restartMs + Math.random() * RESTART_SPREAD_MS);
        break;
      case 'rejoin':
        if (this.#hasRejoined) this.#end('unauthorized');
        else this.#rejoin();
        break;
      case 'renew':
        this.#renew(reaction.documents);
        break;
      case 'renew-once':
        if (Date.now() - this.#renewedForSizeMs < SIZE_RENEWAL_MS) this.#end('frame-too-large');
        else this.#renewForSize();
        break;
    }
  }

  #rejoin(): void {
    this.#hasRejoined = true;
    this.#mustRejoin = true;
    this.#retryAfter(0);
  }

  #renewForSize(): void {
    this.#renewedForSizeMs = Date.now();
    this.#renew(documentKinds.filter((kind) => this.#linkOf(kind).provider.unsyncedChanges > 0));
  }

  #renew(kinds: readonly DocumentKind[]): void {
    // After the provider's own handling of the close: it still speaks to the old documents.
    setTimeout(() => {
      if (this.#ended) return;
      for (const kind of kinds) {
        this.#linkOf(kind).destroy();
        this.#link(kind);
      }
      this.#update();
    }, 0);
    this.#retryAfter(backoffMs(++this.#failures, Math.random()));
  }

  #retryAfter(ms: number): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#connect(), ms);
    this.#update();
  }

  #take(payload: string): void {
    let message: RoomMessage;
    try {
      message = JSON.parse(payload);
    } catch {
      return;
    }
    const { type, data } = message;
    if (type === 'room-state' || type === 'access-changed') this.#access = data.access as AccessByKind;
    if (type === 'room-state') this.#outbox.resend();
    if (type === 'server-restarting') this.#restartMs = Number(data.retryAfterMs) || 0;
    if (type === 'chat-message-created' || type === 'error') this.#outbox.settle(data.clientMessageId);
    this.#options.handlers?.onMessage?.(message);
    this.#update();
  }

  #lose(): void {
    this.#lostSinceMs = Date.now();
    this.#watchOffline();
    this.#update();
  }

  #watchOffline(): void {
    clearTimeout(this.#offline);
    this.#offline = setTimeout(() => this.#update(), OFFLINE_AFTER_MS);
  }

  #end(reason: EndReason): void {
    this.#ended = reason;
    for (const timer of [this.#retry, this.#watchdog, this.#offline]) clearTimeout(timer);
    this.#presence.stop();
    this.#socket.disconnect();
    this.#update();
  }

  #update(): void {
    const links = [...this.#links.values()];
    // While a close is handled here, the documents have not heard of it yet and still say that they are synchronised.
    const isSynced =
      this.#isOpen && links.length === documentKinds.length && links.every((link) => link.isSynced());
    if (isSynced) {
      this.#wasLive = true;
      this.#lostSinceMs = null;
      this.#failures = 0;
      this.#hasRejoined = false;
    }
    const next = connectionState(
      {
        ended: this.#ended,
        isSynced,
        unsyncedChanges: links.reduce((sum, { provider }) => sum + provider.unsyncedChanges, 0),
        codeAccess: this.#access.code,
        lostSinceMs: this.#lostSinceMs,
        wasLive: this.#wasLive,
      },
      Date.now(),
    );
    if (JSON.stringify(next) === JSON.stringify(this.#state)) return;
    this.#state = next;
    this.#options.handlers?.onState?.(next);
  }
}

/** Errors of the API after which asking again does not help. */
function endOf(error: unknown): EndReason | null {
  const { status, code } = (error ?? {}) as { status?: unknown; code?: unknown };
  if (code === 'ROOM_FINISHED') return 'room-closed';
  if (status === 401) return 'unauthorized';
  if (status === 403 || status === 409) return 'forbidden';
  return status === 404 ? 'room-not-found' : null;
}
