import type { RoomCapability } from '../generated/api.ts';
import { roomCapabilityValues } from '../generated/enums.ts';
import { openapi } from '../generated/openapi.js';
import { operations } from '../generated/tables.ts';
import type { RoomRules } from '../ports/room-access.ts';
import { buckets } from './buckets.ts';
import type { Binding, OperationId } from './operation.ts';
import { unfinishedPhases } from './operation.ts';
import type { OperationEntry } from './operation-table.ts';

/** An operation of the contract with its handler, and what its room must satisfy. */
export type BoundOperation = {
  readonly id: OperationId;
  readonly entry: OperationEntry;
  readonly binding: Binding;
  /** Null where the operation has no room. */
  readonly rules: RoomRules | null;
};

const capabilities: ReadonlySet<string> = new Set(roomCapabilityValues);

/**
 * Joins bindings with the contract. Throws one Error that names every binding that cannot be: unknown or bound twice,
 * without a permission, or with options whose error codes the operation does not declare.
 */
export function bind(bindings: readonly Binding[]): BoundOperation[] {
  const wrong: string[] = [];
  const seen = new Set<string>();
  const bound: BoundOperation[] = [];
  for (const binding of bindings) {
    const { id } = binding;
    if (!Object.hasOwn(operations, id)) {
      wrong.push(`${id}: there is no such operation`);
      continue;
    }
    if (seen.has(id)) wrong.push(`${id}: bound twice`);
    seen.add(id);
    const entry = operations[id];
    if (entry.permission === '') wrong.push(`${id}: no permission is declared`);
    const rules = entry.room ? roomRules(entry, binding.options) : null;
    if (clashes(binding))
      wrong.push(`${id}: an action that checks the right also checks what comes after it`);
    wrong.push(...undeclared(entry, binding).map((code) => `${id}: ${code} is not declared in x-errors`));
    bound.push({ id, entry, binding, rules });
  }
  if (wrong.length > 0) throw new Error(`The API cannot be bound:\n${wrong.join('\n')}`);
  return bound;
}

/** What permission and options say about the room: the rules that RoomAccess checks. */
function roomRules({ method, permission }: OperationEntry, options: Binding['options']): RoomRules {
  const { presence, awayHost, roles, unfinished, mode, phases, unlocked } = options;
  const endsWithRoom = phases !== undefined && !phases.includes('finished');
  const hasRight = capabilities.has(permission) && options.rights !== 'byAction';
  return {
    presence: presence ?? (method === 'GET' ? 'former' : 'active'),
    ...(awayHost ? { awayHost } : {}),
    ...(hasRight ? { capability: permission as RoomCapability } : {}),
    ...(permission === 'host' ? { host: true } : {}),
    ...(roles ? { roles } : {}),
    ...(unfinished || endsWithRoom ? { unfinished: true } : {}),
    ...(mode ? { mode } : {}),
    ...(phases ? { phases } : {}),
    ...(unlocked ? { unlocked: true } : {}),
  };
}

/** Checks after the right cannot be done before it. */
function clashes({ options }: Binding): boolean {
  const { rights, roles, unfinished, mode, phases, unlocked } = options;
  return rights === 'byAction' && Boolean(roles || unfinished || mode || phases || unlocked);
}

/** Codes that the options of a binding lead to and that its operation does not declare. */
function undeclared({ errors }: OperationEntry, { options }: Binding): string[] {
  const { phases, mode, roles, unlocked, unfinished, limit } = options;
  const codes: string[] = [];
  if (roles) codes.push('ROOM_PERMISSION_DENIED');
  const isPartial = phases && !unfinishedPhases.every((phase) => phases.includes(phase));
  if (isPartial) codes.push('ROOM_INVALID_STATE');
  if (unfinished || (phases && !phases.includes('finished'))) codes.push('ROOM_FINISHED');
  if (mode) codes.push(mode === 'ai' ? 'ROOM_NOT_AI_MODE' : 'ROOM_NOT_PEER_MODE');
  if (unlocked) codes.push('ROOM_EDITOR_LOCKED');
  const bucket = limit && buckets[limit];
  if (bucket && 'code' in bucket) codes.push(bucket.code);
  return codes.filter((code) => !Object.hasOwn(errors, code));
}

export type UnboundOperation = { readonly id: OperationId; readonly method: string; readonly path: string };

/** The operations of the contract that no binding serves, in its order. */
export function listUnbound(bindings: readonly Pick<Binding, 'id'>[]): UnboundOperation[] {
  const bound = new Set(bindings.map(({ id }) => id));
  const all = Object.entries(operations) as [OperationId, OperationEntry][];
  return all.filter(([id]) => !bound.has(id)).map(([id, { method, path }]) => ({ id, method, path }));
}

type Node = Record<string, unknown>;

/**
 * The OpenAPI document of the operations named, with the schemas and tags that they use. Internal operations are left
 * out unless asked for.
 */
export function describeApi(ids: Iterable<OperationId>, options: { readonly internal: boolean }): Node {
  const wanted = new Set<unknown>(ids);
  const isShown = (item: unknown) => {
    const id = (item as Node).operationId as OperationId;
    return wanted.has(id) && (options.internal || !operations[id].internal);
  };
  const paths: Node = {};
  for (const [path, item] of Object.entries(openapi.paths as Record<string, Node>)) {
    const kept = Object.entries(item).filter(([name, value]) => name === 'parameters' || isShown(value));
    if (kept.some(([name]) => name !== 'parameters')) paths[path] = Object.fromEntries(kept);
  }
  const components = openapi.components as Record<string, Node>;
  const schemes = Object.entries(components.securitySchemes ?? {}).filter(([name]) =>
    mentions(paths, `"${name}":[]`),
  );
  const used = JSON.stringify(paths);
  return {
    ...openapi,
    tags: (openapi.tags as { name: string }[]).filter(({ name }) => used.includes(`"${name}"`)),
    paths,
    components: {
      securitySchemes: Object.fromEntries(schemes),
      schemas: usedSchemas(paths, components.schemas ?? {}),
    },
  };
}

function mentions(value: unknown, text: string): boolean {
  return JSON.stringify(value).includes(text);
}

/** The schemas that a value refers to, directly or through others. */
function usedSchemas(value: unknown, schemas: Node): Node {
  const used = new Set<string>();
  const collect = (part: unknown) => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue;
      used.add(name);
      collect(schemas[name]);
    }
  };
  collect(value);
  return Object.fromEntries(
    Object.entries(schemas).filter(([name]) => used.has(name) || name === 'ErrorResponse'),
  );
}
