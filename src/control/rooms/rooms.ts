import type { Reader, Tx } from '../../db/types.ts';
import type { Synchronous } from '../../db/write.ts';
import type { Binding } from '../../http/operation.ts';
import type { ChoreHandler } from '../../jobs/background.ts';
import type { CollabCallbacks } from '../../ports/collab.ts';
import type { RoomAccess, RoomScope } from '../../ports/room-access.ts';
import { type NewSnapshot, recordEvent, type TimelineEvent } from '../sessions/index.ts';
import { createRoomAccess, writeInRoom } from './access.ts';
import { closeRoom, closeRoomsOf } from './actions/close.ts';
import { createRoomChores } from './chores.ts';
import { createRoomSweeps, type RoomSweeps } from './clockwork.ts';
import { createCollabCallbacks } from './collab-callbacks.ts';
import type { RoomDeps } from './deps.ts';
import { createPresence } from './presence.ts';
import { findMember } from './queries/members.ts';
import { roomRoutes } from './routes.ts';
import { keepSnapshot } from './snapshots.ts';

/** What features that act in rooms ask of them. */
type RoomDoor = {
  /** Runs in a transaction whose first statement loads the scope anew and repeats its checks. */
  writeInRoom<T>(scope: RoomScope, run: (tx: Tx, scope: RoomScope) => Synchronous<T>): Promise<T>;
  /** Whether somebody took part in a room, also one that was destroyed, and was not removed. */
  isParticipant(reader: Reader, roomId: string, userId: string): boolean;
  noteSignOfLife(roomId: string, userId: string): void;
  /** Keeps code of a session, within the limits of what is kept; false when the id is known already. */
  keepSnapshot(tx: Tx, snapshot: NewSnapshot): boolean;
  /** Adds to the session's timeline. */
  recordEvent(tx: Tx, event: Omit<TimelineEvent, 'eventId'>): void;
};

export type Rooms = {
  readonly bindings: readonly Binding[];
  readonly access: RoomAccess;
  readonly callbacks: CollabCallbacks;
  /** Handlers of the chores that rooms queue, by kind. */
  readonly chores: Readonly<Record<string, ChoreHandler>>;
  readonly sweeps: RoomSweeps;
  readonly door: RoomDoor;
  /** An account was banned or deleted: its rooms end, others are left as by a ban. */
  closeRoomsOf(tx: Tx, userId: string): void;
  /** Ends a room from outside; throws ROOM_NOT_FOUND or ROOM_FINISHED. */
  closeRoom(tx: Tx, roomId: string): void;
};

/** Rooms of the control plane: who is in them, their phases, timers, locks, settings and role swaps. */
export function createRooms(given: Omit<RoomDeps, 'presence'>): Rooms {
  const deps: RoomDeps = { ...given, presence: createPresence(given.kernel.clock) };
  const access = createRoomAccess(deps.presence);
  return {
    bindings: roomRoutes(deps),
    access,
    callbacks: createCollabCallbacks(deps),
    chores: createRoomChores(deps),
    sweeps: createRoomSweeps(deps),
    door: {
      writeInRoom: (scope, run) => writeInRoom({ db: deps.db, access }, scope, run),
      isParticipant: (reader, roomId, userId) => {
        const member = findMember(reader, roomId, userId);
        return member !== null && member.standing !== 'banned';
      },
      noteSignOfLife: access.noteSignOfLife,
      keepSnapshot: (tx, snapshot) => keepSnapshot(deps, tx, snapshot),
      recordEvent: (tx, event) => recordEvent(tx, { eventId: deps.kernel.ids.next(), ...event }),
    },
    closeRoomsOf: (tx, userId) => closeRoomsOf(deps, tx, userId),
    closeRoom: (tx, roomId) => closeRoom(deps, tx, roomId),
  };
}
