import type { Operations, RoomStatus } from '../../../generated/api.ts';
import { isoTime } from '../../../kernel/clock.ts';
import type { RoomRules, RoomScope } from '../../../ports/room-access.ts';
import { changeRoom, withRules } from '../access.ts';
import { endRoom } from '../changes/ending.ts';
import { changePhase } from '../changes/phase.ts';
import type { RoomDeps } from '../deps.ts';
import { listSeated } from '../queries/members.ts';
import { checkTransition } from '../rules/phases.ts';

type Transition = Operations['advanceRoomPhase']['answers'][200]['body'];

/** Finishing is the one step that the host may take while away. */
function rulesFor(target: RoomStatus): RoomRules {
  const awayHost = target === 'finished';
  return { presence: 'active', awayHost, capability: 'room:change-phase', unfinished: true };
}

/** Moves the room to another phase; of two racing calls the later one is judged by what the first has done. */
export function advancePhase(deps: RoomDeps, scope: RoomScope, target: RoomStatus): Promise<Transition> {
  return changeRoom(deps, withRules(scope, rulesFor(target)), (tx, { room, me }) => {
    const now = deps.kernel.clock.now();
    checkTransition(room, target, listSeated(tx, room.id, now));
    let { sessionId } = room;
    if (target === 'finished') {
      endRoom(deps, tx, room, { reason: 'completed', changedBy: me.userId, now });
    } else if (target !== 'waiting') {
      sessionId = changePhase(deps, tx, room, { target, changedBy: me.userId, now });
    }
    return {
      roomId: room.id,
      previousStatus: room.status,
      currentStatus: target,
      sessionId,
      transitionedAt: isoTime(now),
      transitionedBy: me.userId,
    };
  });
}
