import argon2 from 'argon2';
import { ServiceUnavailable } from '../../kernel/errors.ts';
import type { Random } from '../../kernel/random.ts';

/** argon2id's parameters; memoryKb in KiB. */
export type HashCost = {
  readonly memoryKb: number;
  readonly iterations: number;
  readonly parallelism: number;
};

export const hashCost: HashCost = { memoryKb: 64 * 1024, iterations: 3, parallelism: 1 };

export type Passwords = {
  hash(password: string): Promise<string>;
  /** Null (no such account) costs as much as a hash of the present parameters, and is never right. */
  verify(hash: string | null, password: string): Promise<boolean>;
  /** The hash was made with other parameters than those of now. */
  isOutdated(hash: string): boolean;
};

type PasswordsDeps = {
  readonly random: Random;
  readonly cost: HashCost;
  /** Hashes at once; each takes memoryKb and a thread. */
  readonly concurrent: number;
  /** Hashes that may wait; further ones are refused with SERVICE_UNAVAILABLE. */
  readonly maxWaiting: number;
};

const SALT_BYTES = 16;
const HASH_BYTES = 32;
const RETRY_SECONDS = 2;

/** Hashes at once on this machine: one core stays for everything else. */
export function concurrentHashes(cores: number): number {
  return Math.max(1, Math.min(4, cores - 1));
}

/** Runs at most `concurrent` tasks at once, in the order in which they came. */
function createTurns(concurrent: number, maxWaiting: number): <T>(task: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  return async (task) => {
    if (running >= concurrent) {
      if (waiting.length >= maxWaiting)
        throw ServiceUnavailable(undefined, { retryAfterSeconds: RETRY_SECONDS });
      await new Promise<void>((resolve) => waiting.push(resolve));
    } else running += 1;
    try {
      return await task();
    } finally {
      // The turn is handed on, so running stays as it is.
      const next = waiting.shift();
      if (next) next();
      else running -= 1;
    }
  };
}

/** A hash that no password fits, of the cost of a real one. */
function makeDummy({ memoryKb, iterations, parallelism }: HashCost, random: Random): string {
  const encode = (length: number) => Buffer.from(random.bytes(length)).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=${memoryKb},p=${parallelism},t=${iterations}$${encode(SALT_BYTES)}$${encode(HASH_BYTES)}`;
}

/** Hashes and checks passwords with argon2id, a bounded number at a time. Passwords are taken as NFC. */
export function createPasswords({ random, cost, concurrent, maxWaiting }: PasswordsDeps): Passwords {
  const inTurn = createTurns(concurrent, maxWaiting);
  const dummy = makeDummy(cost, random);
  const { memoryKb: memoryCost, iterations: timeCost, parallelism } = cost;
  return {
    hash: (password) =>
      inTurn(() =>
        argon2.hash(password.normalize('NFC'), {
          type: argon2.argon2id,
          memoryCost,
          timeCost,
          parallelism,
          hashLength: HASH_BYTES,
          salt: Buffer.from(random.bytes(SALT_BYTES)),
        }),
      ),
    verify: async (hash, password) => {
      const isRight = await inTurn(() => argon2.verify(hash ?? dummy, password.normalize('NFC')));
      return isRight && hash !== null;
    },
    isOutdated: (hash) =>
      !hash.startsWith('$argon2id$') || argon2.needsRehash(hash, { memoryCost, timeCost, parallelism }),
  };
}
