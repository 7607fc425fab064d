import argon2 from 'argon2';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../kernel/random.ts';
import { concurrentHashes, createPasswords, hashCost } from './passwords.ts';

const cheap = { memoryKb: 1024, iterations: 1, parallelism: 1 };
const create = (concurrent = 2, maxWaiting = 10) =>
  createPasswords({ random: systemRandom, cost: cheap, concurrent, maxWaiting });

describe('passwords [S1]', () => {
  it('are hashed with argon2id, 64 MiB, 3 iterations, parallelism 1, 16 bytes of salt, 32 bytes of hash', async () => {
    const passwords = createPasswords({ random: systemRandom, cost: hashCost, concurrent: 1, maxWaiting: 1 });
    const hash = await passwords.hash('correct horse');
    const [, name, version, parameters, salt, digest] = hash.split('$');
    expect([name, version, parameters]).toEqual(['argon2id', 'v=19', 'm=65536,p=1,t=3']);
    expect(Buffer.from(salt ?? '', 'base64')).toHaveLength(16);
    expect(Buffer.from(digest ?? '', 'base64')).toHaveLength(32);
    expect(await passwords.verify(hash, 'correct horse')).toBe(true);
    expect(await passwords.verify(hash, 'Correct horse')).toBe(false);
    expect(passwords.isOutdated(hash)).toBe(false);
  });

  it('count as the same in every Unicode form, and are neither trimmed nor cut [S2]', async () => {
    const passwords = create();
    const long = `e\u0301 ${'x'.repeat(125)}`;
    const hash = await passwords.hash(long);
    expect(await passwords.verify(hash, long.normalize('NFC'))).toBe(true);
    expect(await passwords.verify(hash, `${long} `)).toBe(false);
    expect(await passwords.verify(hash, long.slice(0, -1))).toBe(false);
  });

  it('of an account that is not there are compared with a hash of the same cost, and are wrong [S3]', async () => {
    const checked: string[] = [];
    const verify = argon2.verify;
    argon2.verify = async (digest, password) => {
      checked.push(digest);
      return verify(digest, password);
    };
    try {
      expect(await create().verify(null, 'anything')).toBe(false);
    } finally {
      argon2.verify = verify;
    }
    expect(checked.map((digest) => digest.split('$').slice(1, 4))).toEqual([
      ['argon2id', 'v=19', 'm=1024,p=1,t=1'],
    ]);
  });

  it('are outdated when any parameter has changed', async () => {
    const passwords = create();
    for (const change of [{ memoryKb: 2048 }, { iterations: 2 }, { parallelism: 2 }]) {
      const cost = { ...cheap, ...change };
      const old = createPasswords({ random: systemRandom, cost, concurrent: 1, maxWaiting: 1 });
      expect(passwords.isOutdated(await old.hash('x'))).toBe(true);
    }
    expect(
      passwords.isOutdated(
        await argon2.hash('x', { type: argon2.argon2i, memoryCost: 1024, timeCost: 1, parallelism: 1 }),
      ),
    ).toBe(true);
  });

  it('wait for a turn up to the bound, and are refused above it without harm to those that wait', async () => {
    const passwords = create(2, 3);
    const results = await Promise.allSettled(Array.from({ length: 9 }, () => passwords.hash('x')));
    const refused = results.filter((result) => result.status === 'rejected');
    expect(refused).toHaveLength(4);
    for (const { reason } of refused) {
      expect(reason).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfterSeconds: 2 });
    }
    await expect(passwords.hash('x')).resolves.toContain('$argon2id$');
  });

  it.each([
    [1, 1],
    [2, 1],
    [4, 3],
    [64, 4],
  ])('leave a core to others: %d cores, %d at once', (cores, expected) => {
    expect(concurrentHashes(cores)).toBe(expected);
  });
});
