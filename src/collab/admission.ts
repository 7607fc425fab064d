import type { AuthorizeJoinResponse } from '../generated/api.ts';
import { isoTime } from '../kernel/clock.ts';
import { isDomainError, TokenExpired } from '../kernel/errors.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabCallbacks, CollabTokens } from '../ports/collab.ts';
import { closeCodes, type Denial, denials } from './close-codes.ts';
import { withDeadline } from './deadline.ts';
import type { Claims, CollabSocket, LiveRoom, Member, RoomStateData } from './live.ts';
import { type DocumentKind, parseDocumentName } from './names.ts';
import type { Rooms } from './rooms.ts';
import type { Sockets } from './sockets.ts';

export type AdmissionDeps = {
  readonly tokens: CollabTokens;
  readonly callbacks: CollabCallbacks;
  readonly rooms: Rooms;
  readonly sockets: Sockets;
  readonly limits: { readonly socketsPerUser: number; readonly socketsPerRoom: number };
  readonly log: Log;
};

export type Admission = {
  /** Admits the socket to a document, or says why not. Never rejects. */
  admit(
    socket: CollabSocket,
    name: string,
    token: string,
  ): Promise<{ room: LiveRoom; kind: DocumentKind } | Denial>;
  /** Asks the control plane again about somebody; null without an answer in time. */
  ask(claims: Claims, isFirst: boolean): Promise<AuthorizeJoinResponse | null>;
  /** Something about the room, or this user in it, changes: decisions under way are made anew. */
  noteChange(roomId: string, userId?: string): void;
};

const ANSWER_MS = 2_000;
const ASK_ATTEMPTS = 2;
const DECIDE_ATTEMPTS = 3;
const MAX_TOKEN_LENGTH = 8_192;

type Ticket = { readonly roomId: string; readonly userId: string; isStale: boolean };

/** The door of the plane: token, then the control plane's word, then the caps; once per socket, for all documents. */
export function createAdmission(deps: AdmissionDeps): Admission {
  return new Door(deps);
}

class Door implements Admission {
  readonly #deps: AdmissionDeps;
  readonly #tickets = new Set<Ticket>();
  readonly #decisions = new WeakMap<CollabSocket, Promise<Denial | null>>();

  constructor(deps: AdmissionDeps) {
    this.#deps = deps;
  }

  admit = async (
    socket: CollabSocket,
    name: string,
    token: string,
  ): Promise<{ room: LiveRoom; kind: DocumentKind } | Denial> => {
    try {
      return await this.#admit(socket, name, token);
    } catch (error) {
      this.#deps.log.error({ err: error, document: name }, 'a socket could not be judged');
      return 'try-later';
    }
  };

  ask = async (claims: Claims, isFirst: boolean): Promise<AuthorizeJoinResponse | null> => {
    const request = {
      roomId: claims.roomId,
      userId: claims.userId,
      sid: claims.sid,
      tokenIssuedAt: isFirst ? isoTime(claims.issuedAtMs) : null,
    };
    for (let attempt = 0; attempt < ASK_ATTEMPTS; attempt++) {
      try {
        const answer = await withDeadline(this.#deps.callbacks.authorizeJoin(request), ANSWER_MS);
        if (answer) return answer;
      } catch (error) {
        this.#deps.log.warn({ err: error, roomId: claims.roomId }, 'the control plane did not decide');
      }
    }
    return null;
  };

  noteChange = (roomId: string, userId?: string): void => {
    for (const ticket of this.#tickets)
      if (ticket.roomId === roomId && (userId === undefined || ticket.userId === userId))
        ticket.isStale = true;
  };

  async #admit(
    socket: CollabSocket,
    name: string,
    token: string,
  ): Promise<{ room: LiveRoom; kind: DocumentKind } | Denial> {
    const parsed = parseDocumentName(name);
    if (!parsed) return 'document-unknown';
    const claims = await this.#verify(token);
    if (typeof claims === 'string') return claims;
    if (claims.roomId !== parsed.roomId) return 'token-invalid';
    socket.claims ??= claims;
    const { userId, sid, roomId } = socket.claims;
    if (claims.userId !== userId || claims.sid !== sid || claims.roomId !== roomId) return 'token-invalid';
    let decision = this.#decisions.get(socket);
    if (!decision) {
      decision = this.#decide(socket, socket.claims);
      this.#decisions.set(socket, decision);
    }
    const denial = await decision;
    if (denial) return denial;
    const room = socket.admitted?.room;
    // Thrown away meanwhile: the next attempt loads it.
    if (socket.isEnded || !room?.documents.has(parsed.kind)) return 'try-later';
    return { room, kind: parsed.kind };
  }

  async #verify(token: string): Promise<Claims | Denial> {
    if (token.length > MAX_TOKEN_LENGTH) return 'token-invalid';
    try {
      return await this.#deps.tokens.verify(token);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      return isDomainError(error, TokenExpired) ? 'token-expired' : 'token-invalid';
    }
  }

