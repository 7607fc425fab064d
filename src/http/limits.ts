import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { DomainError } from '../kernel/errors.ts';
import { type Asked, type Bucket, type BucketName, buckets } from './buckets.ts';
import { createWindows, type Full, type Taken, type Windows } from './windows.ts';

/** The buckets of one request: what it has taken, and what becomes of it in the end. */
export type Spending = {
  /** Takes one from every window of the bucket, or throws its error and takes nothing. */
  take(bucket: BucketName, key: string): void;
  /** Whether the request has taken from the bucket. */
  hasTaken(bucket: BucketName): boolean;
  /**
   * Decides what the request counts in, by the answer's status and error code; may be called again when an error takes
   * the place of an answer that could not be sent. A request refused with 429 counts in no bucket.
   */
  settle(outcome: Asked & { status: number; code: string | null }): void;
  /** X-RateLimit-* of the tightest bucket; {} where nothing is counted. */
  headers(): Record<string, number>;
};

export type Limits = { spending(): Spending };

/** All buckets, empty; those whose setting is 0 do not limit. */
export function createLimits(config: Config, clock: Clock): Limits {
  const windows = new Map<BucketName, Windows[]>();
  for (const [name, bucket] of Object.entries(buckets) as [BucketName, Bucket][]) {
    const limited = bucket.windows.filter(({ setting }) => Number(config[setting]) > 0);
    const ofBucket = limited.map(({ setting, ms }) =>
      createWindows({ count: Number(config[setting]), ms }, clock),
    );
    windows.set(name, ofBucket);
  }
  return { spending: () => createSpending(windows, clock) };
}

type Spent = { readonly name: BucketName; readonly bucket: Bucket; readonly taken: readonly Taken[] };

function createSpending(windows: ReadonlyMap<BucketName, readonly Windows[]>, clock: Clock): Spending {
  const spent: Spent[] = [];
  let full: Full | null = null;
  return {
    take(name, key) {
      const bucket: Bucket = buckets[name];
      const taken: Taken[] = [];
      for (const window of windows.get(name) ?? []) {
        const result = window.take(key);
        if ('taken' in result) {
          taken.push(result.taken);
          continue;
        }
        for (const one of taken) one.giveBack();
        full = result.full;
        throw refusal(bucket, result.full, clock.now());
      }
      spent.push({ name, bucket, taken });
    },
    hasTaken: (name) => spent.some((one) => one.name === name),
    settle({ status, code, ...asked }) {
      for (const { bucket, taken } of spent) {
        const counts = status !== 429 && (bucket.counts?.(code, asked) ?? true);
        if (!counts) for (const one of taken) one.giveBack();
      }
    },
    headers() {
      if (full) return describe(full.limit.count, 0, full.endsAtMs);
      const all = spent.flatMap(({ taken }) => taken);
      const [tightest] = all.sort((a, b) => a.remaining() - b.remaining());
      return tightest ? describe(tightest.limit.count, tightest.remaining(), tightest.endsAtMs) : {};
    },
  };
}

function describe(limit: number, remaining: number, endsAtMs: number): Record<string, number> {
  return {
    'X-RateLimit-Limit': limit,
    'X-RateLimit-Remaining': Math.max(0, remaining),
    'X-RateLimit-Reset': Math.ceil(endsAtMs / 1000),
  };
}

function refusal(bucket: Bucket, { limit, endsAtMs }: Full, nowMs: number): DomainError {
  const definition = {
    code: bucket.code ?? 'RATE_LIMIT_EXCEEDED',
    status: 429,
    message: 'Too many requests in a short time',
  };
  const retryAfterSeconds = Math.max(1, Math.ceil((endsAtMs - nowMs) / 1000));
  return new DomainError(definition, { limit: limit.count, windowMs: limit.ms }, { retryAfterSeconds });
}
