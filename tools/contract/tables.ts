import type { OperationEntry, QueryType } from '../../src/http/operation-table.ts';
import {
  type Bound,
  type Document,
  flatten,
  listOperations,
  type ParameterPlace,
  resolve,
  type Schema,
  typesOf,
} from './document.ts';
import { planParameters, planTexts } from './texts.ts';
import { hasRoom } from './types.ts';

/** Largest body of an operation that names no other, in bytes. */
const defaultBodyBytes = 256 * 1024;

/** The text of `tables.ts`: what the runtime must know of each operation. */
export function writeTables(document: Document): string {
  const entries = listOperations(document).map(
    (bound) => `  ${bound.id}: ${JSON.stringify(entryOf(document, bound))},\n`,
  );
  return `// Made by \`npm run gen\` from the contract.yaml files; not edited by hand.
import type { OperationEntry } from '../http/operation-table.ts';
import type { Operations } from './api.ts';

/** Version of the API, <major>.<minor>. */
export const apiVersion = ${JSON.stringify(String(document.info.version).split('.').slice(0, 2).join('.'))};

export const operations: Readonly<Record<keyof Operations, OperationEntry>> = {
${entries.join('')}};
`;
}

function entryOf(document: Document, bound: Bound): OperationEntry {
  const { operation, parameters, method, path } = bound;
  return {
    method: method.toUpperCase() as OperationEntry['method'],
    path,
    permission: operation['x-permission'] ?? '',
    room: hasRoom(bound),
    internal: path.startsWith('/internal/'),
    errors: Object.fromEntries((operation['x-errors'] ?? []).map(splitError)),
    statuses: Object.keys(operation.responses).map(Number),
    body: bound.body ? (operation.requestBody?.required ? 'required' : 'optional') : 'none',
    maxBodyBytes: operation['x-max-body-bytes'] ?? defaultBodyBytes,
    query: Object.fromEntries(
      parameters
        .filter((entry) => entry.in === 'query')
        .map((entry) => [entry.name, queryType(document, entry.schema)]),
    ),
    headers: parameters.filter((entry) => entry.in === 'header').map((entry) => entry.name),
    cookies: parameters.filter((entry) => entry.in === 'cookie').map((entry) => entry.name),
    hidden: bound.body ? findHidden(document, bound.body, '') : [],
    unstored: findUnstored(document, bound),
    tagged: method === 'get' && Object.values(operation.responses).some(({ headers }) => headers?.ETag),
    texts: planRequest(document, bound),
  };
}

function planRequest(document: Document, { parameters, body }: Bound): OperationEntry['texts'] {
  const places = (['path', 'query', 'header'] satisfies ParameterPlace[]).map((place) => {
    const plan = planParameters(
      document,
      parameters.filter((entry) => entry.in === place),
    );
    return [place, plan] as const;
  });
  const plans = [...places, ['body', body ? planTexts(document, body) : null] as const];
  return Object.fromEntries(plans.filter(([, plan]) => plan !== null));
}

function splitError(error: string): [code: string, status: number] {
  const [code = '', status] = error.split('@');
  return [code, Number(status)];
}

function queryType(document: Document, schema: Schema): QueryType {
  const own = resolve(document, schema);
  const type = own.items ? `${typesOf(resolve(document, own.items))[0]}[]` : (typesOf(own)[0] ?? 'string');
  return type as QueryType;
}

/** Paths of the writeOnly fields below a request schema. */
function findHidden(document: Document, schema: Schema, at: string): string[] {
  const own = flatten(document, schema);
  if (own.writeOnly) return [at];
  const fields = Object.entries(own.properties ?? {}).flatMap(([name, field]) =>
    findHidden(document, field, at ? `${at}.${name}` : name),
  );
  return own.items ? [...fields, ...findHidden(document, own.items, `${at}[]`)] : fields;
}

/** Top-level answer fields marked x-unstored. */
function findUnstored(document: Document, { operation }: Bound): string[] {
  const names = Object.values(operation.responses).flatMap((response) => {
    const schema = response.content?.['application/json']?.schema;
    const fields = schema ? (flatten(document, schema).properties ?? {}) : {};
    return Object.keys(fields).filter((name) => fields[name]?.['x-unstored']);
  });
  return [...new Set(names)];
}
