import type { RoleSwapRequest } from '../../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../../kernel/clock.ts';
import type { Swap } from '../tables.ts';

export function showSwap(swap: Swap): RoleSwapRequest {
  return {
    requestId: swap.id,
    roomId: swap.roomId,
    requesterId: swap.requesterId,
    requesterRole: swap.requesterRole,
    targetUserId: swap.targetId,
    targetRole: swap.targetRole,
    status: swap.status,
    createdAt: isoTime(swap.createdAt),
    expiresAt: isoTime(swap.expiresAt),
    respondedAt: isoTimeOrNull(swap.respondedAt),
  };
}
