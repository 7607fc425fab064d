import { type FieldFailure, invalidFields, UnsupportedMediaType } from '../kernel/errors.ts';
import { MAX_FAILURES } from './texts.ts';

/** The character set that a media type names. */
const charset = /;\s*charset\s*=\s*"?([^\s;"]*)/i;
const utf8 = new TextDecoder('utf-8', { fatal: true });
const suspicious = /__proto__|constructor|\\u/;
const forbidden = new Set(['__proto__', 'constructor']);

/** Deepest nesting and most values that are parsed; no valid body comes near. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;
const [QUOTE, BACKSLASH, COMMA] = [0x22, 0x5c, 0x2c];
const opening = new Set([0x5b, 0x7b]);
const closing = new Set([0x5d, 0x7d]);

/** Throws UNSUPPORTED_MEDIA_TYPE for JSON that says to be in another character set than UTF-8. */
export function checkCharset(contentType: string | undefined): void {
  const named = charset.exec(contentType ?? '')?.[1];
  if (named !== undefined && !/^utf-?8$/i.test(named)) throw UnsupportedMediaType();
}

/**
 * The value of a JSON body; undefined for an empty one. VALIDATION_FAILED with constraint `json` for what is not JSON
 * in UTF-8 or of absurd structure, and with `unknownField` for keys that reach for prototypes.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
  if (isAbsurd(body)) throw invalidFields({ field: '', constraint: 'json', value: null });
  let text: string;
  let value: unknown;
  try {
    text = utf8.decode(body);
    value = JSON.parse(text);
  } catch {
    throw invalidFields({ field: '', constraint: 'json', value: null });
  }
  if (suspicious.test(text)) refuseForbiddenKeys(value);
  return value;
}

/**
 * Whether the brackets and commas outside strings are too many: parsing megabytes of them would hold up everybody for
 * seconds, counting them takes milliseconds.
 */
function isAbsurd(body: Buffer): boolean {
  let depth = 0;
  let values = 0;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (byte === QUOTE) at = endOfString(body, at);
    else if (byte === COMMA) values += 1;
    else if (opening.has(byte)) {
      depth += 1;
      values += 1;
    } else if (closing.has(byte)) depth -= 1;
    if (depth > MAX_DEPTH || values > MAX_VALUES) return true;
  }
  return false;
}

/** Where the string that begins at `start` ends; the end of the body for one that does not. */
function endOfString(body: Buffer, start: number): number {
  for (let end = body.indexOf(QUOTE, start + 1); end !== -1; end = body.indexOf(QUOTE, end + 1)) {
    let escapes = 0;
    while (body[end - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return end;
  }
  return body.length;
}

/** Walks without recursion: JSON.parse takes any depth. */
function refuseForbiddenKeys(root: unknown): void {
  const failures: FieldFailure[] = [];
  const waiting: { value: unknown; at: string }[] = [{ value: root, at: '' }];
  for (let next = waiting.pop(); next && failures.length < MAX_FAILURES; next = waiting.pop()) {
    const { value, at } = next;
    if (value === null || typeof value !== 'object') continue;
    for (const [key, entry] of Object.entries(value)) {
      const path = Array.isArray(value) ? `${at}[${key}]` : at ? `${at}.${key}` : key;
      if (!Array.isArray(value) && forbidden.has(key)) {
        failures.push({ field: path, constraint: 'unknownField', value: null });
      } else if (entry !== null && typeof entry === 'object') waiting.push({ value: entry, at: path });
    }
  }
  if (failures.length > 0) throw invalidFields(...failures.slice(0, MAX_FAILURES));
}
