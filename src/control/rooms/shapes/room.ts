import type { Reader } from '../../../db/types.ts';
import type { RoomConfig, RoomDetail } from '../../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../../kernel/clock.ts';
import { rightsOf } from '../access.ts';
import type { RoomDeps } from '../deps.ts';
import { listShown } from '../queries/members.ts';
import { findPendingSwap } from '../queries/swaps.ts';
import { capabilitiesOf } from '../rules/capabilities.ts';
import { isOpen } from '../rules/swaps.ts';
import { elapsedMs } from '../rules/timer.ts';
import type { Member, Room } from '../tables.ts';
import { showParticipants, showRecording } from './participant.ts';
import { showSwap } from './swap.ts';

/** The most participants that the whole state of a room carries. */
export const SHOWN_PARTICIPANTS = 100;

export function showConfig(room: Room): RoomConfig {
  const { maxParticipants, maxDurationMin, isPrivate } = room;
  return { maxParticipants, maxDuration: maxDurationMin, isPrivate };
}

/** Everything of the room's own row that all participants see alike. */
function showRow(room: Room, now: number) {
  return {
    roomId: room.id,
    roomCode: room.roomCode,
    name: room.name,
    status: room.status,
    mode: room.mode,
    hostId: room.hostId,
    sessionId: room.sessionId,
    problemId: room.problemId,
    language: room.language,
    config: showConfig(room),
    currentPhaseStartedAt: isoTime(room.phaseStartedAt),
    timerPaused: room.pauseCause !== null,
    elapsedMs: elapsedMs(room, now),
    serverTime: isoTime(now),
    editorLocked: room.editorLocked,
    lockedBy: room.lockedBy,
    createdAt: isoTime(room.createdAt),
    endedAt: isoTimeOrNull(room.endedAt),
    endReason: room.endReason,
  };
}

/** The whole state of a room as `me` sees it, without the token that the caller may add. */
export function showRoom(deps: RoomDeps, reader: Reader, room: Room, me: Member): RoomDetail {
  const now = deps.kernel.clock.now();
  const { problems } = deps.neighbours;
  const members = listShown(reader, room.id, SHOWN_PARTICIPANTS);
  const swap = findPendingSwap(reader, room.id);
  return {
    ...showRow(room, now),
    problem: room.problemId === null ? null : problems.summary(reader, room.problemId, me.userId),
    participants: showParticipants(deps, reader, room.hostId, members),
    myRole: me.role,
    isHost: room.hostId === me.userId,
    myCapabilities: capabilitiesOf(rightsOf(room, me)),
    recording: showRecording(members),
    pendingRoleSwap: swap !== null && isOpen(swap, now) ? showSwap(swap) : null,
    mediaEnabled: false,
    collab: null,
  };
}
