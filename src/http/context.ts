import type { Tx } from '../db/types.ts';
import { DomainError } from '../kernel/errors.ts';
import { addressKey } from './addresses.ts';
import { shapeBody } from './answers.ts';
import { type Bucket, buckets } from './buckets.ts';
import type { Call } from './call.ts';
import type { Answer, Binding } from './operation.ts';

const universal: Readonly<Record<string, number>> = {
  VALIDATION_FAILED: 400,
  UNAUTHORIZED: 401,
  AUTH_TOKEN_EXPIRED: 401,
  AUTH_TOKEN_REVOKED: 401,
  USER_BANNED: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  API_VERSION_UNSUPPORTED: 406,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RATE_LIMIT_EXCEEDED: 429,
  INTERNAL_ERROR: 500,
  SERVICE_UNAVAILABLE: 503,
};

/** Calls the handler of an operation with what the checks have found, and gives its answer. */
export async function handle(call: Call): Promise<Answer> {
  return (await call.operation.binding.handle(createContext(call) as never)) as Answer;
}

/** What a handler that succeeded has left undone although its operation promises it; [] for a diligent one. */
export function findOmissions({ operation, spending, claim }: Call): string[] {
  const { limit } = operation.binding.options;
  return [
    ...(limit && !spending.hasTaken(limit) ? [`spend() was not called for the limit ${limit}`] : []),
    ...(claim && !claim.isKept ? ['keep() was not called for the Idempotency-Key'] : []),
  ];
}

function createContext(call: Call): Record<string, unknown> {
  const { operation, input, caller, room, client } = call;
  return {
    ...input,
    client,
    answer,
    fail: (code: string, message: string, details?: Record<string, unknown>): never => {
      const status = operation.entry.errors[code] ?? universal[code] ?? 500;
      throw new DomainError({ code, status, message }, details);
    },
    spend: (key?: string) => spend(call, operation.binding, key),
    keep: (tx: Tx, kept: Answer) => {
      call.claim?.keep(tx, { ...kept, body: shapeBody(operation.id, kept.status, kept.body) });
      return kept;
    },
    ...(caller ? { user: caller } : {}),
    ...(room ? { room } : {}),
  };
}

function answer(status: number, body?: unknown, headers: Record<string, string | number> = {}) {
  return { status, body, headers };
}

function spend(call: Call, { id, options }: Binding, key?: string): void {
  if (!options.limit) throw new Error(`${id} spends without a limit`);
  const bucket: Bucket = buckets[options.limit];
  call.spending.take(options.limit, bucket.per === 'named' ? requireKey(id, key) : bucketKey(bucket, call));
}

function requireKey(id: string, key: string | undefined): string {
  if (key === undefined) throw new Error(`${id}: spend() needs a key`);
  return key;
}

/** What a bucket counts this call by. */
export function bucketKey(bucket: Bucket, { caller, client }: Call): string {
  if (bucket.per === 'address') return addressKey(client.address);
  if (!caller) throw new Error('a bucket per user needs a caller');
  return caller.userId;
}
