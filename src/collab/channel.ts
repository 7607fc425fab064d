import type { Clock } from '../kernel/clock.ts';
import { type CollabSocket, connectionTo, type LiveRoom, type Member, type RoomConnection } from './live.ts';
import { serverMessage } from './messages.ts';
import { documentKinds } from './names.ts';
import { restampStates } from './presence.ts';
import { type AccessByKind, accessOf, type RoomFlags } from './rights.ts';

export type AccessReason = 'role' | 'host' | 'lock' | 'phase' | 'storage';

export type ChannelDeps = {
  readonly clock: Clock;
  readonly isStorageDegraded: () => boolean;
};

/** Messages beside Yjs: they travel on the code document, so only sockets that have opened it get them. */
export type Channel = {
  /** False when the socket has not opened the code document. */
  send(socket: CollabSocket, type: string, data: Record<string, unknown>): boolean;
  /** Number of sockets that it was handed to; null users for everybody. */
  broadcast(
    room: LiveRoom,
    type: string,
    data: Record<string, unknown>,
    userIds?: readonly string[] | null,
  ): number;
  /** room-state, with the access of whom it goes to; what the plane knows better stands over `state`. */
  sendRoomState(socket: CollabSocket, state: Record<string, unknown>): void;
  flagsOf(room: LiveRoom): RoomFlags;
  /**
   * Runs `change`, sets the read-only flags by what it left, and tells everybody whose access is another one now.
   * Call it in a macrotask of its own. Returns the sockets concerned.
   */
  changeRights(rooms: Iterable<LiveRoom>, reason: AccessReason, change: () => void): CollabSocket[];
  /** changeRights for one socket's member, who is told of a new role or host flag too. */
  changeMember(socket: CollabSocket, member: Member): void;
};

/** The channel of this process. */
export function createChannel(deps: ChannelDeps): Channel {
  return new RoomChannel(deps);
}

class RoomChannel implements Channel {
  readonly #deps: ChannelDeps;

  constructor(deps: ChannelDeps) {
    this.#deps = deps;
  }

  flagsOf = (room: LiveRoom): RoomFlags => ({
    phase: room.phase,
    isLocked: room.isLocked,
    isStorageDegraded: this.#deps.isStorageDegraded(),
  });

  send = (socket: CollabSocket, type: string, data: Record<string, unknown>): boolean => {
    const connection = socket.isEnded ? undefined : connectionTo(socket, 'code');
    connection?.sendStateless(serverMessage(type, data, this.#deps.clock.now()));
    return connection !== undefined;
  };

  broadcast = (
    room: LiveRoom,
    type: string,
    data: Record<string, unknown>,
    userIds: readonly string[] | null = null,
  ): number => {
    const document = room.documents.get('code')?.document;
    if (!document) return 0;
    const wanted = userIds === null ? null : new Set(userIds);
    const isMeant = (connection: RoomConnection) => {
      const { socket } = connection.context;
      return !socket.isEnded && (wanted === null || wanted.has(socket.claims?.userId ?? ''));
    };
    document.broadcastStateless(serverMessage(type, data, this.#deps.clock.now()), isMeant);
    return (document.getConnections() as RoomConnection[]).filter(isMeant).length;
  };

  sendRoomState = (socket: CollabSocket, state: Record<string, unknown>): void => {
    const { admitted } = socket;
    if (!admitted) return;
    const { phase, isLocked, lockedBy, language } = admitted.room;
    const known = { phase, editorLocked: isLocked, lockedBy, language };
    this.send(socket, 'room-state', { ...state, ...known, access: this.#accessOf(socket) });
  };

  changeRights = (rooms: Iterable<LiveRoom>, reason: AccessReason, change: () => void): CollabSocket[] => {
    const sockets = [...rooms].flatMap((room) => [...room.sockets]);
    const before = new Map(sockets.map((socket) => [socket, this.#accessOf(socket)]));
    change();
    return sockets.filter((socket) => {
      const access = this.#accessOf(socket);
      const former = before.get(socket);
      if (!access || !former || socket.isEnded) return false;
      applyFlags(socket, access);
      const isOther = documentKinds.some((kind) => access[kind] !== former[kind]);
      if (isOther) this.#tellAccess(socket, access, reason);
      return isOther;
    });
  };

  changeMember = (socket: CollabSocket, member: Member): void => {
    const { admitted } = socket;
    if (!admitted) return;
    const { role, isHost } = admitted.member;
    const reason = isHost === member.isHost ? 'role' : 'host';
    const changed = this.changeRights([admitted.room], reason, () => {
      admitted.member = member;
    });
    const access = this.#accessOf(socket);
    const isOther = role !== member.role || isHost !== member.isHost;
    if (access && changed.length === 0 && isOther) this.#tellAccess(socket, access, reason);
    if (isOther && !socket.isEnded) restampStates(socket);
  };

  #accessOf({ admitted }: CollabSocket): AccessByKind | null {
    return admitted ? accessOf(admitted.member.capabilities, this.flagsOf(admitted.room)) : null;
  }

  #tellAccess(socket: CollabSocket, access: AccessByKind, reason: AccessReason): void {
    const { role, isHost } = socket.admitted?.member ?? {};
    this.send(socket, 'access-changed', { role, isHost, access, reason });
  }
}

/** The guard decides by itself at every update; the flag keeps the library's own reading in step. */
function applyFlags(socket: CollabSocket, access: AccessByKind): void {
  for (const kind of documentKinds) {
    const connection = connectionTo(socket, kind);
    if (connection) connection.readOnly = access[kind] === 'readonly';
  }
}
