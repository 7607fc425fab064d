import type { Awareness } from 'y-protocols/awareness';

/** One's own presence on the documents that carry it. */
export type Presence = {
  /** Merges fields into it; what comes within 100 ms leaves together. */
  set(fields: Record<string, unknown>): void;
  stop(): void;
};

const INTERVAL_MS = 100;

/** Presence over the awareness objects of the moment: fresh documents bring new ones. */
export function createPresence(awareness: () => readonly (Awareness | null)[]): Presence {
  let state: Record<string, unknown> = { active: true };
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isDue = false;
  const publish = () => {
    timer = undefined;
    if (!isDue) return;
    isDue = false;
    for (const one of awareness()) one?.setLocalState({ ...one.getLocalState(), ...state });
    timer = setTimeout(publish, INTERVAL_MS);
  };
  return {
    set: (fields) => {
      state = { ...state, ...fields };
      isDue = true;
      timer ??= setTimeout(publish, 0);
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
