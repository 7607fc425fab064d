import type { Clock } from '../kernel/clock.ts';

/** Times after which something is stopped from outside; looked at by `check`, so that one tick serves all. */
export type Deadlines = {
  /** Calls `late` once when the time has passed; returns how to call it off. */
  add(atMs: number, late: () => void): () => void;
  check(): void;
};

/** Deadlines on the injected clock. */
export function createDeadlines(clock: Clock): Deadlines {
  const open = new Set<{ atMs: number; late: () => void }>();
  return {
    add: (atMs, late) => {
      const deadline = { atMs, late };
      open.add(deadline);
      return () => open.delete(deadline);
    },
    check: () => {
      for (const deadline of [...open]) {
        if (deadline.atMs > clock.now()) continue;
        open.delete(deadline);
        deadline.late();
      }
    },
  };
}
