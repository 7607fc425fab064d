import type { Room } from '../tables.ts';
import { recoverTimer } from './timer.ts';

/**
 * Until when the server surely ran, for something that began at `since`: the last tick, unless it began after that
 * (then it was alive at least then).
 */
export function aliveAt(tick: number | null, since: number): number {
  return tick === null ? since : Math.max(tick, since);
}

export type Outage = {
  /** The last sign of life of the server before; null when none was stored. */
  readonly tick: number | null;
  readonly now: number;
  /** How long the host's place is kept. */
  readonly reservationMs: number;
};

/** What of a room's row moves so that the outage is not counted; empty when nothing was running. */
export function recoverRoom(room: Room, { tick, now, reservationMs }: Outage): Partial<Room> {
  const change: Partial<Room> = {};
  const timer = room.runningSince === null ? null : recoverTimer(room, aliveAt(tick, room.runningSince), now);
  if (timer !== null) Object.assign(change, timer);
  if (room.idleSince !== null) change.idleSince = shift(room.idleSince, room.idleSince, tick, now);
  if (room.hostAwayUntil !== null && room.hostAwayUntil > (tick ?? 0)) {
    change.hostAwayUntil = shift(room.hostAwayUntil, room.hostAwayUntil - reservationMs, tick, now);
  }
  return change;
}

function shift(time: number, since: number, tick: number | null, now: number): number {
  return time + Math.max(0, now - aliveAt(tick, since));
}
