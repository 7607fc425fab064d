import type { Clock } from '../../kernel/clock.ts';
import { Unauthorized } from '../../kernel/errors.ts';
import { type Ids, isUuid } from '../../kernel/ids.ts';
import type { CollabTokens } from '../../ports/collab.ts';
import type { Tokens } from './tokens.ts';

type CollabTokensDeps = {
  readonly tokens: Tokens;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Time to connect. */
  readonly lifeMs: number;
};

/** Tokens that open the documents of one room to one login; what they allow is decided at the socket. */
export function createCollabTokens({ tokens, clock, ids, lifeMs }: CollabTokensDeps): CollabTokens {
  return {
    async issue({ userId, sid, roomId, role }) {
      const issuedAtMs = clock.now();
      const expiresAtMs = issuedAtMs + lifeMs;
      const extra = { roomId, role, type: 'collab' };
      const token = await tokens.issue('collab', {
        userId,
        sid,
        jti: ids.next(),
        issuedAtMs,
        expiresAtMs,
        extra,
      });
      return { token, expiresAt: expiresAtMs };
    },
    async verify(token) {
      const { userId, sid, issuedAtMs, extra } = await tokens.verify('collab', token);
      const roomId = extra?.roomId;
      if (typeof roomId !== 'string' || !isUuid(roomId) || extra?.type !== 'collab') throw Unauthorized();
      return { userId, sid, roomId, issuedAtMs };
    },
  };
}
