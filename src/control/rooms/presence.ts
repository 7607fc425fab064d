import type { Clock } from '../../kernel/clock.ts';

/** When each active member last showed a sign of life; in memory, for active members only. */
export type Presence = {
  /** Somebody became active: joining is the first sign of life. */
  begin(roomId: string, userId: string): void;
  end(roomId: string, userId: string): void;
  endRoom(roomId: string): void;
  /** A sign of life; of whom is not active it is ignored. */
  note(roomId: string, userId: string): void;
  /** The last sign of life, ms since 1970; null for whom nothing is known. */
  lastSeen(roomId: string, userId: string): number | null;
};

/** Nothing is kept over a restart: whoever was active then has the whole time again. */
export function createPresence(clock: Clock): Presence {
  const rooms = new Map<string, Map<string, number>>();
  return {
    begin(roomId, userId) {
      const users = rooms.get(roomId) ?? new Map<string, number>();
      rooms.set(roomId, users.set(userId, clock.now()));
    },
    end(roomId, userId) {
      const users = rooms.get(roomId);
      users?.delete(userId);
      if (users?.size === 0) rooms.delete(roomId);
    },
    endRoom: (roomId) => void rooms.delete(roomId),
    note(roomId, userId) {
      const users = rooms.get(roomId);
      if (users?.has(userId)) users.set(userId, clock.now());
    },
    lastSeen: (roomId, userId) => rooms.get(roomId)?.get(userId) ?? null,
  };
}
