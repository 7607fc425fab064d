import type { Reader } from '../db/types.ts';
import type { RoomCapability, RoomMode, RoomRole, RoomStatus, SupportedLanguage } from '../generated/api.ts';

/** Who in a room may call: `active` members only (finished rooms: anybody who took part), or all who were not removed. */
export type Presence = 'active' | 'member' | 'former';

/** What an operation demands of room and caller, beyond being one of the participants. */
export type RoomRules = {
  readonly presence: Presence;
  /** The host passes even while away. */
  readonly awayHost?: boolean;
  readonly capability?: RoomCapability;
  /** Only the host, whatever the role. */
  readonly host?: boolean;
  /** Only these roles, where no capability says it. */
  readonly roles?: readonly RoomRole[];
  /** Refuse finished rooms (ROOM_FINISHED). */
  readonly unfinished?: boolean;
  readonly mode?: RoomMode;
  /** Phases in which the action is possible, else ROOM_INVALID_STATE. */
  readonly phases?: readonly RoomStatus[];
  /** Refuse while the editor is locked (ROOM_EDITOR_LOCKED). */
  readonly unlocked?: boolean;
};

export type ScopedRoom = {
  readonly id: string;
  readonly status: RoomStatus;
  readonly mode: RoomMode;
  readonly hostId: string;
  readonly language: SupportedLanguage;
  readonly problemId: string | null;
  readonly sessionId: string | null;
  readonly editorLocked: boolean;
};

export type ScopedMember = {
  readonly userId: string;
  readonly role: RoomRole;
  readonly isHost: boolean;
  readonly isActive: boolean;
};

/** A room as one caller is admitted to it, by the rules that admitted. Actions take this, never naked ids. */
export type RoomScope = {
  readonly room: ScopedRoom;
  readonly me: ScopedMember;
  readonly rules: RoomRules;
  can(capability: RoomCapability): boolean;
};

/** The one door to a room: HTTP, sockets and writing transactions all pass it. */
export type RoomAccess = {
  /**
   * Loads room and membership and checks, in order: exists (ROOM_NOT_FOUND), participation (ROOM_ACCESS_DENIED),
   * capability or host (ROOM_PERMISSION_DENIED), finished, mode, phase, lock.
   */
  enter(reader: Reader, roomId: string, userId: string, rules: RoomRules): RoomScope;
  /** Notes a sign of life of an active member; in memory, cheap. */
  noteSignOfLife(roomId: string, userId: string): void;
};
