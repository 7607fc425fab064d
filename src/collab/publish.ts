import type { Db } from '../db/types.ts';
import { roomStatusValues, supportedLanguageValues } from '../generated/enums.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabPlane, RoomPush } from '../ports/collab.ts';
import { CollabDocumentNotFound } from '../ports/collab-errors.ts';
import type { Admission } from './admission.ts';
import type { Attendance } from './attendance.ts';
import type { Changes } from './changes.ts';
import type { Channel } from './channel.ts';
import { CollabInvalidRequest } from './errors.ts';
import { type NewFacts, rememberFacts } from './facts.ts';
import { type LiveRoom, nextMacrotask } from './live.ts';
import type { Rooms } from './rooms.ts';
import type { Snapshots } from './snapshots.ts';
import { findRoom } from './store-queries.ts';

export type PublishDeps = {
  readonly db: Db;
  readonly log: Log;
  readonly parts: {
    readonly rooms: Rooms;
    readonly channel: Channel;
    readonly admission: Admission;
    readonly attendance: Attendance;
    readonly changes: Changes;
    readonly snapshots: Snapshots;
  };
  /** Bytes of an event's data as JSON. */
  readonly maxBytes: number;
};

/** Sends an event to the room, and carries out what the event means inside the plane. */
export function createPublish(deps: PublishDeps): CollabPlane['publishRoomEvent'] {
  const { admission, changes } = deps.parts;
  return async (roomId, push) => {
    const userIds = usersConcerned(push);
    for (const userId of userIds) admission.noteChange(roomId, userId);
    if (push.type === 'phase-change') admission.noteChange(roomId);
    if (!findRoom(deps.db, roomId)) throw CollabDocumentNotFound();
    if (Buffer.byteLength(JSON.stringify(push.data)) > deps.maxBytes)
      throw CollabInvalidRequest({ maxBytes: deps.maxBytes });
    const facts = factsIn(push);
    const end = facts ? changes.begin(roomId) : undefined;
    try {
      await nextMacrotask();
      if (facts) carryOut(deps, roomId, facts);
    } finally {
      end?.();
    }
    return { delivered: await deliver(deps, roomId, push, userIds) };
  };
}

/** Phase or language that the event brings; null when it is about something else. */
function factsIn({ type, data }: RoomPush): NewFacts | null {
  if (type === 'phase-change') {
    const phase = roomStatusValues.find((value) => value === data.phase);
    return phase ? { phase } : null;
  }
  if (type !== 'language-change') return null;
  const language = supportedLanguageValues.find((value) => value === data.language);
  return language ? { language } : null;
}

function carryOut({ db, log, parts }: PublishDeps, roomId: string, { phase, language }: NewFacts): void {
  const room = parts.rooms.find(roomId);
  if (room && phase)
    parts.channel.changeRights([room], 'phase', () => {
      room.phase = phase;
    });
  if (room && language) room.language = language;
  const followUp = async () => {
    // In the tick of the change: the text of the snapshot is the one that the new phase finds.
    if (phase) await parts.snapshots.take(roomId, 'phase_change', { phase });
    await rememberFacts(db, roomId, { phase, language });
  };
  followUp().catch((error: unknown) => log.warn({ err: error, roomId }, 'a change of a room was not kept'));
}

/** The number of sockets that it was handed to. */
async function deliver(
  { parts }: PublishDeps,
  roomId: string,
  push: RoomPush,
  userIds: readonly string[],
): Promise<number> {
  const room = parts.rooms.find(roomId);
  if (!room) return 0;
  const delivered = send(parts.channel, room, push);
  // Their new rights come from the control plane: this plane has no table of its own.
  const concerned = [...room.sockets].filter((socket) => userIds.includes(socket.claims?.userId ?? ''));
  await Promise.all(concerned.map((socket) => parts.attendance.recheck(socket)));
  return delivered;
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
