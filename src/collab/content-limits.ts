import { AbstractType, type Doc, Map as SharedMap, Text as SharedText, type Transaction } from 'yjs';
import type { SupportedLanguage } from '../generated/api.ts';
import { supportedLanguageValues } from '../generated/enums.ts';
import type { Log } from '../kernel/log.ts';
import type { CollabSocket, LiveDocument, RoomConnection } from './live.ts';

export type ContentLimits = {
  readonly textLength: number;
  readonly records: number;
  readonly comments: number;
  readonly recordBytes: number;
};

/** Size of one whiteboard record as JSON. */
export const MAX_RECORD_BYTES = 16 * 1024;
const CODE_PREFIX = 'code:';

/** The shared text of one language; the only place where its name is made. */
export function codeText(document: Doc, language: SupportedLanguage): SharedText {
  return document.getText(`${CODE_PREFIX}${language}`);
}

/** Names the root types: until then Yjs holds them as types of no kind, which nobody can count. */
function defineRoots(document: Doc, kind: LiveDocument['kind']): void {
  if (kind === 'code') for (const language of supportedLanguageValues) codeText(document, language);
  else document.getMap('whiteboard');
  if (kind === 'notes') document.getMap('inlineComments');
}

/**
 * Watches what clients write and takes back, in the next macrotask, what goes beyond the limits: the tail of a text,
 * and records that are too many, too large, of the wrong layer or not plain JSON. `onTaken` hears whose it was.
 */
export function watchContent(
  live: LiveDocument,
  limits: ContentLimits,
  deps: { readonly log: Log; readonly onTaken: (socket: CollabSocket) => void },
): void {
  defineRoots(live.document, live.kind);
  live.document.on('afterTransaction', (transaction: Transaction) => {
    const { origin } = transaction;
    if ((origin as { source?: unknown } | null)?.source !== 'connection') return;
    const repairs = [...transaction.changed].flatMap(([type, keys]) => findRepairs(live, limits, type, keys));
    if (repairs.length === 0) return;
    const { socket } = (origin as { connection: RoomConnection }).connection.context;
    setImmediate(() => {
      if (live.document.isDestroyed) return;
      try {
        live.document.transact(() => void repairs.map((repair) => repair()), { source: 'local' });
        deps.onTaken(socket);
      } catch (error) {
        deps.log.error({ err: error, document: live.name }, 'content over the limits was not taken back');
      }
    });
  });
}

type Repair = () => void;

function findRepairs(
  live: LiveDocument,
  limits: ContentLimits,
  type: unknown,
  keys: Set<string | null>,
): Repair[] {
  if (type instanceof SharedText) return textRepairs(live.document, limits, type);
  if (!(type instanceof SharedMap)) return [];
  const name = rootNameOf(live.document, type);
  if (name === 'whiteboard' && live.kind !== 'code')
    return mapRepairs(type, keys, limits.records, (value) => isRecord(value, live.kind, limits.recordBytes));
  if (name === 'inlineComments' && live.kind === 'notes')
    return mapRepairs(type, keys, limits.comments, (value) => value instanceof SharedMap);
  return [];
}

function textRepairs(document: Doc, limits: ContentLimits, text: SharedText): Repair[] {
  if (text.length <= limits.textLength || !rootNameOf(document, text)?.startsWith(CODE_PREFIX)) return [];
  return [
    () => {
      const over = text.length - limits.textLength;
      if (over > 0) text.delete(limits.textLength, over);
    },
  ];
}

function mapRepairs(
  map: SharedMap<unknown>,
  keys: Set<string | null>,
  limit: number,
  isFit: (value: unknown) => boolean,
): Repair[] {
  const written = [...keys].filter((key): key is string => key !== null && map.has(key));
  const unfit = written.filter((key) => !isFit(map.get(key)));
  const surplus = Math.max(0, map.size - unfit.length - limit);
  const isUnfit = new Set(unfit);
  const latest = surplus === 0 ? [] : written.filter((key) => !isUnfit.has(key)).slice(-surplus);
  return [...unfit, ...latest].map((key) => () => map.delete(key));
}

function isRecord(value: unknown, kind: LiveDocument['kind'], maxBytes: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (value instanceof AbstractType || value instanceof Uint8Array) return false;
  const layer = (value as { layer?: unknown }).layer;
  if (layer !== (kind === 'notes' ? 'annotation' : 'drawing')) return false;
  return Buffer.byteLength(JSON.stringify(value)) <= maxBytes;
}

/** The key under which a type stands at the top of the document, null for one inside another. */
function rootNameOf(document: Doc, type: unknown): string | null {
  for (const [name, root] of document.share) if (root === type) return name;
  return null;
}