  async #decide(socket: CollabSocket, claims: Claims): Promise<Denial | null> {
    for (let attempt = 0; attempt < DECIDE_ATTEMPTS; attempt++) {
      const ticket: Ticket = { roomId: claims.roomId, userId: claims.userId, isStale: false };
      this.#tickets.add(ticket);
      try {
        const answer = await this.ask(claims, true);
        if (!answer) return 'try-later';
        const { roomState: state } = answer;
        if (!answer.authorized || !state) return denialOf(answer);
        const room = await this.#deps.rooms.open(claims.roomId, state);
        if (typeof room === 'string') return 'try-later';
        if (!ticket.isStale) return this.#register(socket, room, { member: memberOf(answer), state });
      } finally {
        this.#tickets.delete(ticket);
      }
    }
    return 'try-later';
  }

  /** Synchronous after the last look at the ticket, so that no change falls in between. */
  #register(
    socket: CollabSocket,
    room: LiveRoom,
    as: { member: Member; state: RoomStateData },
  ): Denial | null {
    const { sockets, limits } = this.#deps;
    if (socket.isEnded) return 'try-later';
    const mine = sockets.ofUser(socket.claims?.userId ?? '');
    const older = mine.filter((other) => other.admitted?.room === room && !other.isEnded);
    const elsewhere = mine.filter((other) => !older.includes(other) && !other.isEnded);
    if (elsewhere.length >= limits.socketsPerUser) return 'try-later';
    if (room.sockets.size - older.length >= limits.socketsPerRoom) return 'try-later';
    if (room.sockets.size === 0) takeOver(room, as.state);
    socket.admitted = { room, ...as };
    room.sockets.add(socket);
    clearTimeout(room.idle);
    // After the new one is in: the user has not been away in between.
    for (const other of older)
      sockets.end(other, closeCodes.alreadyConnected, 'connected elsewhere', { isSilent: true });
    return null;
  }
}

/** With nobody in the room its flags may be of yesterday; else every change of them has come as a command. */
function takeOver(room: LiveRoom, state: RoomStateData): void {
  room.phase = state.phase;
  room.isLocked = state.editorLocked;
  room.lockedBy = state.lockedBy ?? null;
  room.language = state.language;
}

/** What the answer makes of somebody who is authorized. */
export function memberOf(answer: AuthorizeJoinResponse): Member {
  return {
    role: answer.role ?? 'observer',
    isHost: answer.isHost ?? false,
    displayName: answer.displayName ?? '',
    capabilities: new Set(answer.capabilities ?? []),
  };
}

/** Why not, for an answer that does not admit. */
export function denialOf(answer: AuthorizeJoinResponse): Denial {
  if (answer.authorized) return 'try-later';
  return answer.reason !== undefined && answer.reason in denials ? answer.reason : 'not-participant';
}
