import type { Tx } from '../../../db/types.ts';
import type { RoomParticipantSummary } from '../../../generated/api.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom, type Entered, withRules } from '../access.ts';
import { push } from '../announce.ts';
import { lapseSwap } from '../changes/swap-lapse.ts';
import type { RoomDeps } from '../deps.ts';
import { ParticipantNotFound, RoomPermissionDenied } from '../errors.ts';
import { findMember, listSeated, updateMember } from '../queries/members.ts';
import { checkReadyFlag, checkRoleChange } from '../rules/roles.ts';
import { type ParticipantChange, participantCapability } from '../rules/settings.ts';
import { showParticipants } from '../shapes/participant.ts';
import type { Member } from '../tables.ts';

/** Changes role, microphone or ready flag of an active participant, all of it or nothing. */
export function updateParticipant(
  deps: RoomDeps,
  scope: RoomScope,
  targetId: string,
  change: ParticipantChange,
): Promise<RoomParticipantSummary> {
  const capability = participantCapability(change);
  const rules = { presence: 'active', unfinished: true, ...(capability && { capability }) } as const;
  return changeRoom(deps, withRules(scope, rules), (tx, entered) => {
    const { room, me } = entered;
    // Readiness is everybody's own word; nobody may say it for another.
    if (change.isReady !== undefined && targetId !== me.userId) throw RoomPermissionDenied();
    const target = findMember(tx, room.id, targetId);
    if (!target?.isActive) throw ParticipantNotFound();
    const changed = judge(deps, tx, entered, target, change);
    store(deps, tx, entered, target, changed);
    const [shown] = showParticipants(deps, tx, room.hostId, [changed]);
    if (shown === undefined) throw new Error('A participant is not shown');
    return shown;
  });
}

function judge(deps: RoomDeps, tx: Tx, { room }: Entered, target: Member, change: ParticipantChange): Member {
  const { role = target.role, muted = target.muted, isReady = target.isReady } = change;
  const now = deps.kernel.clock.now();
  if (role !== target.role) checkRoleChange(room, target.userId, role, listSeated(tx, room.id, now), now);
  if (isReady !== target.isReady) checkReadyFlag(room);
  return { ...target, role, muted, isReady };
}

function store(deps: RoomDeps, tx: Tx, { room, me }: Entered, before: Member, after: Member): void {
  const { userId, role, muted, isReady } = after;
  const isSame = role === before.role && muted === before.muted && isReady === before.isReady;
  if (isSame) return;
  updateMember(tx, room.id, userId, { role, muted, isReady });
  if (role !== before.role) lapseSwap(deps, tx, room.id, userId);
  if (role !== before.role || muted !== before.muted) {
  }
  const update = { userId, role, muted, isReady, changedBy: me.userId };
  push(deps, tx, room.id, 'participant-updated', update);
}
