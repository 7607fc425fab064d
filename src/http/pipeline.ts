import type { Reader } from '../db/types.ts';
import { Forbidden, Unauthorized } from '../kernel/errors.ts';
import type { Callers } from '../ports/callers.ts';
import type { RoomAccess } from '../ports/room-access.ts';
import { type Bucket, type BucketName, buckets, guards, polls, uncounted } from './buckets.ts';
import type { Call } from './call.ts';
import { bucketKey } from './context.ts';
import type { Idempotency } from './idempotency.ts';
import { type RawInput, readInput } from './validation.ts';

export type PipelineDeps = {
  readonly callers: Callers;
  readonly rooms: RoomAccess;
  readonly db: Reader;
  readonly idempotency: Idempotency;
  /** Whether a browser page of this origin may use the cookie of the sign-in. */
  isAllowedOrigin(origin: string): boolean;
};

/**
 * The checks before a handler, in their order: 1 credentials, 2 the general bucket, 3 parameters, body and the buckets
 * against guessing, then the stored answer of a repeated request, 4 the global right, 5 to 8 the room.
 */
export type Pipeline = {
  identify(call: Call, authorization: string | undefined): Promise<void>;
  read(call: Call, raw: RawInput): void;
  admit(call: Call, path: string): void;
};

export function createPipeline(deps: PipelineDeps): Pipeline {
  return {
    identify: (call, authorization) => identify(deps, call, authorization),
    read: (call, raw) => read(deps, call, raw),
    admit: (call, path) => admit(deps, call, path),
  };
}

function take(call: Call, name: BucketName): void {
  const bucket: Bucket = buckets[name];
  call.spending.take(name, bucketKey(bucket, call));
}

async function identify(deps: PipelineDeps, call: Call, authorization: string | undefined): Promise<void> {
  const { id, entry } = call.operation;
  if (entry.permission === 'internal') return checkPlane(call);
  if (entry.permission !== 'public') call.caller = await authenticate(deps.callers, authorization);
  if (uncounted.has(id)) return;
  take(call, call.caller === null ? 'address' : polls.has(id) ? 'polling' : 'user');
}

function checkPlane(call: Call): void {
  if (call.client.isPlane) return;
  take(call, 'internalSecret');
  throw Unauthorized();
}

function read(deps: PipelineDeps, call: Call, raw: RawInput): void {
  const { id, entry } = call.operation;
  const { origin } = call.client;
  const isForeign = origin !== null && !deps.isAllowedOrigin(origin);
  if (entry.cookies.length > 0 && isForeign && Object.hasOwn(entry.errors, 'FORBIDDEN')) throw Forbidden();
  call.input = readInput(id, entry, raw);
  for (const name of guards[id] ?? []) take(call, name);
}

function admit(deps: PipelineDeps, call: Call, path: string): void {
  const { operation, caller, input } = call;
  const key = input?.headers['Idempotency-Key'];
  if (caller && key !== undefined) {
    const address = { userId: caller.userId, path, key };
    const begun = deps.idempotency.begin(address, input?.body, operation.entry);
    if ('replay' in begun) {
      call.replay = begun.replay;
      return;
    }
    call.claim = begun.claim;
  }
  try {
    enter(deps, call);
  } catch (error) {
    call.claim?.end();
    throw error;
  }
}

function enter({ rooms, db }: PipelineDeps, call: Call): void {
  const { operation, caller, input } = call;
  const { entry, rules } = operation;
  if (entry.permission === 'admin' && caller?.role !== 'admin') throw Forbidden();
  if (!rules || !caller) return;
  call.room = rooms.enter(db, String(input?.params.roomId), caller.userId, rules);
  if (call.room.me.isActive) rooms.noteSignOfLife(call.room.room.id, caller.userId);
}

async function authenticate(callers: Callers, authorization: string | undefined) {
  const token = /^Bearer ([\w.~+/-]+=*)$/i.exec(authorization ?? '')?.[1];
  if (token === undefined) throw Unauthorized();
  return await callers.authenticate(token);
}
