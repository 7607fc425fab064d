import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { parse } from 'yaml';
import type { Document, Json, Parameter, PathItem, Schema } from './document.ts';

type Part = { file: string; content: Document & { components?: { parameters?: Record<string, Parameter> } } };

/**
 * Reads every contract.yaml below `root` and joins them into one document. Throws one Error that lists all
 * references to a place that does not hold the target, and names, operationIds or method + path defined twice.
 */
export function bundle(root: string): Document {
  const parts = readParts(root);
  const wrong: string[] = [];
  const homes = findHomes(parts, wrong);
  const document: Document = {
    openapi: '3.1.0',
    info: {},
    servers: [],
    tags: [],
    paths: {},
    components: { securitySchemes: {}, schemas: {} },
  };
  const parameters: Record<string, Parameter> = {};
  for (const part of parts) {
    const content = localise(
      part.content as unknown as Json,
      part.file,
      homes,
      wrong,
    ) as unknown as Part['content'];
    if (content.tags) {
      document.info = content.info;
      document.servers = content.servers;
      document.tags = content.tags;
    }
    Object.assign(document.components.schemas, content.components?.schemas);
    Object.assign(document.components.securitySchemes, content.components?.securitySchemes);
    Object.assign(parameters, content.components?.parameters);
    for (const [path, item] of Object.entries(content.paths ?? {})) joinPath(document, path, item, wrong);
  }
  inlineParameters(document, parameters);
  refuseDoubleIds(document, wrong);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return document;
}

function readParts(root: string): Part[] {
  const isShared = (file: string) => file === 'http/contract.yaml';
  const files = globSync('**/contract.yaml', { cwd: root });
  files.sort((a, b) => Number(isShared(b)) - Number(isShared(a)) || (a < b ? -1 : 1));
  return files.map((name) => {
    const file = resolve(root, name);
    try {
      const content = parse(readFileSync(file, 'utf8'), { version: '1.2', uniqueKeys: true, strict: true });
      return { file, content };
    } catch (error) {
      throw new Error(`${relative('.', file)}: ${error instanceof Error ? error.message : error}`);
    }
  });
}

/** Which file defines '#/components/<kind>/<Name>'. */
function findHomes(parts: Part[], wrong: string[]): Map<string, string> {
  const homes = new Map<string, string>();
  for (const { file, content } of parts) {
    for (const [kind, entries] of Object.entries(content.components ?? {})) {
      for (const name of Object.keys(entries as object)) {
        const key = `#/components/${kind}/${name}`;
        const other = homes.get(key);
        if (other) wrong.push(`${relative('.', file)}: ${key} is also in ${relative('.', other)}`);
        homes.set(key, file);
      }
    }
  }
  return homes;
}

/** Cuts the file part off every reference, after checking that the target is in exactly that file. */
function localise(value: Json, file: string, homes: Map<string, string>, wrong: string[], key = ''): Json {
  if (Array.isArray(value)) return value.map((entry) => localise(entry, file, homes, wrong));
  if (value === null || typeof value !== 'object') return value;
  const local = (reference: Json): Json => {
    const [path, fragment] = String(reference).split('#');
    const target = path ? resolve(dirname(file), path) : file;
    if (homes.get(`#${fragment}`) !== target)
      wrong.push(`${relative('.', file)}: ${reference} does not exist`);
    return `#${fragment}`;
  };
  const result: Record<string, Json> = {};
  for (const [name, entry] of Object.entries(value)) {
    if (name === '$ref' && typeof entry === 'string') result[name] = local(entry);
    else if (key === 'discriminator' && name === 'mapping' && entry !== null) {
      result[name] = Object.fromEntries(Object.entries(entry).map(([tag, ref]) => [tag, local(ref)]));
    } else result[name] = localise(entry, file, homes, wrong, name);
  }
  return result;
}

function joinPath(document: Document, path: string, item: PathItem, wrong: string[]): void {
  const target: Record<string, unknown> = document.paths[path] ?? {};
  for (const [name, value] of Object.entries(item)) {
    if (name !== 'parameters' && target[name]) wrong.push(`${name} ${path} is defined twice`);
    target[name] = value;
  }
  document.paths[path] = target as PathItem;
}

function inlineParameters(document: Document, shared: Record<string, Parameter>): void {
  const inline = (list: Parameter[]) =>
    list.map((entry) => {
      const reference = (entry as unknown as Schema).$ref;
      return reference ? (shared[reference.slice(reference.lastIndexOf('/') + 1)] ?? entry) : entry;
    });
  for (const item of Object.values(document.paths)) {
    for (const holder of Object.values(item)) {
      if (!Array.isArray(holder) && holder.parameters) holder.parameters = inline(holder.parameters);
    }
    if (item.parameters) item.parameters = inline(item.parameters);
  }
}

function refuseDoubleIds(document: Document, wrong: string[]): void {
  const seen = new Set<string>();
  for (const item of Object.values(document.paths)) {
    for (const holder of Object.values(item)) {
      if (Array.isArray(holder)) continue;
      if (seen.has(holder.operationId)) wrong.push(`operationId ${holder.operationId} is defined twice`);
      seen.add(holder.operationId);
    }
  }
}
