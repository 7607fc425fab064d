import {
  type Bound,
  type Document,
  flatten,
  listOperations,
  resolve,
  type Schema,
  typesOf,
} from './document.ts';
import { hasRoom } from './types.ts';

/** Status by code, as the documentation lists them, and which codes every operation may answer. */
export type ErrorTable = {
  readonly statuses: ReadonlyMap<string, number>;
  readonly universal: ReadonlySet<string>;
};

const plainPermissions = ['public', 'self', 'participant', 'host', 'admin', 'internal'];
const globalCapabilities =
  `room:create room:join room:list room:delete-own problem:view user:view-profile user:edit-self
  session:view-own report:view-own problem:create problem:edit problem:delete user:list user:manage user:ban
  room:force-close room:delete-any room:join-any session:view-any report:view-any report:export
  platform:view-analytics platform:manage-settings`.split(/\s+/);
const bearerCodes = ['AUTH_TOKEN_EXPIRED', 'AUTH_TOKEN_REVOKED', 'USER_BANNED'];

/** Reads the tables of the error documentation: rows `| CODE | status | ...`, the section "Universal" first. */
export function readErrorTable(markdown: string): ErrorTable {
  const statuses = new Map<string, number>();
  const universal = new Set<string>();
  let section = '';
  for (const line of markdown.split('\n')) {
    if (line.startsWith('## ')) section = line.slice(3);
    const row = /^\| `?([A-Z][A-Z0-9_]+)`? \| (\d{3}) \|/.exec(line);
    if (!row?.[1]) continue;
    statuses.set(row[1], Number(row[2]));
    if (section.startsWith('Universal')) universal.add(row[1]);
  }
  return { statuses, universal };
}

/** Everything in the contract that breaks its own rules, one sentence each; [] when it is sound. */
export function checkContract(document: Document, table: ErrorTable): string[] {
  const operations = listOperations(document);
  return [
    ...operations.flatMap((bound) =>
      [
        ...checkPermission(document, bound),
        ...checkErrors(bound, table),
        ...checkParameters(bound),
        ...checkAnswers(document, bound),
      ].map((wrong) => `${bound.id}: ${wrong}`),
    ),
    ...checkRequests(document, operations),
    ...checkTexts(document),
  ];
}

function checkPermission(document: Document, { operation }: Bound): string[] {
  const permission = operation['x-permission'];
  if (!permission) return ['x-permission is missing'];
  const capabilities = document.components.schemas.RoomCapability?.enum ?? [];
  const allowed = [...plainPermissions, ...globalCapabilities, ...capabilities];
  const security = operation.security ?? [];
  const isOptional = security.some((scheme) => Object.keys(scheme).length === 0);
  const schemes = isOptional ? '' : security.flatMap(Object.keys).join();
  const expected = permission === 'public' ? '' : permission === 'internal' ? 'internalSecret' : 'bearerAuth';
  return [
    ...(allowed.includes(permission) ? [] : [`x-permission ${permission} is unknown`]),
    ...(schemes === expected
      ? []
      : [`security is [${schemes}], x-permission ${permission} wants [${expected}]`]),
  ];
}

function checkErrors(bound: Bound, table: ErrorTable): string[] {
  const { operation, parameters } = bound;
  const declared = operation['x-errors'];
  if (!declared) return ['x-errors is missing'];
  const wrong: string[] = [];
  const codes = new Set<string>();
  for (const entry of declared) {
    const [code = '', status] = entry.split('@');
    if (codes.has(code)) wrong.push(`${code} is listed twice`);
    codes.add(code);
    const known = table.statuses.get(code);
    if (known === undefined) wrong.push(`${code} is not in the error table`);
    else if (known !== Number(status)) wrong.push(`${code} has status ${known}, not ${status}`);
    const isOwn = bearerCodes.includes(code) && operation['x-permission'] === 'public';
    if (table.universal.has(code) && !isOwn) wrong.push(`${code} is universal and not to be listed`);
  }
  const needs = (condition: boolean, code: string) => {
    if (condition && !codes.has(code)) wrong.push(`${code} must be in x-errors`);
  };
  const headers = parameters.filter((entry) => entry.in === 'header').map((entry) => entry.name);
  needs(headers.includes('Idempotency-Key'), 'IDEMPOTENCY_CONFLICT');
  needs(headers.includes('If-Match'), 'PRECONDITION_FAILED');
  needs(operation['x-permission'] === 'admin', 'FORBIDDEN');
  needs(hasRoom(bound), 'ROOM_ACCESS_DENIED');
  const permission = operation['x-permission'] ?? '';
  const everyRole = ['participant', 'code:view'].includes(permission);
  needs(hasRoom(bound) && !everyRole, 'ROOM_PERMISSION_DENIED');
  return wrong;
}

