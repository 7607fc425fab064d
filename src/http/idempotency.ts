import { createHash } from 'node:crypto';
import type { Config } from '../config/schema.ts';
import type { Db, Tx } from '../db/types.ts';
import type { Clock } from '../kernel/clock.ts';
import { IdempotencyConflict } from '../kernel/errors.ts';
import type { Answer } from './operation.ts';
import type { OperationEntry } from './operation-table.ts';
import {
  deleteStoredAnswersBefore,
  findStoredAnswer,
  type KeyAddress,
  storeAnswer,
  trimStoredAnswers,
} from './queries.ts';

/** An answer as it was stored; its body is JSON. */
export type Replay = { readonly status: number; readonly json: string | null; readonly headers: Headers };
type Headers = Readonly<Record<string, string | number>>;

/** The key of one request under way. */
export type Repeatable = {
  /** Stores the answer in the transaction of the action. */
  keep(tx: Tx, answer: Answer): void;
  readonly isKept: boolean;
  /** Frees the key for the next request; called when the action is over, whatever came of it. */
  end(): void;
};

export type Idempotency = {
  /**
   * Begins a request with a key: what to replay, or the claim on the key. IDEMPOTENCY_CONFLICT when the key was used
   * with another body, or its first request is still running.
   */
  begin(
    address: KeyAddress,
    body: unknown,
    entry: OperationEntry,
  ): { replay: Replay } | { claim: Repeatable };
};

type IdempotencyDeps = { readonly config: Config; readonly clock: Clock; readonly db: Db };

export function createIdempotency(deps: IdempotencyDeps): Idempotency {
  const { config, clock, db } = deps;
  const running: Running = new Map();
  return {
    begin(address, body, entry) {
      const bodyHash = createHash('sha256')
        .update(JSON.stringify(body) ?? '')
        .digest('hex');
      const underWay = running.get(nameOf(address));
      if (underWay !== undefined) refuse(underWay === bodyHash ? 'inProgress' : 'bodyMismatch');
      const stored = findStoredAnswer(db, address);
      const isFresh = stored && stored.storedAt > clock.now() - config['timers.idempotencyKeyMs'];
      if (!isFresh) return { claim: claim(deps, running, { address, bodyHash, unstored: entry.unstored }) };
      if (stored.bodyHash !== bodyHash) refuse('bodyMismatch');
      return { replay: { status: stored.status, json: stored.body, headers: JSON.parse(stored.headers) } };
    },
  };
}

/** Body hashes of requests under way by key; their process is this one, so memory is enough. */
type Running = Map<string, string>;
type Claimed = {
  readonly address: KeyAddress;
  readonly bodyHash: string;
  readonly unstored: readonly string[];
};

function claim({ config, clock }: IdempotencyDeps, running: Running, claimed: Claimed): Repeatable {
  const { address, bodyHash, unstored } = claimed;
  running.set(nameOf(address), bodyHash);
  let isKept = false;
  return {
    keep(tx, { status, body, headers }) {
      const json = body === undefined ? null : JSON.stringify(withoutTokens(body, unstored));
      const answer = { status, body: json, headers: JSON.stringify(headers), storedAt: clock.now() };
      storeAnswer(tx, { ...address, bodyHash, ...answer });
      trimStoredAnswers(tx, address.userId, config['limits.idempotencyKeysPerUser']);
      isKept = true;
    },
    end: () => {
      running.delete(nameOf(address));
    },
    get isKept() {
      return isKept;
    },
  };
}

/** Removes the answers that are not replayed any more; says how many. */
export function forgetOldKeys(tx: Tx, config: Config, nowMs: number): number {
  return deleteStoredAnswersBefore(tx, nowMs - config['timers.idempotencyKeyMs']);
}

function nameOf({ userId, path, key }: KeyAddress): string {
  return `${userId} ${path} ${key}`;
}

function refuse(reason: 'inProgress' | 'bodyMismatch'): never {
  throw IdempotencyConflict({ reason }, reason === 'inProgress' ? { retryAfterSeconds: 1 } : {});
}

function withoutTokens(body: unknown, unstored: readonly string[]): unknown {
  if (unstored.length === 0 || typeof body !== 'object' || body === null) return body;
  return { ...body, ...Object.fromEntries(unstored.map((name) => [name, null])) };
}
