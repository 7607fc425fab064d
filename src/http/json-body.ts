import { type FieldFailure, invalidFields } from '../kernel/errors.ts';
import { MAX_FAILURES } from './texts.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });
const suspicious = /__proto__|constructor|\\u/;
const forbidden = new Set(['__proto__', 'constructor']);

/**
 * The value of a JSON body; undefined for an empty one. VALIDATION_FAILED with constraint `json` for what is not JSON
 * in UTF-8, and with `unknownField` for keys that reach for prototypes.
 */
export function parseJson(body: Buffer): unknown {
  if (body.length === 0) return undefined;
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
