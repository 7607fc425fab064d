import { getState } from 'yjs';
import type { Editor } from './editors.ts';

/** Keys a second of each who types: as fast as people do. */
const KEYS_PER_SECOND = 5;
/** Of each room's three, the last only reads: observers may not type. */
const TYPISTS = 2;
const SETTLE_MS = 3000;

type Key = { readonly clientId: number; readonly clock: number; readonly start: number };

/** Keys that an editor's document has not shown yet. */
function watch(editor: Editor, waiting: Set<Key>, times: number[]): () => void {
  const look = () => {
    const now = performance.now();
    for (const key of waiting) {
      if (getState(editor.doc.store, key.clientId) < key.clock) continue;
      waiting.delete(key);
      times.push(now - key.start);
    }
  };
  editor.doc.on('update', look);
  return () => editor.doc.off('update', look);
}

/** Two of each room type for so long, each at a beat of their own; gives the times in ms until each key stood in each other document. */
export async function typeTogether(
  rooms: readonly (readonly Editor[])[],
  durationMs: number,
): Promise<number[]> {
  const times: number[] = [];
  const waiting = new Map(rooms.flat().map((editor) => [editor, new Set<Key>()]));
  const ends = [...waiting].map(([editor, keys]) => watch(editor, keys, times));
  const press = (room: readonly Editor[], typist: Editor) => {
    const start = performance.now();
    typist.type();
    const { clientID: clientId } = typist.doc;
    const clock = getState(typist.doc.store, clientId);
    for (const other of room) if (other !== typist) waiting.get(other)?.add({ clientId, clock, start });
  };
  const period = 1000 / KEYS_PER_SECOND;
  const typists = rooms.flatMap((room) => room.slice(0, TYPISTS).map((typist) => ({ room, typist })));
  const timers = typists.map(({ room, typist }, at) => {
    const first = (at / typists.length) * period;
    let timer: NodeJS.Timeout = setTimeout(() => {
      press(room, typist);
      timer = setInterval(() => press(room, typist), period);
    }, first);
    return () => clearInterval(timer);
  });
  await new Promise((resolve) => setTimeout(resolve, durationMs));
  for (const stop of timers) stop();
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  for (const end of ends) end();
  const lost = [...waiting.values()].reduce((sum, keys) => sum + keys.size, 0);
  if (lost > 0) throw new Error(`${lost} keys did not arrive`);
  return times;
}
