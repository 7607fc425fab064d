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

/** What one transaction of a client has changed of that which is limited. */
type Write = {
  readonly socket: CollabSocket;
  readonly texts: readonly SharedText[];
  readonly maps: readonly LimitedMap[];
  isTaken: boolean;
};
type LimitedMap = {
  readonly map: SharedMap<unknown>;
  readonly keys: readonly string[];
  readonly limit: number;
  readonly isFit: (value: unknown) => boolean;
};

/**
 * Watches what clients write and takes back, in the next macrotask, what goes beyond the limits: the tail of a text,
 * and records that are too many, too large, of the wrong layer or not plain JSON. `onTaken` hears whose it was.
 */
export function watchContent(
  live: LiveDocument,
  limits: ContentLimits,
  deps: { readonly log: Log; readonly onTaken: (socket: CollabSocket) => void },
): void {
  let writes: Write[] = [];
  defineRoots(live.document, live.kind);
  live.document.on('afterTransaction', ({ origin, changed }: Transaction) => {
    if ((origin as { source?: unknown } | null)?.source !== 'connection') return;
    const { socket } = (origin as { connection: RoomConnection }).connection.context;
    const write = findWrite(live, limits, socket, changed);
    if (!write) return;
    if (writes.length === 0) setImmediate(repair);
    writes.push(write);
  });
  const repair = () => {
    const due = writes;
    writes = [];
    if (live.document.isDestroyed) return;
    try {
      live.document.transact(() => takeBack(due, limits), { source: 'local' });
      for (const { socket, isTaken } of due) if (isTaken) deps.onTaken(socket);
    } catch (error) {
      deps.log.error({ err: error, document: live.name }, 'content over the limits was not taken back');
    }
  };
}

function findWrite(
  live: LiveDocument,
  limits: ContentLimits,
  socket: CollabSocket,
  changed: Transaction['changed'],
): Write | null {
  const texts: SharedText[] = [];
  const maps: LimitedMap[] = [];
  for (const [type, changedKeys] of changed) {
    if (live.kind === 'code') {
      // The roots hold any text; one inside another type is bounded by the size of the document only.
      if (type instanceof SharedText && type.length > limits.textLength && isRoot(live.document, type))
        texts.push(type);
    } else if (type instanceof SharedMap) {
      const keys = [...changedKeys].filter((key): key is string => key !== null);
      const limited = limitOf(live, limits, type);
      if (limited) maps.push({ ...limited, map: type, keys });
    }
  }
  return texts.length + maps.length === 0 ? null : { socket, texts, maps, isTaken: false };
}

function limitOf(
  live: LiveDocument,
  limits: ContentLimits,
  map: SharedMap<unknown>,
): Pick<LimitedMap, 'limit' | 'isFit'> | null {
  const { kind } = live;
  const roots: ReadonlyMap<string, unknown> = live.document.share;
  if (roots.get('whiteboard') === map)
    return { limit: limits.records, isFit: (value) => isRecord(value, kind, limits.recordBytes) };
  if (kind === 'notes' && roots.get('inlineComments') === map)
    return { limit: limits.comments, isFit: (value) => value instanceof SharedMap };
  return null;
}

/** First what is unfit, then, of the latest, what is too many. */
function takeBack(writes: readonly Write[], limits: ContentLimits): void {
  const take = (write: Write, map: SharedMap<unknown>, key: string) => {
    map.delete(key);
    write.isTaken = true;
  };
  for (const write of writes) {
    for (const text of write.texts) {
      const over = text.length - limits.textLength;
      if (over <= 0) continue;
      text.delete(limits.textLength, over);
      write.isTaken = true;
    }
    for (const { map, keys, isFit } of write.maps)
      for (const key of keys) if (map.has(key) && !isFit(map.get(key))) take(write, map, key);
  }
  for (const write of [...writes].reverse())
    for (const { map, keys, limit } of write.maps)
      for (const key of [...keys].reverse()) if (map.size > limit && map.has(key)) take(write, map, key);
}

function isRecord(value: unknown, kind: LiveDocument['kind'], maxBytes: number): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  if (value instanceof AbstractType || value instanceof Uint8Array) return false;
  const layer = (value as { layer?: unknown }).layer;
  if (layer !== (kind === 'notes' ? 'annotation' : 'drawing')) return false;
  return Buffer.byteLength(JSON.stringify(value)) <= maxBytes;
}

function isRoot(document: Doc, type: unknown): boolean {
  return [...document.share.values()].includes(type as never);
}
