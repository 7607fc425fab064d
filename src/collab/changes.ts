/** Changes of a room's phase, lock or language that are on their way into the plane. */
export type Changes = {
  /** A command that sets one of them has arrived; call the result when it has been carried out. */
  begin(roomId: string): () => void;
  /** For whoever brings such facts and has to wait before setting them: whether a command came in between. */
  watch(roomId: string): FactsWatch;
};

export type FactsWatch = {
  /** A command was under way when the watch began, or has come since: the facts may be older than what it sets. */
  readonly isOvertaken: boolean;
  end(): void;
};

/** No change under way. */
export function createChanges(): Changes {
  const running = new Map<string, number>();
  const watches = new Set<{ readonly roomId: string; isOvertaken: boolean }>();
  return {
    begin: (roomId) => {
      running.set(roomId, (running.get(roomId) ?? 0) + 1);
      for (const watch of watches) if (watch.roomId === roomId) watch.isOvertaken = true;
      return () => {
        const left = (running.get(roomId) ?? 1) - 1;
        if (left === 0) running.delete(roomId);
        else running.set(roomId, left);
      };
    },
    watch: (roomId) => {
      const watch = { roomId, isOvertaken: running.has(roomId) };
      watches.add(watch);
      return {
        get isOvertaken() {
          return watch.isOvertaken;
        },
        end: () => void watches.delete(watch),
      };
    },
  };
}
