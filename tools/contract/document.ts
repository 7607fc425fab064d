/** JSON value without knowledge of its shape. */
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One JSON Schema of the contract; the keywords that the generators know are checked in `types.ts`. */
export type Schema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  propertyNames?: Schema;
  items?: Schema;
  oneOf?: Schema[];
  allOf?: Schema[];
  enum?: Json[];
  const?: Json;
  default?: Json;
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  description?: string;
  format?: string;
  pattern?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  exclusiveMinimum?: number;
  minItems?: number;
  maxItems?: number;
  uniqueItems?: boolean;
  minProperties?: number;
  maxProperties?: number;
  writeOnly?: boolean;
  examples?: Json[];
  contentEncoding?: string;
  'x-raw'?: boolean;
  'x-trim'?: boolean;
  'x-lower'?: boolean;
  'x-unstored'?: boolean;
};

export type ParameterPlace = 'path' | 'query' | 'header' | 'cookie';

export type Parameter = {
  name: string;
  in: ParameterPlace;
  required?: boolean;
  schema: Schema;
  description?: string;
};

type Content = { 'application/json'?: { schema: Schema } };

type Response = {
  description: string;
  headers?: Record<string, { schema: Schema; description?: string }>;
  content?: Content;
};

type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  security?: Record<string, string[]>[];
  parameters?: Parameter[];
  requestBody?: { required?: boolean; content: Content };
  responses: Record<string, Response>;
  'x-permission'?: string;
  'x-errors'?: string[];
  'x-max-body-bytes'?: number;
};

export type PathItem = { parameters?: Parameter[] } & { [method in Method]?: Operation };
type Method = 'get' | 'put' | 'post' | 'patch' | 'delete';
const methods: readonly Method[] = ['get', 'put', 'post', 'patch', 'delete'];

/** The bundled contract: references inside schemas stay, parameters are inlined. */
export type Document = {
  openapi: string;
  info: Record<string, Json>;
  servers: Json[];
  tags: { name: string }[];
  paths: Record<string, PathItem>;
  components: { securitySchemes: Record<string, Json>; schemas: Record<string, Schema> };
};

/** One operation with its address and all its parameters, those of the path included. */
export type Bound = {
  id: string;
  path: string;
  method: Method;
  operation: Operation;
  parameters: Parameter[];
  body: Schema | undefined;
};

/** All operations of the document, in its order. */
export function listOperations(document: Document): Bound[] {
  const found: Bound[] = [];
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of methods) {
      const operation = item[method];
      if (!operation) continue;
      found.push({
        id: operation.operationId,
        path,
        method,
        operation,
        parameters: [...(item.parameters ?? []), ...(operation.parameters ?? [])],
        body: operation.requestBody?.content['application/json']?.schema,
      });
    }
  }
  return found;
}

/** 'RoomDetail' of '#/components/schemas/RoomDetail'. */
export function refName(ref: string): string {
  return ref.slice(ref.lastIndexOf('/') + 1);
}

/** Follows $ref until a schema of its own; throws on a name that does not exist. */
export function resolve(document: Document, schema: Schema): Schema {
  let current = schema;
  while (current.$ref !== undefined) {
    const next = document.components.schemas[refName(current.$ref)];
    if (!next) throw new Error(`${current.$ref} does not exist`);
    current = next;
  }
  return current;
}

/** A schema without $ref and allOf at its top: the parts of allOf merged into one. */
export function flatten(document: Document, schema: Schema): Schema {
  const own = resolve(document, schema);
  if (!own.allOf) return own;
  const { allOf, ...rest } = own;
  const merged: Schema = {};
  for (const part of [...allOf.map((one) => flatten(document, one)), rest]) {
    const properties = { ...merged.properties, ...part.properties };
    const required = [...(merged.required ?? []), ...(part.required ?? [])];
    Object.assign(merged, part);
    if (Object.keys(properties).length > 0) merged.properties = properties;
    if (required.length > 0) merged.required = required;
  }
  return merged;
}

/** The types that a schema names, as a list; [] when it names none. */
export function typesOf(schema: Schema): string[] {
  if (schema.type === undefined) return schema.properties ? ['object'] : [];
  return Array.isArray(schema.type) ? schema.type : [schema.type];
}
