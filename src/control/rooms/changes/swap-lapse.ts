import type { Tx } from '../../../db/types.ts';
import { push } from '../announce.ts';
import type { RoomDeps } from '../deps.ts';
import { findPendingSwap, resolveSwap } from '../queries/swaps.ts';
import { showSwap } from '../shapes/swap.ts';

/** Ends the room's pending role swap without an answer; with `userId` only if that user is part of it. */
export function lapseSwap(deps: Pick<RoomDeps, 'kernel'>, tx: Tx, roomId: string, userId?: string): void {
  const swap = findPendingSwap(tx, roomId);
  if (swap === null) return;
  if (userId !== undefined && userId !== swap.requesterId && userId !== swap.targetId) return;
  resolveSwap(tx, swap.id, 'expired', null);
  push(deps, tx, roomId, 'role-swap-resolved', showSwap({ ...swap, status: 'expired' }));
}
