import type { Parameter, Schema } from '../../../tools/contract/document.ts';
import type { Expectation } from './judge.ts';
import { MARK } from './texts.ts';

/** A value of a parameter as it stands in the address, escapes included. */
export type AddressMutant = { readonly name: string; readonly text: string; readonly expected: Expectation };

const of = (expected: Expectation, ...texts: readonly string[]): AddressMutant[] =>
  texts.map((text) => ({ name: `${text.slice(0, 60)}`, text, expected }));

/** Escapes that decode to nothing, or to what is no text: before any operation is found. */
export const brokenEscapes = [
  '%',
  '%2',
  '%zz',
  '%ff',
  '%c0%af',
  '%ed%a0%80',
  '%f4%90%80%80',
  '%e2%82',
  '%u0041',
];

/** Segments that may lead to another address or to none. */
export const straySegments = [
  '',
  '.',
  '..',
  '%2e%2e',
  'a%2Fb',
  '%2F',
  ';',
  '?',
  '?x',
  'x'.repeat(1001),
  'x/',
  '/x',
  '\\',
];

/** What is no id whatever the id. */
const noIds = [
  ...[
    'x',
    '0',
    '-1',
    'null',
    'undefined',
    'me!',
    'NaN',
    '1e308',
    '*',
    '__proto__',
    'constructor',
    'x'.repeat(900),
  ],
  ...['%00', '%25', '%5Bobject%20Object%5D', "'%20OR%201=1--", '%F0%9F%92%A9', '$%7B7*7%7D', '%E2%80%AE'],
];

/** Segments in the place of an id: all are VALIDATION_FAILED, or (for ids that are ids) anything but that. */
export function idSegments(valid: string): AddressMutant[] {
  const bare = valid.replaceAll('-', '');
  const around = [
    `${valid}%00`,
    `%7B${valid}%7D`,
    `urn:uuid:${valid}`,
    `%20${valid}`,
    `${valid}%20`,
    `${valid}%0A`,
  ];
  const broken = [valid.slice(1), `${valid}0`, `g${valid.slice(1)}`, bare, `${valid},${valid}`];
  const unseen = [`${valid}%E2%80%8B`, valid.replaceAll('-', '%E2%80%90')];
  const ids = [
    valid.toUpperCase(),
    '00000000-0000-0000-0000-000000000000',
    'ffffffff-ffff-ffff-ffff-ffffffffffff',
    '01890000-0000-7000-8000-00000000dead',
  ];
  return [...of('invalid', ...noIds, ...around, ...broken, ...unseen), ...of('valid', ...ids)];
}

/** Values of one query parameter; the whole query string of it, `name=value` with whatever belongs to it. */
export function queryMutants({ name, schema }: Parameter): AddressMutant[] {
  const isList = schema.type === 'array';
  const value = (expected: Expectation, ...texts: readonly string[]) =>
    of(expected, ...texts.map((text) => `${name}=${text}`));
  return [
    ...typed(schema, value),
    // Names that only look like the parameter are unknown ones, and ignored.
    ...of(
      'valid',
      `${name}[]=${MARK}`,
      `${name}[a]=1`,
      `${name}.x=1`,
      `${name}%00=1`,
      `${name.toUpperCase()}x=1`,
    ),
    ...of(
      'valid',
      '__proto__=1',
      'constructor=1',
      '__proto__[x]=1',
      'toString=1',
      '&&&',
      '=',
      '%3D',
      'a=b=c',
      '&',
      '%26',
    ),
    ...of('unknown', name, `${name}=`, `&${name}=&`, `${name}=+`, `${name}=%20`, `${name}=%00`),
    ...(isList ? [] : of('invalid', `${name}=a&${name}=b`, `${name}=&${name}=`)),
    ...of('unknown', ...brokenEscapes.map((broken) => `${name}=${broken}`)),
    ...of('unknown', `${name}=${'x'.repeat(8000)}`, `${name}=1&`.repeat(500), `${'a=1&'.repeat(2000)}`),
  ];
}

type Make = (expected: Expectation, ...texts: readonly string[]) => AddressMutant[];

function typed(schema: Schema, value: Make): AddressMutant[] {
  if (schema.enum) {
    const names = schema.enum.map(String);
    return [...value('valid', ...names), ...value('invalid', MARK, ...names.map((one) => `${one}%20`))];
  }
  switch (schema.type) {
    case 'boolean':
      return [
        ...value('valid', 'true', 'false'),
        ...value('invalid', '1', '0', 'TRUE', 'yes', 'null', 'true%20', 'true,false'),
      ];
    case 'integer':
    case 'number':
      return numbers(schema, value);
    case 'array':
      return lists(schema, value);
    default:
      return texts(schema, value);
  }
}

function numbers({ minimum = -Infinity, maximum = Infinity }: Schema, value: Make): AddressMutant[] {
  const borders = [minimum, maximum].filter(Number.isFinite);
  const isInside = (number: number) => number >= minimum && number <= maximum;
  const odd = [
    'x',
    '1.5',
    '1e1',
    '0x10',
    '05',
    '%2B5',
    '+5',
    '%205',
    '5%20',
    'NaN',
    'Infinity',
    '--1',
    '1,2',
  ];
  const huge = ['9007199254740993', '1e400', '9'.repeat(400), 'null', 'true', '%D9%A1', '1_0', '5n'];
  return [
    ...borders
      .flatMap((border) => [border - 1, border, border + 1])
      .flatMap((number) => value(isInside(number) ? 'valid' : 'invalid', String(number))),
    ...value('invalid', ...odd, ...huge),
  ];
}

function lists({ items }: Schema, value: Make): AddressMutant[] {
  const entry = items?.enum?.map(String)[0];
  const known =
    entry === undefined
      ? []
      : [
          ...value('valid', entry, `${entry},${entry}`, `,${entry},,`),
          ...value('invalid', MARK, `${entry},${MARK}`),
        ];
  return [...known, ...value('unknown', ',', ',,,,', '%2C', 'a,'.repeat(2000), '%5B%5D', '%7B%7D', "';--")];
}

function texts({ format, maxLength }: Schema, value: Make): AddressMutant[] {
  if (format === 'uuid') {
    const segments = idSegments('01890000-0000-7000-8000-000000000001');
    return segments.flatMap(({ text, expected }) => value(expected, text));
  }
  const odd = [
    "'%20OR%201=1--",
    '%25_%5C',
    '%E2%80%AE',
    '%F0%9F%92%A9',
    'e%CC%81',
    '%0D%0AX-Evil:%201',
    '..%2F..',
  ];
  return [
    ...(maxLength === undefined ? [] : value('invalid', 'x'.repeat(maxLength + 1))),
    ...value('unknown', ...odd),
    ...value('invalid', 'a%00b', 'a%07b', 'a%C2%85b'),
  ];
}
