import type { ErrorObject } from 'ajv';
import type { FieldFailure } from '../kernel/errors.ts';
import { MAX_FAILURES } from './texts.ts';

const byType: Record<string, string> = {
  string: 'isString',
  integer: 'isInt',
  number: 'isNumber',
  boolean: 'isBoolean',
  array: 'isArray',
  object: 'isObject',
};
const byFormat: Record<string, string> = {
  email: 'isEmail',
  uuid: 'isUuid',
  'date-time': 'isDateTime',
  uri: 'isUrl',
};
const byKeyword: Record<string, string> = {
  required: 'required',
  additionalProperties: 'unknownField',
  enum: 'isIn',
  const: 'isIn',
  discriminator: 'isIn',
  pattern: 'matches',
  minLength: 'minLength',
  maxLength: 'maxLength',
  minimum: 'min',
  maximum: 'max',
  exclusiveMinimum: 'moreThan',
  exclusiveMaximum: 'lessThan',
  minItems: 'arrayMinSize',
  maxItems: 'arrayMaxSize',
  uniqueItems: 'arrayUnique',
  minProperties: 'minProperties',
  maxProperties: 'maxProperties',
};
/** Keywords that only say that another one, reported as well, has failed. */
const echoes = new Set(['if', 'oneOf', 'allOf', 'propertyNames', '$ref']);
const typeNames = new Set(Object.values(byType));

export type FailureOptions = {
  /** Put before every path: `query.`; empty for the body. */
  readonly prefix: string;
  /** Paths, with `[]` for any index, whose values are not repeated. */
  readonly hidden: readonly string[];
};

/** Ajv's errors as failing fields, at most a hundred; a wrong type hides the other errors of its field. */
export function toFailures(
  errors: readonly ErrorObject[],
  data: unknown,
  { prefix, hidden }: FailureOptions,
): FieldFailure[] {
  const found = new Map<string, FieldFailure>();
  const mistyped = new Set<string>();
  for (const error of errors) {
    if (found.size >= MAX_FAILURES) break;
    if (echoes.has(error.keyword)) continue;
    const { path, value } = locate(error, data);
    const constraint = constraintOf(error);
    const field = prefix + path;
    if (typeNames.has(constraint)) mistyped.add(field);
    // Where secrets are asked for, a field under an unknown name may be a misspelt one.
    const isMisspelt = constraint === 'unknownField' && hidden.length > 0;
    const isHidden = isMisspelt || hidden.some((name) => covers(name, path));
    found.set(`${field}\0${constraint}`, { field, constraint, value: isHidden ? null : value });
  }
  return [...found.values()].filter(
    ({ field, constraint }) => !mistyped.has(field) || typeNames.has(constraint),
  );
}

/** Failures found without Ajv, with the full path and without hidden values. */
export function showFailures(
  failures: readonly FieldFailure[],
  { prefix, hidden }: FailureOptions,
): FieldFailure[] {
  return failures.map(({ field, constraint, value }) => ({
    field: prefix + field,
    constraint,
    value: hidden.some((name) => covers(name, field)) ? null : value,
  }));
}

/** Whether showing the value at `path` would show a hidden one: itself, or something that holds it. */
function covers(hidden: string, path: string): boolean {
  const generic = path.replace(/\[\d+\]/g, '[]');
  return (
    generic === '' ||
    hidden === generic ||
    hidden.startsWith(`${generic}.`) ||
    hidden.startsWith(`${generic}[`)
  );
}

function constraintOf({ keyword, params }: ErrorObject): string {
  if (keyword === 'type') {
    const types = [params.type].flat().flatMap((type: string) => type.split(','));
    return byType[types.find((type) => type !== 'null') ?? ''] ?? 'isObject';
  }
  if (keyword === 'format') return byFormat[params.format] ?? 'matches';
  return byKeyword[keyword] ?? keyword;
}

function locate(error: ErrorObject, data: unknown): { path: string; value: unknown } {
  const keys = error.instancePath.split('/').slice(1).map(unescapePointer);
  const { params } = error;
  const named = params.missingProperty ?? params.additionalProperty ?? error.propertyName;
  if (named !== undefined) keys.push(named);
  else if (error.keyword === 'discriminator') keys.push(params.tag);
  let value: unknown = data;
  let path = '';
  for (const key of keys) {
    if (Array.isArray(value)) path += `[${key}]`;
    else path += path === '' ? key : `.${key}`;
    value =
      value !== null && typeof value === 'object' && Object.hasOwn(value, key)
        ? Reflect.get(value, key)
        : undefined;
  }
  return { path, value: error.propertyName === undefined ? value : error.propertyName };
}

function unescapePointer(key: string): string {
  return key.replaceAll('~1', '/').replaceAll('~0', '~');
}
