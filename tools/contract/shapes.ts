import {
  type Document,
  flatten,
  listOperations,
  refName,
  resolve,
  type Schema,
  typesOf,
} from './document.ts';

/**
 * The text of `shapes.js`: for every answer that has a body a function that copies its declared fields and nothing else.
 * Values pass as they are, so that a mistake stays visible to the checks of the tests.
 */
export function writeShapes(document: Document): string {
  const writer = new ShapeWriter(document);
  const table: string[] = [];
  for (const { id, operation } of listOperations(document)) {
    for (const [status, response] of Object.entries(operation.responses)) {
      const schema = response.content?.['application/json']?.schema;
      if (!schema) continue;
      table.push(
        `  ${id}_${status}: ${schema.$ref ? writer.named(refName(schema.$ref)) : `v => ${writer.copy(schema, 'v')}`},\n`,
      );
    }
  }
  return `// Made by \`npm run gen\` from the contract.yaml files; not edited by hand.
const same = v => v;
const pick = (tag, of, v) => {
  const shape = Object.hasOwn(of, tag) ? of[tag] : undefined;
  if (!shape) throw new Error('there is no variant ' + tag);
  return shape(v);
};
${[...writer.functions.values()].join('')}export const shapes = {
${table.join('')}};
`;
}

/** Types of `shapes.js`. */
export const shapeTypes =
  'export declare const shapes: Readonly<Record<string, (value: unknown) => unknown>>;\n';

/** Collects one function a named schema while expressions are written. */
class ShapeWriter {
  readonly functions = new Map<string, string>();
  readonly #document: Document;

  constructor(document: Document) {
    this.#document = document;
  }

  /** The name of the function that copies the named schema. */
  named(name: string): string {
    const schema: Schema = { $ref: `#/components/schemas/${name}` };
    if (this.#isPlain(schema)) return 'same';
    if (!this.functions.has(name)) {
      this.functions.set(name, '');
      const body = this.copy(flatten(this.#document, schema), 'v');
      this.functions.set(name, `const ${name} = v => ${body};\n`);
    }
    return name;
  }

  /** An expression that copies `value` as the schema says. */
  copy(schema: Schema, value: string): string {
    if (this.#isPlain(schema)) return value;
    if (schema.$ref) return `${this.named(refName(schema.$ref))}(${value})`;
    if (schema.oneOf) return this.#copyUnion(schema, value);
    const flat = flatten(this.#document, schema);
    if (flat.items) return `${value}?.map(x => ${this.copy(flat.items, 'x')})`;
    const body = flat.properties ? this.#copyFields(flat, value) : this.#copyMap(flat, value);
    return typesOf(flat).includes('null') ? `(${value} == null ? ${value} : ${body})` : body;
  }

  #copyUnion(schema: Schema, value: string): string {
    const all = schema.oneOf ?? [];
    const real = all.filter((one) => one.type !== 'null');
    const [only] = real;
    let core: string;
    if (only && real.length === 1) core = this.copy(only, value);
    else if (schema.discriminator) {
      const { propertyName, mapping } = schema.discriminator;
      const variants = Object.entries(mapping).map(
        ([tag, ref]) => `${JSON.stringify(tag)}: ${this.named(refName(ref))}`,
      );
      core = `pick(${value}.${propertyName}, {${variants.join(', ')}}, ${value})`;
    } else throw new Error('a union needs a discriminator');
    return real.length < all.length ? `(${value} == null ? ${value} : ${core})` : core;
  }

  #copyFields(schema: Schema, value: string): string {
    const fields = Object.entries(schema.properties ?? {}).map(([name, field]) => {
      const at = /^[A-Za-z_]\w*$/.test(name) ? `${value}.${name}` : `${value}[${JSON.stringify(name)}]`;
      let copied = this.copy(field, at);
      const isOptional = !schema.required?.includes(name);
      if (isOptional && !this.#isPlain(field) && !field.items) copied = `(${at} == null ? ${at} : ${copied})`;
      if (field.default !== undefined)
        copied = `${at} === undefined ? ${JSON.stringify(field.default)} : ${copied}`;
      return `${JSON.stringify(name)}: ${copied}`;
    });
    return `({${fields.join(', ')}})`;
  }

  #copyMap(schema: Schema, value: string): string {
    const entry = this.copy(schema.additionalProperties as Schema, 'x');
    return `Object.fromEntries(Object.entries(${value}).map(([k, x]) => [k, ${entry}]))`;
  }

  /** Whether a value of the schema has no fields to leave out. */
  #isPlain(schema: Schema): boolean {
    const own = flatten(this.#document, resolve(this.#document, schema));
    if (own.oneOf) return own.oneOf.every((one) => this.#isPlain(one));
    if (own.items) return this.#isPlain(own.items);
    if (own.properties) return false;
    if (!typesOf(own).includes('object')) return true;
    return typeof own.additionalProperties === 'object' ? this.#isPlain(own.additionalProperties) : true;
  }
}
