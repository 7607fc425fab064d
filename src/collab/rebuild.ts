import { applyUpdate, Doc, encodeStateAsUpdate } from 'yjs';

/** Why the updates do not make up a document, null if they do. */
export function applyAll(document: Doc, updates: readonly Uint8Array[]): string | null {
  try {
    document.transact(() => {
      for (const update of updates) applyUpdate(document, update);
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** What is left of a document: its stored state, states of its snapshots (newest first), its journal in order. */
export type Remains = {
  readonly state: Uint8Array;
  readonly recovery: readonly Uint8Array[];
  readonly rows: readonly Uint8Array[];
};

export type Rebuilt = {
  readonly state: Uint8Array;
  /** Updates of the journal that could not be read and are left out. */
  readonly droppedRows: number;
  /** From the stored state, or only from one of a snapshot. */
  readonly isStateGood: boolean;
};

/**
 * One state of everything that decodes; null when neither the stored state nor one of a snapshot does, since a document
 * without its beginning would be an empty one. All of them have the same history, so that nothing doubles, and what is
 * missing comes back with the clients that have it.
 */
export function rebuild({ state, recovery, rows }: Remains): Rebuilt | null {
  const base = collect([]);
  const isStateGood = base.add(state);
  // One is enough: an older one has nothing that a newer one lacks.
  const hasRecovery = recovery.some((kept) => base.add(kept));
  if (!isStateGood && !hasRecovery) return null;
  const droppedRows = rows.filter((row) => !base.add(row)).length;
  return { state: base.encode(), droppedRows, isStateGood };
}

/** Adds updates one by one; one that breaks the document half-way is left out by starting again without it. */
function collect(good: Uint8Array[]) {
  let document = new Doc();
  return {
    add(update: Uint8Array): boolean {
      if (applyAll(document, [update]) === null) {
        good.push(update);
        return true;
      }
      document.destroy();
      document = new Doc();
      applyAll(document, good);
      return false;
    },
    encode(): Uint8Array {
      const state = encodeStateAsUpdate(document);
      document.destroy();
      return state;
    },
  };
}
