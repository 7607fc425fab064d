import { randomBytes, randomInt } from 'node:crypto';

/** Cryptographic randomness; injected so that tests can repeat a draw. */
export type Random = {
  /** `length` random bytes. */
  bytes(length: number): Uint8Array;
  /** A uniform integer in [0, limit). */
  below(limit: number): number;
};

export const systemRandom: Random = {
  bytes: (length) => randomBytes(length),
  below: (limit) => randomInt(limit),
};
