import type { Doc } from 'yjs';

type BoardRecord = Record<string, unknown>;

/** Records of the whiteboard in a document: the drawing, or the annotation layer of the notes. */
export function boardOf(document: Doc): BoardRecord[] {
  const records = Object.values(document.getMap('whiteboard').toJSON() as Record<string, unknown>);
  return records.filter(
    (record): record is BoardRecord =>
      typeof record === 'object' && record !== null && !Array.isArray(record),
  );
}

/** In the order in which they are drawn; where nothing says it, drawing before annotation, and by id. */
export function lowestFirst(records: readonly BoardRecord[]): BoardRecord[] {
  const place = ({ z }: BoardRecord) => (typeof z === 'number' && Number.isFinite(z) ? z : 0);
  return [...records].sort(
    (a, b) =>
      Number(a.layer === 'annotation') - Number(b.layer === 'annotation') ||
      place(a) - place(b) ||
      (String(a.id) < String(b.id) ? -1 : 1),
  );
}
