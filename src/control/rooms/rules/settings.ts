import type { Operations, RoomCapability } from '../../../generated/api.ts';
import { RoomInvalidState } from '../errors.ts';
import type { Room } from '../tables.ts';
import { countSeats, type Seat } from './membership.ts';
import { elapsedMs } from './timer.ts';

export type SettingsChange = Operations['updateRoomSettings']['body'];
export type ParticipantChange = Operations['updateParticipant']['body'];

/** The right that a change of settings needs: the language is everybody's who edits, the rest the host's. */
export function settingsCapability(change: SettingsChange): RoomCapability {
  if (change.name !== undefined || change.config !== undefined || change.hostId !== undefined) {
    return 'room:settings';
  }
  return change.regenerateRoomCode === undefined ? 'code:change-language' : 'participant:invite';
}

/** The right that a change of a participant needs; null for the ready flag alone, which is everybody's own. */
export function participantCapability(change: ParticipantChange): RoomCapability | null {
  return change.role === undefined && change.muted === undefined ? null : 'participant:assign-role';
}

const unfinished = ['waiting', 'warmup', 'coding', 'wrapup'] as const;
const untilCoding = ['waiting', 'warmup', 'coding'] as const;

/** Seats in use stay seats: refuses fewer than that. */
export function checkMaxParticipants(room: Room, wanted: number, seats: readonly Seat[], now: number): void {
  if (wanted === room.maxParticipants || wanted >= countSeats(seats, now)) return;
  throw RoomInvalidState(
    { currentStatus: room.status, allowed: unfinished, field: 'config.maxParticipants' },
    { message: 'More seats than that are in use' },
  );
}

/** The limit stays above the time used, and is fixed once coding is over. */
export function checkMaxDuration(room: Room, wantedMin: number, now: number): void {
  if (wantedMin === room.maxDurationMin) return;
  const isOver = room.status === 'wrapup' || room.status === 'finished';
  if (!isOver && wantedMin * 60_000 > elapsedMs(room, now)) return;
  throw RoomInvalidState(
    { currentStatus: room.status, allowed: untilCoding, field: 'config.maxDuration' },
    { message: isOver ? 'Coding is over' : 'More time than that has been used' },
  );
}
