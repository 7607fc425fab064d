import type { Reader } from '../../../db/types.ts';
import type { RoomParticipantSummary, RoomRecording } from '../../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../../kernel/clock.ts';
import type { RoomNeighbours } from '../deps.ts';
import { pickName } from '../names.ts';
import type { Member } from '../tables.ts';

/** Participants as everybody in the room sees them, in the order given. */
export function showParticipants(
  deps: { readonly neighbours: Pick<RoomNeighbours, 'users'> },
  reader: Reader,
  hostId: string,
  members: readonly Member[],
): RoomParticipantSummary[] {
  const names = deps.neighbours.users.names(
    reader,
    members.map(({ userId }) => userId),
  );
  return members.map((member) => {
    const { username, displayName, avatarUrl } = pickName(names, member.userId);
    return {
      userId: member.userId,
      username,
      displayName,
      avatarUrl,
      role: member.role,
      isHost: member.userId === hostId,
      isActive: member.isActive,
      isReady: member.isReady,
      muted: member.muted,
      recordingConsent: null,
      joinedAt: isoTime(member.joinedAt),
      leftAt: isoTimeOrNull(member.leftAt),
    };
  });
}

/** Nothing is recorded: nobody has been asked. */
export function showRecording(members: readonly Member[]): RoomRecording {
  const missing = members.filter((member) => member.isActive).map((member) => member.userId);
  return {
    status: 'off',
    recordingId: null,
    startedAt: null,
    startedBy: null,
    allConsented: missing.length === 0,
    missingUserIds: missing,
  };
}
