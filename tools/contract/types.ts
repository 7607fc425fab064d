import {
  type Bound,
  type Document,
  listOperations,
  type Parameter,
  refName,
  type Schema,
  typesOf,
} from './document.ts';

const known = new Set(
  `$ref type properties required additionalProperties propertyNames items oneOf allOf enum const default discriminator
  description format pattern minLength maxLength minimum maximum exclusiveMinimum minItems maxItems uniqueItems
  minProperties maxProperties writeOnly examples contentEncoding`.split(/\s+/),
);
const scalars: Record<string, string> = {
  string: 'string',
  integer: 'number',
  number: 'number',
  boolean: 'boolean',
  null: 'null',
};
const roomless = new Set(['admin', 'internal', 'room:join', 'self', 'public']);

/** Whether the permission hook loads the room of the path, and the handler gets it as `room`. */
export function hasRoom({ path, operation }: Bound): boolean {
  return (
    path.includes('{roomId}') &&
    !roomless.has(operation['x-permission'] ?? '') &&
    (operation['x-errors'] ?? []).some((error) => error.startsWith('ROOM_NOT_FOUND@'))
  );
}

/** The text of `api.ts`: a type for every schema, and what each operation takes and answers. */
export function writeTypes(document: Document): string {
  const schemas = Object.entries(document.components.schemas).map(
    ([name, schema]) => `${comment(schema.description)}export type ${name} = ${typeOf(schema, name)};\n`,
  );
  const operations = listOperations(document).map(writeOperation);
  return [
    '// Made by `npm run gen` from the contract.yaml files; not edited by hand.\n',
    ...schemas,
    `export type Operations = {\n${operations.join('')}};\n`,
  ].join('\n');
}

function writeOperation(bound: Bound): string {
  const { id, method, path, operation, parameters, body } = bound;
  const required = operation.requestBody?.required === true;
  const bodyType = body ? typeOf(body, `${id} body`, '    ') + (required ? '' : ' | undefined') : 'undefined';
  const errors = (operation['x-errors'] ?? []).map((error) => quote(error.split('@')[0] ?? ''));
  return `  /** ${method.toUpperCase()} ${path}: ${line(operation.summary)} */
  ${id}: {
    method: ${quote(method.toUpperCase())};
    path: ${quote(path)};
    params: ${slot(parameters, 'path')};
    query: ${slot(parameters, 'query')};
    headers: ${slot(parameters, 'header')};
    cookies: ${slot(parameters, 'cookie')};
    body: ${bodyType};
    permission: ${quote(operation['x-permission'] ?? '')};
    errors: ${errors.join(' | ') || 'never'};
    room: ${hasRoom(bound)};
    answers: {
${Object.entries(operation.responses)
  .map(([status, response]) => {
    const schema = response.content?.['application/json']?.schema;
    const headers = Object.entries(response.headers ?? {}).map(
      ([name, header]) => `${key(name)}?: ${name === 'Set-Cookie' ? 'string' : typeOf(header.schema, name)}`,
    );
    return `      ${status}: { body: ${schema ? typeOf(schema, `${id} ${status}`, '      ') : 'undefined'}; headers: ${headers.length > 0 ? `{ ${headers.join('; ')} }` : 'Record<string, never>'} };\n`;
  })
  .join('')}    };
  };
`;
}

function slot(parameters: Parameter[], place: Parameter['in']): string {
  const fields = parameters
    .filter((parameter) => parameter.in === place)
    .map(({ name, required, schema }) => {
      const present = required || schema.default !== undefined;
      return `${key(name)}${present ? '' : '?'}: ${typeOf(schema, name)}`;
    });
  return fields.length === 0 ? 'Record<never, never>' : `{ ${fields.join('; ')} }`;
}

/** The TypeScript type of a schema; throws on a keyword without a rule here. */
function typeOf(schema: Schema, at: string, indent = ''): string {
  for (const keyword of Object.keys(schema)) {
    if (!known.has(keyword) && !keyword.startsWith('x-'))
      throw new Error(`${at}: ${keyword} has no type rule`);
  }
  if (schema.$ref !== undefined) return refName(schema.$ref);
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ');
  if (schema.oneOf)
    return schema.oneOf.map((one, index) => typeOf(one, `${at}.${index}`, indent)).join(' | ');
  if (schema.allOf) {
    const parts = schema.allOf.map((part, index) => typeOf(part, `${at}.${index}`, indent));
    return [...parts, ...(schema.properties ? [objectType(schema, at, indent)] : [])].join(' & ');
  }
  const types = typesOf(schema);
  if (types.length === 0) return 'unknown';
  return types
    .map((type) => {
      if (type === 'array') return wrap(typeOf(schema.items ?? {}, `${at}[]`, indent));
      return type === 'object' ? objectType(schema, at, indent) : (scalars[type] ?? 'unknown');
    })
    .join(' | ');
}

function wrap(type: string): string {
  return / [|&] /.test(type) ? `(${type})[]` : `${type}[]`;
}

function objectType(schema: Schema, at: string, indent: string): string {
  const fields = Object.entries(schema.properties ?? {});
  const map = mapType(schema, at, indent);
  if (fields.length === 0) return map ?? 'Record<string, unknown>';
  const inner = `${indent}  `;
  const body = fields.map(([name, field]) => {
    const present = schema.required?.includes(name) || field.default !== undefined;
    return `${inner}${comment(field.description, inner)}${key(name)}${present ? '' : '?'}: ${typeOf(field, `${at}.${name}`, inner)};\n`;
  });
  const object = `{\n${body.join('')}${indent}}`;
  return map ? `${object} & ${map}` : object;
}

function mapType(schema: Schema, at: string, indent: string): string | undefined {
  const extra = schema.additionalProperties;
  if (!extra) return undefined;
  const value = extra === true ? 'unknown' : typeOf(extra, `${at}.*`, indent);
  if (!schema.propertyNames) return `Record<string, ${value}>`;
  return `Partial<Record<${typeOf(schema.propertyNames, at)}, ${value}>>`;
}

function comment(text: string | undefined, indent = ''): string {
  return text ? `/** ${line(text)} */\n${indent}` : '';
}

function line(text: string): string {
  return text.replaceAll('*/', '* /').replace(/\s+/g, ' ').trim();
}

function key(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : quote(name);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
