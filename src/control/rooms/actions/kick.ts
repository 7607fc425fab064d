import { invalidFields } from '../../../kernel/errors.ts';
import type { Origin } from '../../../ports/audit.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom } from '../access.ts';
import { depart } from '../changes/departure.ts';
import type { RoomDeps } from '../deps.ts';
import { ParticipantNotFound } from '../errors.ts';
import { findMember } from '../queries/members.ts';

export type Kick = { readonly userId: string; readonly ban: boolean; readonly origin: Origin };

/** Puts somebody out, for good with `ban`; who already left can still be banned. */
export async function kickParticipant(deps: RoomDeps, scope: RoomScope, kick: Kick): Promise<void> {
  const { userId, ban: banned, origin } = kick;
  if (userId === scope.me.userId) {
    throw invalidFields({ field: 'path.userId', constraint: 'notSelf', value: userId });
  }
  await changeRoom(deps, scope, (tx, { room, me }) => {
    const target = findMember(tx, room.id, userId);
    if (target === null || target.standing === 'banned') throw ParticipantNotFound();
    // Whoever has left is out already.
    if (target.standing === 'left' && !banned) return;
    deps.neighbours.writeAudit(tx, {
      action: 'room.participant_kick',
      actorId: me.userId,
      targetType: 'room',
      targetId: room.id,
      metadata: { userId, banned },
      origin,
    });
    depart(deps, tx, room, target, { kind: 'kicked', banned, by: me.userId }, deps.kernel.clock.now());
    const jobs = { waitingOnly: false, userId } as const;
    deps.neighbours.cancelRoomJobs(tx, room.id, ['run', 'submission'], jobs);
  });
}
