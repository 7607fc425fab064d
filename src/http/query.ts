import type { QueryType } from './operation-table.ts';

type Raw = Readonly<Record<string, unknown>>;

/**
 * Reads the known parameters of a query string by their types; unknown ones are left out. Lists take repeated keys and
 * commas, without duplicates and empty entries. What does not read as its type stays text, and fails validation.
 */
export function readQuery(types: Readonly<Record<string, QueryType>>, raw: Raw): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const [name, type] of Object.entries(types)) {
    const value = Object.hasOwn(raw, name) ? raw[name] : undefined;
    if (value === undefined) continue;
    if (type.endsWith('[]')) read[name] = readList(type.slice(0, -2), value);
    else read[name] = typeof value === 'string' ? readScalar(type, value) : value;
  }
  return read;
}

function readList(type: string, value: unknown): unknown[] {
  const texts = (Array.isArray(value) ? value : [value]).flatMap((entry) => String(entry).split(','));
  return [...new Set(texts)].filter((text) => text !== '').map((text) => readScalar(type, text));
}

function readScalar(type: string, text: string): unknown {
  if (type === 'boolean') return text === 'true' ? true : text === 'false' ? false : text;
  if (type === 'integer') return /^-?(?:0|[1-9]\d{0,15})$/.test(text) ? exact(text) : text;
  if (type === 'number') return /^-?(?:0|[1-9]\d{0,15})(?:\.\d{1,15})?$/.test(text) ? Number(text) : text;
  return text;
}

/** The integer of a text, unless it is one that a number cannot hold; then the text itself. */
function exact(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}
