import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import standalone from 'ajv/dist/standalone/index.js';
import { formats } from '../../src/http/formats.ts';
import {
  type Bound,
  type Document,
  listOperations,
  type Parameter,
  type ParameterPlace,
  resolve,
  type Schema,
} from './document.ts';

const { _ } = createRequire(import.meta.url)('ajv') as typeof import('ajv');
const places: readonly ParameterPlace[] = ['path', 'query', 'header', 'cookie'];

/**
 * The text of `validators.js`: Ajv standalone code, one function a distinct schema, and `inputs`, which names the
 * functions of an operation's parts (`runCode_body`). Defaults are filled in; nothing is coerced.
 */
export function writeValidators(document: Document): string {
  const ajv = new Ajv({
    allErrors: true,
    useDefaults: true,
    strict: true,
    allowUnionTypes: true,
    discriminator: true,
    messages: false,
    inlineRefs: false,
    code: { source: true, esm: true, optimize: 2, formats: _`require("../http/formats.ts").formats` },
  });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  ajv.addKeyword('components');
  const schemas = mapValues(document.components.schemas, (schema) => prepare(document, schema));
  ajv.addSchema(absolute({ $id: '/api', components: { schemas } }));
  const { names, aliases } = addInputs(document, ajv);
  const code = useImports(standalone.default(ajv, names));
  return `${code}\nexport const inputs = {${aliases.join(',')}};\n`;
}

/** Types of `validators.js`. */
export const validatorTypes = `import type { ValidateFunction } from 'ajv';
export declare const inputs: Readonly<Record<string, ValidateFunction>>;
`;

/** Registers every part of every operation; equal schemas share one function. */
function addInputs(document: Document, ajv: Ajv): { names: Record<string, string>; aliases: string[] } {
  const names: Record<string, string> = {};
  const aliases: string[] = [];
  const byText = new Map<string, string>();
  const add = (name: string, schema: object) => {
    const text = JSON.stringify(schema);
    const same = byText.get(text);
    aliases.push(same ? `${name}:${same}` : name);
    if (same) return;
    byText.set(text, name);
    names[name] = `/op/${name}`;
    ajv.addSchema({ $id: `/op/${name}`, ...schema });
  };
  for (const bound of listOperations(document)) {
    for (const place of places) {
      const parameters = bound.parameters.filter((parameter) => parameter.in === place);
      if (parameters.length > 0) add(`${bound.id}_${place}`, parameterSchema(document, parameters));
    }
    if (bound.body) add(`${bound.id}_body`, bodySchema(document, bound));
  }
  return { names, aliases };
}

function bodySchema(document: Document, { body }: Bound): object {
  return absolute(prepare(document, body ?? {}) as object);
}

function parameterSchema(document: Document, parameters: Parameter[]): object {
  return absolute({
    type: 'object',
    properties: Object.fromEntries(parameters.map(({ name, schema }) => [name, prepare(document, schema)])),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
  });
}

function mapValues<T, R>(record: Record<string, T>, change: (value: T) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value)]));
}

/** References within the document become references to the schema registered as /api. */
function absolute(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"$ref":"#/', '"$ref":"/api#/'));
}

const annotations = new Set(['description', 'writeOnly', 'examples', 'discriminator', 'contentEncoding']);

/**
 * The schema as Ajv shall see it: unions name the culprit only, and lists and maps that are too long are refused before
 * their entries are looked at, so that a hostile body costs no more than its parsing.
 */
function prepare(document: Document, schema: Schema): Schema | Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [keyword, value] of Object.entries(schema)) {
    if (annotations.has(keyword) || keyword.startsWith('x-') || keyword === 'oneOf') continue;
    out[keyword] = prepareKeyword(document, keyword, value);
  }
  guardMap(document, schema, out);
  guardList(schema, out);
  return schema.oneOf ? joinUnion(document, schema, out) : out;
}

function prepareKeyword(document: Document, keyword: string, value: unknown): unknown {
  const sub = (entry: unknown) => prepare(document, entry as Schema);
  if (keyword === 'default' || keyword === 'enum' || keyword === 'const' || keyword === 'required')
    return value;
  if (keyword === 'properties') return mapValues(value as Record<string, Schema>, sub);
  if (keyword === 'allOf') return (value as Schema[]).map(sub);
  if (keyword === 'propertyNames') return sub(resolve(document, value as Schema));
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? sub(value) : value;
}

function guardMap(document: Document, schema: Schema, out: Record<string, unknown>): void {
  if (typeof schema.additionalProperties !== 'object') return;
  const keys = schema.propertyNames && resolve(document, schema.propertyNames).enum;
  const maxProperties = schema.maxProperties ?? keys?.length;
  if (maxProperties === undefined) return;
  const { propertyNames, additionalProperties } = out;
  delete out.propertyNames;
  delete out.additionalProperties;
  delete out.maxProperties;
  const entries = { additionalProperties, ...(propertyNames ? { propertyNames } : {}) };
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  Object.assign(out, { if: { maxProperties }, then: entries, else: { maxProperties } });
}

function guardList(schema: Schema, out: Record<string, unknown>): void {
  if (!schema.items || schema.maxItems === undefined) return;
  const { items, uniqueItems, maxItems } = out;
  delete out.items;
  delete out.uniqueItems;
  delete out.maxItems;
  const entries = { items, ...(uniqueItems ? { uniqueItems } : {}) };
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON Schema
  Object.assign(out, { if: { maxItems }, then: entries, else: { maxItems } });
}

function joinUnion(
  document: Document,
  schema: Schema,
  out: Record<string, unknown>,
): Record<string, unknown> {
  const all = schema.oneOf ?? [];
  const real = all.filter((one) => one.type !== 'null').map((one) => prepare(document, one));
  if (real.length === 1 && real.length < all.length) return { ...out, if: { type: 'null' }, else: real[0] };
  if (!schema.discriminator) throw new Error('a union needs a discriminator');
  const { propertyName } = schema.discriminator;
  return { ...out, type: 'object', discriminator: { propertyName }, required: [propertyName], oneOf: real };
}

/** Ajv emits require() even for ESM: turns each into an import at the top. */
function useImports(code: string): string {
  const imports = new Map<string, string>();
  const body = code.replace(
    /require\("([^"]+)"\)(\.default)?/g,
    (_match, path: string, fallback?: string) => {
      const name = imports.get(path) ?? `dependency${imports.size}`;
      imports.set(path, name);
      return fallback ? `(${name}.default ?? ${name})` : name;
    },
  );
  const lines = [...imports].map(([path, name]) =>
    path.startsWith('.') ? `import * as ${name} from "${path}";` : `import ${name} from "${path}.js";`,
  );
  return `${lines.join('\n')}\n${body}`;
}
