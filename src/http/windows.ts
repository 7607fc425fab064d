import type { Clock } from '../kernel/clock.ts';

/** `count` requests in `ms` milliseconds. */
export type WindowLimit = { readonly count: number; readonly ms: number };

/** One request counted in one window. */
export type Taken = {
  readonly limit: WindowLimit;
  remaining(): number;
  /** When the window ends, in milliseconds since 1970. */
  readonly endsAtMs: number;
  /** Uncounts the request; a second call does nothing. */
  giveBack(): void;
};

export type Full = { readonly limit: WindowLimit; readonly endsAtMs: number };

/** Windows of one bucket by key. */
export type Windows = {
  /** Counts a request; `full` when it does not fit. */
  take(key: string): { taken: Taken } | { full: Full };
  readonly size: number;
};

type Window = { count: number; readonly endsAtMs: number };

/** Keys remembered for one bucket; beyond it the oldest window is forgotten. */
const MAX_KEYS = 100_000;

/**
 * Fixed windows in memory: a key's window begins with its first counted request. Synchronous, so that a request can be
 * counted inside a transaction, and uncounted in the very window in which it was. All windows of a bucket last equally
 * long, so the oldest entries are the first to expire.
 */
export function createWindows(limit: WindowLimit, clock: Clock): Windows {
  const windows = new Map<string, Window>();

  function forgetExpired(nowMs: number): void {
    for (const [key, window] of windows) {
      if (window.endsAtMs > nowMs && windows.size < MAX_KEYS) return;
      windows.delete(key);
    }
  }

  function open(key: string, nowMs: number): Window {
    windows.delete(key);
    forgetExpired(nowMs);
    const window = { count: 0, endsAtMs: nowMs + limit.ms };
    windows.set(key, window);
    return window;
  }

  function forgetEmpty(key: string, window: Window): void {
    if (window.count === 0 && windows.get(key) === window) windows.delete(key);
  }

  return {
    take(key) {
      const nowMs = clock.now();
      const known = windows.get(key);
      const window = known && known.endsAtMs > nowMs ? known : open(key, nowMs);
      if (window.count >= limit.count) return { full: { limit, endsAtMs: window.endsAtMs } };
      return { taken: count(limit, window, () => forgetEmpty(key, window)) };
    },
    get size() {
      return windows.size;
    },
  };
}

/** Counts one request in a window; `uncounted` is called when it is given back. */
function count(limit: WindowLimit, window: Window, uncounted: () => void): Taken {
  window.count += 1;
  let isCounted = true;
  const giveBack = () => {
    if (!isCounted) return;
    isCounted = false;
    window.count -= 1;
    uncounted();
  };
  return { limit, endsAtMs: window.endsAtMs, remaining: () => limit.count - window.count, giveBack };
}
