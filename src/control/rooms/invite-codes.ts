import type { Tx } from '../../db/types.ts';
import type { RoomDeps } from './deps.ts';
import { RoomInviteCodeExhausted } from './errors.ts';
import { takeCode } from './queries/rooms.ts';
import { drawCode } from './rules/invite-code.ts';

const DRAWS = 5;

/** A code that no room ever had, taken for good. */
export function drawFreeCode(deps: Pick<RoomDeps, 'kernel'>, tx: Tx, now: number): string {
  for (let draw = 0; draw < DRAWS; draw++) {
    const code = drawCode(deps.kernel.random);
    if (takeCode(tx, code, now)) return code;
  }
  throw RoomInviteCodeExhausted(undefined, { retryAfterSeconds: 1 });
}
