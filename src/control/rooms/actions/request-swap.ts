import type { Tx } from '../../../db/types.ts';
import type { RoleSwapRequest } from '../../../generated/api.ts';
import type { RoomRules, RoomScope } from '../../../ports/room-access.ts';
import { changeRoom, type Entered, withRules } from '../access.ts';
import { push } from '../announce.ts';
import { lapseSwap } from '../changes/swap-lapse.ts';
import type { RoomDeps } from '../deps.ts';
import { listSeated } from '../queries/members.ts';
import { findPendingSwap, insertSwap } from '../queries/swaps.ts';
import { checkNonePending, findSwapTarget, swapPhases } from '../rules/swaps.ts';
import { showSwap } from '../shapes/swap.ts';
import type { Swap } from '../tables.ts';

const rules: RoomRules = {
  presence: 'active',
  roles: ['interviewer', 'candidate'],
  unfinished: true,
  mode: 'peer',
  phases: swapPhases,
};

/** Asks the holder of the other role to trade places; `keep` turns it into the stored answer. */
export function requestSwap<T>(
  deps: RoomDeps,
  scope: RoomScope,
  keep: (tx: Tx, swap: RoleSwapRequest) => T,
): Promise<T> {
  return changeRoom<unknown>(deps, withRules(scope, rules), (tx, entered) => {
    const { room } = entered;
    const now = deps.kernel.clock.now();
    const target = findSwapTarget(listSeated(tx, room.id, now), entered.me.role);
    checkNonePending(findPendingSwap(tx, room.id), now);
    // A request past its time that no sweep has found yet makes way.
    lapseSwap(deps, tx, room.id);
    const swap = newSwap(deps, entered, target, now);
    insertSwap(tx, swap);
    push(deps, tx, room.id, 'role-swap-requested', showSwap(swap));
    return keep(tx, showSwap(swap));
  }) as Promise<T>;
}

function newSwap(
  deps: RoomDeps,
  { room, me }: Entered,
  target: Pick<Entered['me'], 'userId' | 'role'>,
  now: number,
): Swap {
  return {
    id: deps.kernel.ids.next(),
    roomId: room.id,
    requesterId: me.userId,
    requesterRole: me.role,
    targetId: target.userId,
    targetRole: target.role,
    status: 'pending',
    createdAt: now,
    expiresAt: now + deps.settings['timers.roleSwapMs'],
    respondedAt: null,
  };
}
