import fc from 'fast-check';
import { type Document, flatten, resolve, type Schema, typesOf } from '../../../tools/contract/document.ts';

/** Values that mean something to the server by the name of field or parameter: ids that are there, codes, names. */
export type Pool = Readonly<Record<string, readonly string[]>>;

/** Longest generated text and list; the borders of the contract are tried one by one elsewhere. */
const MAX_TEXT = 40;
const MAX_LIST = 4;

/** Arbitrary values of a schema, all but a few of them valid. */
export function valuesOf(document: Document, given: Schema, pool: Pool, name = ''): fc.Arbitrary<unknown> {
  const schema = flatten(document, given);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.oneOf) return fc.oneof(...schema.oneOf.map((one) => valuesOf(document, one, pool, name)));
  const kinds = typesOf(schema).map((type) => ofType(document, type, schema, pool, name));
  return kinds.length === 0 ? fc.jsonValue() : fc.oneof(...kinds);
}

function ofType(
  document: Document,
  type: string,
  schema: Schema,
  pool: Pool,
  name: string,
): fc.Arbitrary<unknown> {
  switch (type) {
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -(2 ** 31), max: schema.maximum ?? 2 ** 31 });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1e9, max: schema.maximum ?? 1e9, noNaN: true });
    case 'array':
      return fc.array(valuesOf(document, schema.items ?? {}, pool, name), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.max(schema.minItems ?? 0, Math.min(schema.maxItems ?? MAX_LIST, MAX_LIST)),
      });
    case 'object':
      return objects(document, schema, pool);
    default:
      return texts(schema, pool[name] ?? []);
  }
}

function objects(document: Document, schema: Schema, pool: Pool): fc.Arbitrary<unknown> {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, field]) => [name, valuesOf(document, field, pool, name)] as const,
  );
  const own = fc.record(Object.fromEntries(fields), { requiredKeys: (schema.required ?? []) as never[] });
  if (typeof schema.additionalProperties !== 'object') return own;
  const keys = schema.propertyNames ? resolve(document, schema.propertyNames).enum : undefined;
  const key = keys ? fc.constantFrom(...keys.map(String)) : fc.stringMatching(/^[a-z]{1,8}$/);
  return fc.dictionary(key, valuesOf(document, schema.additionalProperties, pool), { maxKeys: MAX_LIST });
}

function texts(schema: Schema, known: readonly string[]): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = MAX_TEXT } = schema;
  const max = Math.max(minLength, Math.min(maxLength, MAX_TEXT));
  const free =
    format === 'uuid'
      ? fc.uuid()
      : format === 'email'
        ? fc.emailAddress()
        : format === 'date-time'
          ? fc
              .date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) })
              .map((date) => date.toISOString())
          : pattern !== undefined
            ? fc.stringMatching(new RegExp(pattern)).map((text) => text.slice(0, max))
            : fc.string({ minLength, maxLength: max, unit: 'grapheme' });
  return known.length === 0
    ? free
    : fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: free });
}

/** One value with every field that the schema knows, so that each can be tampered with. */
export function exampleOf(document: Document, given: Schema, pool: Pool, name = ''): unknown {
  const schema = flatten(document, given);
  if (schema.const !== undefined) return schema.const;
  if (schema.enum) return schema.enum[0];
  if (schema.oneOf) {
    const branch = schema.oneOf.find((one) => flatten(document, one).type !== 'null') ?? schema.oneOf[0];
    return exampleOf(document, branch as Schema, pool, name);
  }
  const type = typesOf(schema).find((one) => one !== 'null') ?? 'null';
  if (type === 'null') return null;
  if (type === 'boolean') return true;
  if (type === 'integer' || type === 'number') return schema.minimum ?? 1;
  if (type === 'array') {
    const items = Array.from({ length: Math.max(1, schema.minItems ?? 1) }, () => schema.items ?? {});
    return items.map((item) => exampleOf(document, item, pool, name));
  }
  if (type === 'string') return exampleText(schema, pool[name]?.[0]);
  const fields = Object.entries(schema.properties ?? {});
  return Object.fromEntries(fields.map(([key, field]) => [key, exampleOf(document, field, pool, key)]));
}

function exampleText({ format, minLength = 1 }: Schema, known: string | undefined): string {
  if (known !== undefined) return known;
  if (format === 'uuid') return '01890000-0000-7000-8000-000000000001';
  if (format === 'email') return 'somebody@example.org';
  if (format === 'date-time') return '2026-03-02T09:00:00.000Z';
  if (format === 'uri') return 'https://example.org/';
  return 'example'.padEnd(minLength, 'x');
}
