/** Parks long polls until something they watch changes. */
export type Waiters = {
  /**
   * Resolves true at the next change of `id`, false after `timeoutMs`, when `signal` aborts, or at once when too many
   * wait already.
   */
  wait(id: string, timeoutMs: number, signal: AbortSignal): Promise<boolean>;
  changed(id: string): void;
};

/** At most `limit` waiters in all. */
export function createWaiters(limit: number): Waiters {
  const parked = new Map<string, Set<(hasChanged: boolean) => void>>();
  let count = 0;

  const wait = (id: string, timeoutMs: number, signal: AbortSignal) => {
    if (timeoutMs <= 0 || signal.aborted || count >= limit) return Promise.resolve(false);
    return new Promise<boolean>((resolve) => {
      const watching = parked.get(id) ?? new Set();
      parked.set(id, watching);
      count += 1;
      const end = (hasChanged: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        watching.delete(end);
        if (watching.size === 0 && parked.get(id) === watching) parked.delete(id);
        count -= 1;
        resolve(hasChanged);
      };
      const giveUp = () => end(false);
      const timer = setTimeout(giveUp, timeoutMs);
      signal.addEventListener('abort', giveUp, { once: true });
      watching.add(end);
    });
  };

  const changed = (id: string) => {
    for (const end of [...(parked.get(id) ?? [])]) end(true);
  };
  return { wait, changed };
}
