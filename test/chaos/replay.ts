import type { Database } from 'better-sqlite3';
import { applyUpdate, Doc, snapshot } from 'yjs';
import type { DocumentKind } from '../../src/client/close-reactions.ts';

/** A document as the database has it: state and journal. */
export type Replayed = {
  readonly name: string;
  readonly roomId: string;
  readonly kind: DocumentKind;
  readonly doc: Doc;
};

type Row = { name: string; roomId: string; kind: DocumentKind; state: Uint8Array; uptoSeq: number };

/** All documents of the rooms. */
export function replayDocuments(db: Database): Replayed[] {
  const rows = db
    .prepare('SELECT name, room_id AS roomId, kind, state, upto_seq AS uptoSeq FROM collab_documents')
    .all() as Row[];
  const journal = db
    .prepare('SELECT bytes FROM collab_journal WHERE document = ? AND seq > ? ORDER BY seq')
    .pluck();
  return rows.map(({ name, roomId, kind, state, uptoSeq }) => {
    const doc = new Doc();
    doc.transact(() => {
      for (const bytes of [state, ...(journal.all(name, uptoSeq) as Uint8Array[])]) applyUpdate(doc, bytes);
    });
    return { name, roomId, kind, doc };
  });
}

const byKey = ([a]: readonly [string | number, unknown], [b]: readonly [string | number, unknown]) =>
  a < b ? -1 : 1;

/** What tells two copies of a document apart: who wrote how much, what of it is deleted, and what is shown. */
export function contentOf(doc: Doc, kind: DocumentKind): string {
  const { ds, sv } = snapshot(doc);
  const shown =
    kind === 'code'
      ? doc.getText('code:python').toString()
      : Object.entries(doc.getMap('whiteboard').toJSON()).sort(byKey);
  return JSON.stringify({ written: [...sv].sort(byKey), deleted: [...ds.clients].sort(byKey), shown });
}
