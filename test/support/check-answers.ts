import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { openapi } from '../../src/generated/openapi.js';
import type { AnswerCheck } from '../../src/http/answers.ts';
import { formats } from '../../src/http/formats.ts';
import { readErrorTable } from '../../tools/contract/check.ts';
import {
  type Bound,
  type Document,
  flatten,
  listOperations,
  refName,
  type Schema,
} from '../../tools/contract/document.ts';

const document = openapi as unknown as Document;
const errorPage = new URL('../../docs/spec/errors.md', import.meta.url);
/** Said of credentials, so answers of operations that ask for none do not have them. */
const bearerCodes = new Set(['AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_REVOKED', 'USER_BANNED']);

/**
 * What in an answer breaks the contract: an undeclared status, field or error code, a missing field, a value of another
 * type. Nothing is said twice: it reads the bundled contract and the table of errors.
 */
export function createAnswerCheck(): AnswerCheck {
  const { statuses, universal } = readErrorTable(readFileSync(errorPage, 'utf8'));
  const ajv = createAjv();
  const operations = new Map(listOperations(document).map((bound) => [bound.id, bound]));
  const compiled = new Map<string, ValidateFunction>();
  const validator = (key: string, schema: Schema) => {
    const known = compiled.get(key) ?? ajv.compile(close(schema));
    compiled.set(key, known);
    return known;
  };

  function checkError({ id, operation }: Bound, status: number, body: unknown): string[] {
    const schema: Schema = { $ref: '#/components/schemas/ErrorResponse' };
    const problems = checkBody(`${id} ${status}`, validator('error', schema), body);
    if (problems.length > 0) return problems;
    const { statusCode, code } = body as { statusCode: number; code: string };
    if (statusCode !== status) return [`${id}: statusCode ${statusCode} under ${status}`];
    const declared = (operation['x-errors'] ?? []).includes(`${code}@${status}`);
    const isUniversal = universal.has(code) && statuses.get(code) === status;
    const isBearer = operation['x-permission'] !== 'public' || !bearerCodes.has(code);
    return declared || (isUniversal && isBearer) ? [] : [`${id} ${status}: ${code} is not in x-errors`];
  }

  return (id, status, body) => {
    const bound = operations.get(id);
    if (!bound) return [`${id} is no operation`];
    const response = bound.operation.responses[status];
    if (!response) {
      return status >= 400 ? checkError(bound, status, body) : [`${id}: status ${status} is not declared`];
    }
    const schema = response.content?.['application/json']?.schema;
    if (schema) {
      const isRefusal = status >= 400 && typeof body === 'object' && body !== null && 'code' in body;
      if (isRefusal) return checkError(bound, status, body);
      return checkBody(`${id} ${status}`, validator(`${id} ${status}`, schema), body);
    }
    const isEmpty = body === undefined || body === null || body === '';
    return isEmpty ? [] : [`${id} ${status}: a body where none is declared`];
  };
}

function checkBody(at: string, validate: ValidateFunction, body: unknown): string[] {
  const value = body === undefined ? undefined : JSON.parse(JSON.stringify(body));
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, keyword, params }) => {
    const name = params.additionalProperty ?? params.missingProperty ?? '';
    return `${at} ${instancePath || '/'} ${keyword} ${name}`.trim();
  });
}

function createAjv(): Ajv {
  const ajv = new Ajv({ allErrors: true, strict: false, discriminator: true });
  for (const [name, format] of Object.entries(formats)) ajv.addFormat(name, format);
  const schemas = Object.entries(document.components.schemas).map(([name, schema]) => [name, close(schema)]);
  ajv.addSchema({ $id: '/answers', components: { schemas: Object.fromEntries(schemas) } });
  return ajv;
}

/** The schema without allOf, refusing undeclared fields wherever it declares any. */
function close(schema: Schema): Record<string, unknown> {
  const { discriminator, default: _default, ...own } = schema.allOf ? flatten(document, schema) : schema;
  const out: Record<string, unknown> = { ...own };
  if (own.$ref) out.$ref = `/answers#/components/schemas/${refName(own.$ref)}`;
  if (own.properties) {
    const fields = Object.entries(own.properties).map(([name, field]) => [name, close(field)]);
    out.properties = Object.fromEntries(fields);
    out.additionalProperties ??= false;
  }
  if (typeof own.additionalProperties === 'object')
    out.additionalProperties = close(own.additionalProperties);
  if (own.propertyNames) out.propertyNames = close(own.propertyNames);
  if (own.items) out.items = close(own.items);
  if (own.oneOf) out.oneOf = own.oneOf.map(close);
  if (own.oneOf && discriminator) {
    const { propertyName } = discriminator;
    Object.assign(out, { type: 'object', discriminator: { propertyName }, required: [propertyName] });
  }
  return out;
}
