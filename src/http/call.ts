import type {} from 'fastify';
import type { Caller } from '../ports/callers.ts';
import type { RoomScope } from '../ports/room-access.ts';
import type { BoundOperation } from './contract.ts';
import type { Repeatable, Replay } from './idempotency.ts';
import type { Spending } from './limits.ts';
import type { Client } from './operation.ts';
import type { Input } from './validation.ts';

/** What is known about one request to an operation; filled in as the checks pass. */
export type Call = {
  readonly operation: BoundOperation;
  readonly spending: Spending;
  readonly client: Client;
  caller: Caller | null;
  input: Input | null;
  room: RoomScope | null;
  claim: Repeatable | null;
  replay: Replay | null;
  /** Code of the error answered; null for success. */
  code: string | null;
};

declare module 'fastify' {
  interface FastifyRequest {
    call: Call | null;
    startedAtMs: number;
    traceId: string;
  }
  interface FastifyContextConfig {
    /** The operation that the route serves. */
    operation?: BoundOperation;
    /** Answers reflect nothing stored, so they wait for no flush. */
    immediate?: boolean;
  }
}