function checkParameters({ path, method, operation, parameters, body }: Bound): string[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const declared = parameters.filter((entry) => entry.in === 'path').map((entry) => entry.name);
  const wrong: string[] = [];
  if (inPath.sort().join() !== declared.sort().join())
    wrong.push('path parameters are not those of the path');
  if (body && (method === 'get' || method === 'delete')) wrong.push(`${method} takes no body`);
  if (!operation.summary || !operation.description) wrong.push('summary or description is missing');
  for (const { name, schema, required } of parameters) {
    if (required && schema.default !== undefined) wrong.push(`${name} is required and has a default`);
  }
  return wrong;
}

function checkAnswers(document: Document, { operation }: Bound): string[] {
  const wrong: string[] = [];
  for (const [status, response] of Object.entries(operation.responses)) {
    const schema = response.content?.['application/json']?.schema;
    if (['204', '304'].includes(status) !== (schema === undefined)) wrong.push(`${status}: body or no body?`);
    if (schema) wrong.push(...checkRequired(document, schema, status, new Set()));
  }
  return wrong;
}

/** Every required name is a declared field, all the way down. */
function checkRequired(document: Document, schema: Schema, at: string, seen: Set<string>): string[] {
  if (schema.$ref) {
    if (seen.has(schema.$ref)) return [];
    seen.add(schema.$ref);
  }
  const own = flatten(document, schema);
  const missing = (own.required ?? []).filter((name) => !own.properties?.[name]);
  const below = [
    ...Object.values(own.properties ?? {}),
    ...(own.items ? [own.items] : []),
    ...(own.oneOf ?? []),
  ];
  return [
    ...missing.map((name) => `${at}: ${name} is required and not declared`),
    ...below.flatMap((part) => checkRequired(document, part, at, seen)),
  ];
}

/** Every value of a request is bounded and every object closed. */
function checkRequests(document: Document, operations: Bound[]): string[] {
  const wrong = new Set<string>();
  for (const { id, body, parameters } of operations) {
    if (body) checkBounds(document, body, `${id} body`, wrong);
    for (const { name, schema } of parameters) checkBounds(document, schema, `${id} ${name}`, wrong);
  }
  return [...wrong];
}

function checkBounds(document: Document, schema: Schema, at: string, wrong: Set<string>): void {
  const own = flatten(document, schema);
  const types = typesOf(own);
  const isFree = !own.enum && own.const === undefined;
  const isText = types.includes('string') && isFree && !['uuid', 'date-time'].includes(own.format ?? '');
  if (isText && own.maxLength === undefined) wrong.add(`${at}: a string without maxLength`);
  if (types.includes('array') && own.maxItems === undefined) wrong.add(`${at}: a list without maxItems`);
  if (types.some((type) => type === 'integer' || type === 'number')) {
    const lower = own.minimum ?? own.exclusiveMinimum;
    if (isFree && (lower === undefined || own.maximum === undefined))
      wrong.add(`${at}: a number without bounds`);
  }
  if (own.properties && own.additionalProperties !== false) wrong.add(`${at}: an object that is not closed`);
  const keys = own.propertyNames && resolve(document, own.propertyNames).enum;
  const isMap = types.includes('object') && !own.properties;
  if (isMap && own.maxProperties === undefined && !keys) wrong.add(`${at}: a map without maxProperties`);
  for (const [name, field] of Object.entries(own.properties ?? {}))
    checkBounds(document, field, `${at}.${name}`, wrong);
  if (own.items) checkBounds(document, own.items, `${at}[]`, wrong);
  if (typeof own.additionalProperties === 'object')
    checkBounds(document, own.additionalProperties, `${at}.*`, wrong);
  for (const one of own.oneOf ?? []) checkBounds(document, one, at, wrong);
}

/** Texts for users name no files and no sections: they stand on their own. */
function checkTexts(document: Document): string[] {
  const wrong: string[] = [];
  const visit = (value: unknown, at: string) => {
    if (value === null || typeof value !== 'object') return;
    for (const [name, entry] of Object.entries(value)) {
      if ((name === 'description' || name === 'summary') && typeof entry === 'string') {
        const hit = /\w+\.md\b|§|\bsection \d|\bS\d{1,2}\b/.exec(entry);
        if (hit) wrong.push(`${at}: "${hit[0]}" names a document`);
      } else visit(entry, `${at}/${name}`);
    }
  };
  visit(document, '');
  return wrong;
}
