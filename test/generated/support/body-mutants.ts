import { type Document, flatten, resolve, type Schema, typesOf } from '../../../tools/contract/document.ts';
import { addMembers, encode, type Part, type Place, raw, replaceAt, toPart } from './json-text.ts';
import { hostileNumbers, hostileTexts, MARK, nested, otherTypes } from './texts.ts';

/** A body that is wrong, or at a border, in one respect. */
export type Mutant = { readonly name: string; readonly body: Buffer };

/** Keys that reach for what an object is made of, and others that no schema names. */
const strangeKeys = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  '',
  'hasOwnProperty',
  MARK,
  '\u0000',
  '💥',
];
const depths = [10, 63, 64, 65, 1000, 10_000];

/** Every tampering with every field at every depth of one valid body. */
export function bodyMutants(document: Document, schema: Schema, example: unknown): Mutant[] {
  const body = toPart(example);
  const found: Mutant[] = [];
  const add = (name: string, part: Part) => found.push({ name, body: encode(part) });
  walk(document, schema, example, [], (at, own, value) => {
    const where = at.length === 0 ? 'the body' : at.join('.');
    for (const [name, part] of partsFor(document, own, value))
      add(`${where}: ${name}`, replaceAt(body, at, part));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return;
    for (const key of strangeKeys) {
      add(
        `${where}: unknown field ${JSON.stringify(key)}`,
        addMembers(body, at, [[key, { members: [['x', 1]] }]]),
      );
    }
    for (const [key, entry] of Object.entries(value)) {
      add(`${where}: without ${key}`, replaceAt(body, [...at, key], undefined));
      add(`${where}: ${key} twice`, addMembers(body, at, [[key, toPart(entry)]]));
      add(`${where}: ${key} twice, then null`, addMembers(body, at, [[key, null]]));
      add(
        `${where}: ${key} in capitals`,
        addMembers(replaceAt(body, [...at, key], undefined), at, [[key.toUpperCase(), toPart(entry)]]),
      );
    }
    for (const depth of depths) {
      for (const kind of ['lists', 'objects'] as const)
        add(
          `${where}: unknown field of ${depth} ${kind}`,
          addMembers(body, at, [['x', nested(depth, kind)]]),
        );
    }
  });
  return [...found, ...wholeBodies(encode(body))];
}

/** Bodies that are no body of JSON, or one with something around it. */
function wholeBodies(valid: Buffer): Mutant[] {
  const around = (before: string | Buffer, after: string | Buffer = '') =>
    Buffer.concat([Buffer.from(before as string), valid, Buffer.from(after as string)]);
  return [
    { name: 'nothing', body: Buffer.alloc(0) },
    { name: 'a blank', body: Buffer.from(' ') },
    { name: 'a byte order mark before', body: around(Buffer.from('efbbbf', 'hex')) },
    { name: 'UTF-16', body: Buffer.from(valid.toString(), 'utf16le') },
    { name: 'a NUL behind', body: around('', '\u0000') },
    { name: 'a comment', body: around('/* */') },
    { name: 'a comma behind', body: around('', ',') },
    { name: 'twice', body: around('', valid) },
    { name: 'white space around', body: around(' \r\n\t', '\n ') },
    { name: 'a vertical tab before', body: around('\u000b') },
    { name: 'cut by one', body: valid.subarray(0, -1) },
    { name: 'cut in half', body: valid.subarray(0, valid.length / 2) },
    { name: 'a form', body: Buffer.from('a=1&b=2') },
    { name: 'a script', body: around(")]}',\n") },
    ...depths.map((depth) => ({ name: `${depth} lists`, body: encode(nested(depth, 'lists')) })),
  ];
}

type Visit = (at: Place, schema: Schema, value: unknown) => void;

function walk(document: Document, given: Schema, value: unknown, at: Place, visit: Visit): void {
  const schema = branchOf(document, flatten(document, given), value);
  visit(at, flatten(document, given), value);
  if (Array.isArray(value)) {
    if (value.length > 0) walk(document, schema.items ?? {}, value[0], [...at, 0], visit);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, entry] of Object.entries(value)) {
      const others = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
      walk(document, schema.properties?.[key] ?? others, entry, [...at, key], visit);
    }
  }
}

/** Of a union the branch that is no null. */
function branchOf(document: Document, schema: Schema, value: unknown): Schema {
  if (!schema.oneOf || value === null) return schema;
  const branches = schema.oneOf.map((one) => flatten(document, one));
  return branches.find(({ type }) => type !== 'null') ?? schema;
}

