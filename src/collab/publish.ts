import type { Db } from '../db/types.ts';
import { roomStatusValues, supportedLanguageValues } from '../generated/enums.ts';
import type { CollabPlane, RoomPush } from '../ports/collab.ts';
import { CollabDocumentNotFound } from '../ports/collab-errors.ts';
import type { Admission } from './admission.ts';
import type { Attendance } from './attendance.ts';
import type { Channel } from './channel.ts';
import { CollabInvalidRequest } from './errors.ts';
import { type LiveRoom, nextMacrotask } from './live.ts';
import type { Rooms } from './rooms.ts';
import { findRoom } from './store-queries.ts';

export type PublishDeps = {
  readonly db: Db;
  readonly rooms: Rooms;
  readonly channel: Channel;
  readonly admission: Admission;
  readonly attendance: Attendance;
  /** Bytes of an event's data as JSON. */
  readonly maxBytes: number;
};

/** Sends an event to the room, and carries out what the event means inside the plane. */
export function createPublish(deps: PublishDeps): CollabPlane['publishRoomEvent'] {
  const { rooms, channel, admission, attendance } = deps;
  return async (roomId, push) => {
    const userIds = usersConcerned(push);
    for (const userId of userIds) admission.noteChange(roomId, userId);
    if (push.type === 'phase-change') admission.noteChange(roomId);
    if (!findRoom(deps.db, roomId)) throw CollabDocumentNotFound();
    if (Buffer.byteLength(JSON.stringify(push.data)) > deps.maxBytes)
      throw CollabInvalidRequest({ maxBytes: deps.maxBytes });
    await nextMacrotask();
    const room = rooms.find(roomId);
    if (!room) return { delivered: 0 };
    carryOut(channel, room, push);
    const delivered = send(channel, room, push);
    // Their new rights come from the control plane: this plane has no table of its own.
    const concerned = [...room.sockets].filter((socket) => userIds.includes(socket.claims?.userId ?? ''));
    await Promise.all(concerned.map((socket) => attendance.recheck(socket)));
    return { delivered };
  };
}

function carryOut(channel: Channel, room: LiveRoom, { type, data }: RoomPush): void {
  if (type === 'phase-change') {
    const phase = roomStatusValues.find((value) => value === data.phase);
    if (phase)
      channel.changeRights([room], 'phase', () => {
        room.phase = phase;
      });
  }
  if (type === 'language-change')
    room.language = supportedLanguageValues.find((value) => value === data.language) ?? room.language;
}

function send(channel: Channel, room: LiveRoom, push: RoomPush): number {
  if (push.type !== 'room-state') return channel.broadcast(room, push.type, push.data, push.targetUserIds);
  const targets = [...room.sockets].filter(
    (socket) => push.targetUserIds === null || push.targetUserIds.includes(socket.claims?.userId ?? ''),
  );
  for (const socket of targets) channel.sendRoomState(socket, push.data);
  return targets.length;
}

const CONCERNED: Readonly<Record<string, readonly string[]>> = {
  'participant-updated': ['userId'],
  'host-change': ['hostId', 'previousHostId'],
  'role-swap-resolved': ['requesterId', 'targetUserId'],
};

/** Users whose rights the event may change. */
function usersConcerned({ type, data }: RoomPush): string[] {
  const named =
    type === 'participant-joined'
      ? [(data.user as { userId?: unknown } | undefined)?.userId]
      : (CONCERNED[type] ?? []).map((field) => data[field]);
  return named.filter((value): value is string => typeof value === 'string');
}
