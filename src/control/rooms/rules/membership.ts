import type { JoinRoomResponse, RoomMode, RoomRole } from '../../../generated/api.ts';
import {
  RoomFinished,
  RoomFull,
  RoomInvalidCode,
  RoomNotPeerMode,
  RoomParticipantRemoved,
  RoomRoleUnavailable,
} from '../errors.ts';
import type { Member, Room } from '../tables.ts';

/** What seats and roles are judged by. */
export type Seat = Pick<Member, 'userId' | 'role' | 'isActive' | 'reservedUntil'>;

/** True for who is there, or is away with the seat still kept. */
export function holdsSeat(seat: Pick<Seat, 'isActive' | 'reservedUntil'>, now: number): boolean {
  return seat.isActive || (seat.reservedUntil !== null && seat.reservedUntil > now);
}

/** Seats in use, of others than `except`. */
export function countSeats(seats: readonly Seat[], now: number, except?: string): number {
  return seats.filter((seat) => seat.userId !== except && holdsSeat(seat, now)).length;
}

/** Who holds a role, actively or reserved, other than `except`; observers never collide. */
export function findHolder(
  seats: readonly Seat[],
  role: RoomRole,
  now: number,
  except?: string,
): string | null {
  if (role === 'observer') return null;
  const holder = seats.find((seat) => seat.role === role && seat.userId !== except && holdsSeat(seat, now));
  return holder?.userId ?? null;
}

/** Roles that one person at a time may have, in the order in which they are given out. */
function soleRoles(mode: RoomMode): readonly RoomRole[] {
  return mode === 'peer' ? ['interviewer', 'candidate'] : ['candidate'];
}

/** The host's first role: what was asked for, else interviewer; always candidate before the AI interviewer. */
export function firstHostRole(mode: RoomMode, asked: RoomRole | undefined): RoomRole {
  return mode === 'ai' ? 'candidate' : (asked ?? 'interviewer');
}

export type Assignment = { readonly role: RoomRole; readonly reason: JoinRoomResponse['assignmentReason'] };

export type RoleWish = {
  readonly mode: RoomMode;
  readonly userId: string;
  readonly requested: RoomRole | null;
  /** The role of a former stay. */
  readonly previous: RoomRole | null;
};

/** Gives a joiner a role: as requested, the old one, the first free one, else observer. */
export function assignRole(wish: RoleWish, seats: readonly Seat[], now: number): Assignment {
  const isFree = (role: RoomRole) => findHolder(seats, role, now, wish.userId) === null;
  const { requested, previous } = wish;
  if (requested !== null) {
    if (requested === 'interviewer' && wish.mode === 'ai') throw RoomNotPeerMode();
    if (!isFree(requested)) throw RoomRoleUnavailable({ role: requested });
    return { role: requested, reason: 'requested' };
  }
  if (previous !== null && isFree(previous)) return { role: previous, reason: 'retained' };
  const free = soleRoles(wish.mode).find(isFree);
  return free === undefined
    ? { role: 'observer', reason: 'fallback-observer' }
    : { role: free, reason: 'auto-assigned' };
}

/** Roles that a join could be given now; none when the room is full for this caller. */
export function availableRoles(room: Room, userId: string, seats: readonly Seat[], now: number): RoomRole[] {
  if (countSeats(seats, now, userId) >= room.maxParticipants) return [];
  const free = soleRoles(room.mode).filter((role) => findHolder(seats, role, now, userId) === null);
  return [...free, 'observer'];
}

export type JoinWish = {
  readonly userId: string;
  readonly roomCode: string | undefined;
  readonly requestedRole: RoomRole | undefined;
};

/** Codes are compared without regard to case. */
export function normaliseCode(code: string): string {
  return code.toUpperCase();
}

/** First-time joiners: a code that is sent must be right, and a private room wants one. */
function checkCode(room: Room, roomCode: string | undefined): void {
  if (roomCode === undefined ? room.isPrivate : normaliseCode(roomCode) !== room.roomCode) {
    throw RoomInvalidCode();
  }
}

/**
 * Judges a join in this order: finished, removed, code, seat, role. Gives the role to take, or null for who is in
 * already and keeps everything.
 */
export function judgeJoin(
  room: Room,
  me: Member | null,
  wish: JoinWish,
  seats: readonly Seat[],
  now: number,
): Assignment | null {
  if (room.status === 'finished') throw RoomFinished();
  if (me?.standing === 'banned') throw RoomParticipantRemoved();
  if (me === null) checkCode(room, wish.roomCode);
  if (me?.isActive) return null;
  if (countSeats(seats, now, wish.userId) >= room.maxParticipants) throw RoomFull();
  const requested = wish.requestedRole ?? null;
  return assignRole(
    { mode: room.mode, userId: wish.userId, requested, previous: me?.role ?? null },
    seats,
    now,
  );
}
