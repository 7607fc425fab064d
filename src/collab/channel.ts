import type { Clock } from '../kernel/clock.ts';
import { type CollabSocket, connectionTo, type LiveRoom, type Member, type RoomConnection } from './live.ts';
import { serverMessage } from './messages.ts';
import { documentKinds } from './names.ts';
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
export function createChannel({ clock, isStorageDegraded }: ChannelDeps): Channel {
  const flagsOf = (room: LiveRoom): RoomFlags => ({
    phase: room.phase,
    isLocked: room.isLocked,
    isStorageDegraded: isStorageDegraded(),
  });
  const accessOfSocket = ({ admitted }: CollabSocket): AccessByKind | null =>
    admitted ? accessOf(admitted.member.capabilities, flagsOf(admitted.room)) : null;
  const send = (socket: CollabSocket, type: string, data: Record<string, unknown>) => {
    const connection = socket.isEnded ? undefined : connectionTo(socket, 'code');
    connection?.sendStateless(serverMessage(type, data, clock.now()));
    return connection !== undefined;
  };
  const tellAccess = (socket: CollabSocket, access: AccessByKind, reason: AccessReason) => {
    const { role, isHost } = socket.admitted?.member ?? {};
    send(socket, 'access-changed', { role, isHost, access, reason });
  };

  const changeRights: Channel['changeRights'] = (rooms, reason, change) => {
    const sockets = [...rooms].flatMap((room) => [...room.sockets]);
    const before = new Map(sockets.map((socket) => [socket, accessOfSocket(socket)]));
    change();
    return sockets.filter((socket) => {
      const access = accessOfSocket(socket);
      const former = before.get(socket);
      if (!access || !former || socket.isEnded) return false;
      applyFlags(socket, access);
      const isOther = documentKinds.some((kind) => access[kind] !== former[kind]);
      if (isOther) tellAccess(socket, access, reason);
      return isOther;
    });
  };

  return {
    send,
    flagsOf,
    changeRights,
    changeMember: (socket, member) => {
      const { admitted } = socket;
      if (!admitted) return;
      const { role, isHost } = admitted.member;
      const reason = isHost === member.isHost ? 'role' : 'host';
      const changed = changeRights([admitted.room], reason, () => {
        admitted.member = member;
      });
      const access = accessOfSocket(socket);
      if (access && changed.length === 0 && (role !== member.role || isHost !== member.isHost))
        tellAccess(socket, access, reason);
    },
    broadcast: (room, type, data, userIds = null) => {
      const document = room.documents.get('code')?.document;
      if (!document) return 0;
      const wanted = userIds === null ? null : new Set(userIds);
      const isMeant = (connection: RoomConnection) => {
        const { socket } = connection.context;
        return !socket.isEnded && (wanted === null || wanted.has(socket.claims?.userId ?? ''));
      };
      document.broadcastStateless(serverMessage(type, data, clock.now()), isMeant);
      return (document.getConnections() as RoomConnection[]).filter(isMeant).length;
    },
    sendRoomState: (socket, state) => {
      const { admitted } = socket;
      if (!admitted) return;
      const { phase, isLocked, lockedBy, language } = admitted.room;
      const known = { phase, editorLocked: isLocked, lockedBy, language };
      send(socket, 'room-state', { ...state, ...known, access: accessOfSocket(socket) });
    },
  };
}

/** The guard decides by itself at every update; the flag keeps the library's own reading in step. */
function applyFlags(socket: CollabSocket, access: AccessByKind): void {
  for (const kind of documentKinds) {
    const connection = connectionTo(socket, kind);
    if (connection) connection.readOnly = access[kind] === 'readonly';
  }
}