/** What to put in the place of one value. */
function partsFor(document: Document, given: Schema, value: unknown): (readonly [string, Part])[] {
  const schema = branchOf(document, resolve(document, given), value);
  const types = typesOf(schema);
  return [
    ...otherTypes(),
    ...(types.includes('string') || schema.enum
      ? [...hostileTexts(), ...textBorders(schema, String(value))]
      : []),
    ...(types.includes('integer') || types.includes('number')
      ? [...hostileNumbers(), ...numberBorders(schema)]
      : []),
    ...(types.includes('array') && Array.isArray(value) ? listBorders(schema, value) : []),
    ...(schema.enum ?? []).flatMap((one) => enumNeighbours(one)),
    ...depths.slice(0, 3).map((depth) => [`${depth} lists`, nested(depth, 'lists')] as const),
  ];
}

function enumNeighbours(one: unknown): (readonly [string, Part])[] {
  if (typeof one !== 'string') return [];
  return [
    [`${one}`, one],
    [`${one} in capitals`, one.toUpperCase()],
    [`${one} with a blank`, `${one} `],
    [`a list of ${one}`, [one]],
  ];
}

function textBorders(
  { minLength, maxLength, format, pattern }: Schema,
  valid: string,
): (readonly [string, Part])[] {
  const lengths = [minLength, maxLength].flatMap((border) =>
    border === undefined ? [] : [border - 1, border, border + 1],
  );
  const sizedTo = (length: number) => valid.slice(0, length).padEnd(length, 'x');
  const sized = lengths
    .filter((length) => length >= 0)
    .map((length) => [`${length} characters`, sizedTo(length)] as const);
  // A character beyond the first plane counts once.
  const wide =
    maxLength === undefined ? [] : [[`${maxLength} wide characters`, '\u{1f40d}'.repeat(maxLength)] as const];
  return [
    ...sized,
    ...wide,
    ...(maxLength === undefined ? [] : [['far too long', 'x'.repeat(maxLength * 4 + 1)] as const]),
    ...(format === 'uuid' ? uuidNeighbours(valid) : []),
    ...(format === 'email' ? emailNeighbours() : []),
    ...(pattern === undefined ? [] : [['with a line break behind', `${valid}\n`] as const]),
    ['with blanks around', ` ${valid} `],
    ['in capitals', valid.toUpperCase()],
  ];
}

function uuidNeighbours(valid: string): (readonly [string, Part])[] {
  return [
    ['a urn', `urn:uuid:${valid}`],
    ['in braces', `{${valid}}`],
    ['without hyphens', valid.replaceAll('-', '')],
    ['one digit less', valid.slice(1)],
    ['one digit more', `${valid}0`],
    ['a foreign letter', `g${valid.slice(1)}`],
    ['all zeros', '00000000-0000-0000-0000-000000000000'],
    ['all ones', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
    ['a line break behind', `${valid}\n`],
  ];
}

function emailNeighbours(): (readonly [string, Part])[] {
  const wrong = [
    '@',
    'a@',
    '@b.cd',
    'a@b',
    'a b@c.de',
    'a@b..cd',
    '.a@b.cd',
    'a@-b.cd',
    '"a b"@c.de',
    'a@[127.0.0.1]',
  ];
  const odd = [
    'a@b.c',
    'A@B.CD',
    'a+b@c.de',
    'a@bücher.example',
    'ä@b.cd',
    "o'h@b.cd",
    `a@${'b.'.repeat(60)}cd`,
  ];
  const long = [`${'a'.repeat(244)}@b.example`, `${'a'.repeat(245)}@b.example`];
  return [...wrong, ...odd, ...long].map((text) => [text.slice(0, 30), text] as const);
}

function numberBorders({ minimum, maximum, exclusiveMinimum }: Schema): (readonly [string, Part])[] {
  const borders = [minimum, maximum, exclusiveMinimum].filter((border) => border !== undefined);
  return borders.flatMap((border) =>
    [border - 1, border, border + 1, border - 0.5].map((number) => [String(number), number] as const),
  );
}

function listBorders({ minItems, maxItems }: Schema, value: readonly unknown[]): (readonly [string, Part])[] {
  const sizes = [minItems, maxItems].flatMap((border) =>
    border === undefined ? [] : [border - 1, border, border + 1],
  );
  const entry = encode(toPart(value[0] ?? null)).toString();
  return sizes
    .filter((size) => size >= 0)
    .map(
      (size) => [`${size} entries`, raw(`[${Array.from({ length: size }, () => entry).join(',')}]`)] as const,
    );
}
