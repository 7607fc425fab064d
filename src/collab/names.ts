/** A room has one document per set of rights: who may write is granted by document. */
export const documentKinds = ['code', 'board', 'notes'] as const;
export type DocumentKind = (typeof documentKinds)[number];

const SUFFIXES: Record<DocumentKind, string> = { code: '', board: '/board', notes: '/notes' };
const NAME = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})(\/board|\/notes)?$/;

/** Name of a document on the wire and in the store: the room's id, with /board or /notes behind it. */
export function documentName(roomId: string, kind: DocumentKind): string {
  return `${roomId}${SUFFIXES[kind]}`;
}

/** Room and kind of a document's name; null for every other text. */
export function parseDocumentName(name: string): { roomId: string; kind: DocumentKind } | null {
  const [, roomId, suffix] = NAME.exec(name) ?? [];
  if (roomId === undefined) return null;
  return { roomId, kind: suffix === '/board' ? 'board' : suffix === '/notes' ? 'notes' : 'code' };
}
