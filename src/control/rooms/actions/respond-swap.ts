import type { Tx } from '../../../db/types.ts';
import type { RoleSwapRequest } from '../../../generated/api.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeSessionRole } from '../../sessions/index.ts';
import { changeRoom, type Entered } from '../access.ts';
import { note, push } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { RoleSwapNotFound } from '../errors.ts';
import { findMember, updateMember } from '../queries/members.ts';
import { findSwap, resolveSwap } from '../queries/swaps.ts';
import { judgeAnswer } from '../rules/swaps.ts';
import { showSwap } from '../shapes/swap.ts';
import type { Swap } from '../tables.ts';

/** Accepts, declines or withdraws a role swap; accepting trades the two roles in room and session at once. */
export function respondToSwap(
  deps: RoomDeps,
  scope: RoomScope,
  requestId: string,
  accept: boolean,
): Promise<RoleSwapRequest> {
  return changeRoom(deps, scope, (tx, entered) => {
    const now = deps.kernel.clock.now();
    const swap = findSwap(tx, entered.room.id, requestId);
    if (swap === null) throw RoleSwapNotFound();
    const status = judgeAnswer(swap, entered.me.userId, accept, now);
    if (status === null) return showSwap(swap);
    resolveSwap(tx, swap.id, status, now);
    const resolved = showSwap({ ...swap, status, respondedAt: now });
    push(deps, tx, swap.roomId, 'role-swap-resolved', resolved);
    if (status === 'accepted') trade(deps, tx, entered, swap, now);
    return resolved;
  });
}

function trade(deps: RoomDeps, tx: Tx, entered: Entered, swap: Swap, now: number): void {
  const { requesterId, targetId, requesterRole, targetRole } = swap;
  giveRole(tx, entered, requesterId, targetRole);
  giveRole(tx, entered, targetId, requesterRole);
  const [interviewerId, candidateId] =
    requesterRole === 'candidate' ? [requesterId, targetId] : [targetId, requesterId];
  note(deps, tx, entered.room, 'role_swapped', {
    userId: entered.me.userId,
    at: now,
    metadata: { requestId: swap.id, interviewerId, candidateId },
  });
  for (const userId of [requesterId, targetId]) tellRole(deps, tx, entered, userId);
}

function giveRole(tx: Tx, { room }: Entered, userId: string, role: Swap['requesterRole']): void {
  updateMember(tx, room.id, userId, { role });
  if (room.sessionId !== null) changeSessionRole(tx, room.sessionId, userId, role);
}

function tellRole(deps: RoomDeps, tx: Tx, { room, me }: Entered, userId: string): void {
  const member = findMember(tx, room.id, userId);
  if (member === null) return;
  const { role, muted, isReady } = member;
  push(deps, tx, room.id, 'participant-updated', { userId, role, muted, isReady, changedBy: me.userId });
}
