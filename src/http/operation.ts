import type { Tx } from '../db/types.ts';
import type { Operations, RoomStatus } from '../generated/api.ts';
import type { Caller } from '../ports/callers.ts';
import type { RoomRules, RoomScope } from '../ports/room-access.ts';
import type { SpendableBucket } from './buckets.ts';
import type { OperationId } from './operation-table.ts';

export type { OperationId };

/** Error codes that every operation may answer without naming them in x-errors. */
export type UniversalCode =
  | 'VALIDATION_FAILED'
  | 'UNAUTHORIZED'
  | 'AUTH_TOKEN_EXPIRED'
  | 'AUTH_TOKEN_REVOKED'
  | 'USER_BANNED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'API_VERSION_UNSUPPORTED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RATE_LIMIT_EXCEEDED'
  | 'INTERNAL_ERROR'
  | 'SERVICE_UNAVAILABLE';

/** The error codes that operation K declares. */
export type ErrorCode<K extends OperationId> = Operations[K]['errors'];

type Answers<K extends OperationId> = Operations[K]['answers'];

declare const answers: unique symbol;
/** What a handler gives back; made by `answer` only, so that status, body and headers are those of the contract. */
export type Answer<K extends OperationId = OperationId> = {
  readonly [answers]: (operation: K) => void;
  readonly status: number;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | number>>;
};

type Said<T, S extends keyof T> = T[S] extends { body: infer Body; headers: infer Headers }
  ? [Body] extends [undefined]
    ? [body?: undefined, headers?: Headers]
    : [body: Body, headers?: Headers]
  : never;

/** Makes the answer: a declared status, its body, and headers declared for it. */
export type Answering<K extends OperationId> = <S extends keyof Answers<K>>(
  status: S,
  ...said: Said<Answers<K>, S>
) => Answer<K>;

/** Who is at the other end, for audit entries and long polls. */
export type Client = {
  /** Address of the client, proxies taken into account. */
  readonly address: string;
  /** X-Request-Id of the request, a UUID. */
  readonly requestId: string;
  /** The Origin header as sent; null without. */
  readonly origin: string | null;
  /** A cookie as sent; null without. For login, which reads the refresh cookie but does not ask for it. */
  cookie(name: string): string | null;
  /** The User-Agent header, cut to 300 characters; null without. */
  readonly userAgent: string | null;
  /** The request carries the secret that the planes share. */
  readonly isPlane: boolean;
  /** Aborts when the client goes away, or when the server wants waiting requests to end. */
  readonly signal: AbortSignal;
};

type Whole<K extends OperationId> = {
  readonly params: Operations[K]['params'];
  readonly query: Operations[K]['query'];
  readonly headers: Operations[K]['headers'];
  readonly cookies: Operations[K]['cookies'];
  readonly body: Operations[K]['body'];
  readonly client: Client;
  readonly answer: Answering<K>;
  /** Throws an error that the operation declares. Errors of rules and actions may simply be thrown. */
  fail(code: ErrorCode<K> | UniversalCode, message: string, details?: Record<string, unknown>): never;
  /**
   * Takes one from the bucket named by `limit`, or throws its error. To be called inside the transaction, after the
   * operation's own rules and before its first write: only accepted requests count, and a request that fails
   * afterwards is given back. `key` replaces the bucket's own key where the bucket says so.
   */
  spend(key?: string): void;
};

type Signed<K extends OperationId> = Operations[K]['permission'] extends 'public' | 'internal'
  ? object
  : { readonly user: Caller };

type Roomed<K extends OperationId> = Operations[K]['room'] extends true
  ? { readonly room: RoomScope }
  : object;

type Repeatable<K extends OperationId> = 'Idempotency-Key' extends keyof Operations[K]['headers']
  ? {
      /**
       * Stores the answer under the request's Idempotency-Key, in the transaction of the action itself; without a key
       * it does nothing. Gives the answer back: `write(db, (tx) => keep(tx, answer(201, ...)))`.
       */
      keep(tx: Tx, answer: Answer<K>): Answer<K>;
    }
  : object;

/** What a handler of operation K gets; parts that K does not have are not there. */
export type Context<K extends OperationId> = Whole<K> & Signed<K> & Roomed<K> & Repeatable<K>;

/** What a room operation demands beyond its permission; default presence: GET `former`, others `active`. */
export type RoomOptions = Partial<
  Pick<RoomRules, 'presence' | 'awayHost' | 'roles' | 'unfinished' | 'mode' | 'phases' | 'unlocked'>
> & {
  /** The right depends on what is asked: the action checks it, and what comes after it in the order of checks. */
  readonly rights?: 'byAction';
};

/** The phases of a room that has not ended. */
export const unfinishedPhases = ['waiting', 'warmup', 'coding', 'wrapup'] as const satisfies RoomStatus[];

/** What is said about an operation before its body. */
export type OperationOptions<K extends OperationId> = {
  /** The bucket from which the handler spends. */
  readonly limit?: SpendableBucket;
} & (Operations[K]['room'] extends true ? RoomOptions : { readonly [Name in keyof RoomOptions]?: never });

export type Handler<K extends OperationId> = (context: Context<K>) => Answer<K> | Promise<Answer<K>>;

/** One operation with its handler, as the app takes it. */
export type Binding = {
  readonly id: OperationId;
  readonly options: RoomOptions & { readonly limit?: SpendableBucket };
  readonly handle: (context: never) => Answer<never> | Promise<Answer<never>>;
};

/**
 * Binds a handler to an operation of the contract: `operation('runCode', {phases: [...], unlocked: true, limit: 'run'},
 * async ({room, body, answer}) => answer(202, ...))`. All types follow from the operationId.
 */
export function operation<const K extends OperationId>(
  id: K,
  options: OperationOptions<K>,
  handle: Handler<K>,
): Binding {
  return { id, options, handle: handle as Binding['handle'] };
}
