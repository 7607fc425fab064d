import { type Person, type Reply, startWorld, type World } from '../api/runs/world.ts';

export type { Person, Reply, World };
export { startWorld };

/** Time for many requests at once, on the slowest machine. */
export const LONG_MS = 10 * 60_000;

/** How often each outcome came, by code or (for what was done) status. */
export function tally(replies: readonly Pick<Reply, 'status' | 'code'>[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, code } of replies) {
    const name = code || String(status);
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

/** So many people, each with an account. */
export function crowd(world: World, count: number, prefix = 'guest'): Promise<Person[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => world.person(`${prefix}_${at}`)));
}

/** Asks all at once; every request is under way before the first answer is looked at. */
export function atOnce<T>(count: number, ask: (at: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => ask(at)));
}

/** Who is active in a room, by the server's own rows. */
export function activeIn(world: World, roomId: string): { userId: string; role: string }[] {
  return world.rows(
    'SELECT user_id AS userId, role FROM room_participants WHERE room_id = ? AND is_active = 1 ORDER BY user_id',
    roomId,
  );
}

/** The room's own row. */
export function roomRow(world: World, roomId: string) {
  return world.rows('SELECT * FROM rooms WHERE id = ?', roomId)[0];
}
