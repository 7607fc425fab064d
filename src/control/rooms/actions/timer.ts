import type { RoomTimer } from '../../../generated/api.ts';
import { isoTime } from '../../../kernel/clock.ts';
import type { RoomScope } from '../../../ports/room-access.ts';
import { changeRoom } from '../access.ts';
import { storeTimer } from '../changes/timer.ts';
import type { RoomDeps } from '../deps.ts';
import { elapsedMs, limitMs, pauseTimer, resumeTimer } from '../rules/timer.ts';

/** Pauses or resumes the coding timer; `changed` is false when it was so already. */
export function setTimerPaused(deps: RoomDeps, scope: RoomScope, paused: boolean): Promise<RoomTimer> {
  return changeRoom(deps, scope, (tx, { room, me }) => {
    const now = deps.kernel.clock.now();
    const timer = paused ? pauseTimer(room, 'person', now) : resumeTimer(room, now);
    if (timer !== null) storeTimer(deps, tx, room, timer, { by: me.userId, now });
    return {
      roomId: room.id,
      timerPaused: paused,
      elapsedMs: elapsedMs(timer ?? room, now),
      maxDurationMs: limitMs(room),
      serverTime: isoTime(now),
      changed: timer !== null,
      changedAt: timer === null ? null : isoTime(now),
      changedBy: timer === null ? null : me.userId,
    };
  });
}
