import { applyUpdate, Doc } from 'yjs';

/** A document of stored updates; those that are not there are left out. */
export function documentFrom(updates: readonly (Uint8Array | undefined)[]): Doc {
  const document = new Doc();
  for (const update of updates) if (update) applyUpdate(document, new Uint8Array(update));
  return document;
}
