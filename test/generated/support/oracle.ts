import { Ajv, type ValidateFunction } from 'ajv';
import { formats } from '../../../src/http/formats.ts';
import { type Document, flatten, type Schema, typesOf } from '../../../tools/contract/document.ts';

/** Whether a value fits the served document; `unknown` where its text rules leave it open. */
export type Verdict = 'valid' | 'invalid' | 'unknown';

export type Oracle = {
  /** Judges the bytes of a body; none (undefined) counts as absent. */
  judge(schema: Schema, body: Buffer): Verdict;
};

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const controls = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;
const endlessMarks = /\p{M}{31}/u;
const forbidden = new Set(['__proto__', 'constructor']);
/** Bounds of any body: nesting, and commas and brackets. */
const MAX_DEPTH = 64;
const MAX_VALUES = 100_000;

/**
 * Says by the document alone what a server must say: JSON in UTF-8 of bounded structure, texts brought into their form,
 * then the schema. Made of other parts than the server's validation, so that one checks the other.
 */
export function createOracle(document: Document): Oracle {
  const ajv = new Ajv({ strict: false });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  ajv.addSchema({ $id: '/served', components: JSON.parse(JSON.stringify(document.components)) });
  const compiled = new Map<Schema, ValidateFunction>();
  const validator = (schema: Schema) => {
    const absolute = JSON.stringify(schema).replaceAll('"#/components', '"/served#/components');
    const made = compiled.get(schema) ?? ajv.compile(JSON.parse(absolute));
    compiled.set(schema, made);
    return made;
  };
  return {
    judge(schema, body) {
      const value = parse(body);
      if (value === undefined) return 'invalid';
      const state = { verdict: 'valid' as Verdict };
      const cleaned = clean(document, schema, value.json, state);
      if (!validator(schema)(cleaned)) return state.verdict === 'unknown' ? 'unknown' : 'invalid';
      return state.verdict;
    },
  };
}

function parse(body: Buffer): { json: unknown } | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(body);
    const json: unknown = JSON.parse(text);
    return isAbsurd(json, text) ? undefined : { json };
  } catch {
    return undefined;
  }
}

function isAbsurd(json: unknown, text: string): boolean {
  const outside = text.replace(/"(?:[^"\\]|\\.)*"/gs, '');
  if ((outside.match(/[[{,]/g)?.length ?? 0) > MAX_VALUES) return true;
  let level: unknown[] = [json];
  for (let depth = 0; level.length > 0; depth += 1) {
    const holders = level.filter((one): one is object => typeof one === 'object' && one !== null);
    if (holders.length > 0 && depth >= MAX_DEPTH) return true;
    if (holders.some((one) => !Array.isArray(one) && Object.keys(one).some((key) => forbidden.has(key))))
      return true;
    level = holders.flatMap((one) => Object.values(one));
  }
  return false;
}

function clean(document: Document, given: Schema, value: unknown, state: { verdict: Verdict }): unknown {
  const schema = flatten(document, given);
  if (typeof value === 'string') return isText(schema, document) ? cleanText(schema, value, state) : value;
  if (Array.isArray(value) && schema.items) {
    const { items } = schema;
    return value.map((entry) => clean(document, items, entry, state));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const branch = schema.oneOf?.find((one) => flatten(document, one).type !== 'null');
  if (branch) return clean(document, branch, value, state);
  const { properties = {}, additionalProperties: others } = schema;
  const entries = Object.entries(value).map(([key, entry]) => {
    const own = Object.hasOwn(properties, key)
      ? properties[key]
      : typeof others === 'object'
        ? others
        : undefined;
    return [key, own ? clean(document, own, entry, state) : entry] as const;
  });
  return Object.fromEntries(entries);
}

function isText(schema: Schema, document: Document): boolean {
  const branches = schema.oneOf?.map((one) => flatten(document, one)) ?? [schema];
  return branches.some((one) => typesOf(one).includes('string') && !one.enum && one['x-raw'] !== true);
}

function cleanText(schema: Schema, value: string, state: { verdict: Verdict }): string {
  // Marks without end stay as they are, and so does what is far too long.
  if (endlessMarks.test(value)) state.verdict = 'unknown';
  let text = value.toWellFormed().normalize('NFC');
  if (schema['x-trim']) text = text.trim();
  if (schema['x-lower']) text = text.toLowerCase();
  if (controls.test(text) && state.verdict === 'valid') state.verdict = 'invalid';
  return text;
}
