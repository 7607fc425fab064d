import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { isoTime } from '../kernel/clock.ts';
import { syncPath } from '../kernel/files.ts';
import type { Random } from '../kernel/random.ts';
import { ConfigError } from './load.ts';

/** What a key is for; a token or hash made for one purpose is worthless for another. */
export const keyPurposes = ['access', 'refresh', 'collab', 'files', 'identifiers'] as const;
export type KeyPurpose = (typeof keyPurposes)[number];

export type SecretKey = {
  /** Name of the key in token headers. */
  readonly kid: string;
  /** 32 random bytes. */
  readonly secret: Uint8Array;
  readonly createdAtMs: number;
};
/** The key in use, and the one before it, which is still accepted for one token life after its retirement. */
export type KeyPair = {
  readonly current: SecretKey;
  readonly previous: (SecretKey & { readonly retiredAtMs: number }) | null;
};

/** All keys of the installation; reload() takes over what a rotation has written. */
export type KeyRing = {
  pair(purpose: KeyPurpose): KeyPair;
  reload(): void;
};

const SECRET_BYTES = 32;
const KID_BYTES = 8;

const secretSchema = z.base64url().transform((text) => new Uint8Array(Buffer.from(text, 'base64url')));
const timeSchema = z.iso.datetime().transform((text) => Date.parse(text));
const keySchema = z.strictObject({
  kid: z.string().min(1).max(64),
  secret: secretSchema,
  createdAt: timeSchema,
});
const fileSchema = z.strictObject({
  version: z.literal(1),
  current: keySchema,
  previous: keySchema.extend({ retiredAt: timeSchema }).nullable(),
});

const fileOf = (directory: string, purpose: KeyPurpose) => path.join(directory, `${purpose}.json`);

/**
 * Writes to a file of its own first, so that a crash leaves the old keys or the new ones, never half a file; on disk when
 * it returns.
 */
function writeKeyFile(file: string, pair: KeyPair): void {
  const show = (key: SecretKey) => ({
    kid: key.kid,
    secret: Buffer.from(key.secret).toString('base64url'),
    createdAt: isoTime(key.createdAtMs),
  });
  const { current, previous } = pair;
  const shown = {
    version: 1,
    current: show(current),
    previous: previous && { ...show(previous), retiredAt: isoTime(previous.retiredAtMs) },
  };
  const descriptor = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(descriptor, `${JSON.stringify(shown, null, 2)}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(`${file}.new`, file);
  syncPath(path.dirname(file));
}

function makeKey(random: Random, nowMs: number): SecretKey {
  return {
    kid: Buffer.from(random.bytes(KID_BYTES)).toString('hex'),
    secret: Uint8Array.from(random.bytes(SECRET_BYTES)),
    createdAtMs: nowMs,
  };
}

/** Generates the keys that are missing in `directory` (which exists, 0700), and gives their purposes; others stay. */
export function createKeys(directory: string, random: Random, nowMs: number): KeyPurpose[] {
  const missing = keyPurposes.filter((purpose) => !existsSync(fileOf(directory, purpose)));
  for (const purpose of missing)
    writeKeyFile(fileOf(directory, purpose), { current: makeKey(random, nowMs), previous: null });
  return missing;
}

/** Replaces the key of one purpose; the old one becomes the previous one. Throws ConfigError as loadKeys does. */
export function rotateKey(directory: string, purpose: KeyPurpose, random: Random, nowMs: number): void {
  const { current } = readPair(directory, purpose);
  writeKeyFile(fileOf(directory, purpose), {
    current: makeKey(random, nowMs),
    previous: { ...current, retiredAtMs: nowMs },
  });
}

function refuse(what: string, why: string, remedy: string): ConfigError {
  return new ConfigError(`${what}\n${why}\n${remedy}`);
}

function checkFile(file: string, purpose: KeyPurpose): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found)
    throw refuse(
      `There is no key for ${purpose} at ${file}.`,
      'Without it no sign-in can be made or checked.',
      'Run syncode init, which generates the keys that are missing; everybody has to sign in again.',
    );
  if ((found.mode & 0o077) !== 0)
    throw refuse(
      `${file} is open to other users (mode ${(found.mode & 0o777).toString(8).padStart(4, '0')}).`,
      'Whoever reads it can sign in as anybody.',
      `chmod 0600 ${file}; was it read by somebody, move it away and run syncode init for a new key.`,
    );
}

function readPair(directory: string, purpose: KeyPurpose): KeyPair {
  const file = fileOf(directory, purpose);
  checkFile(file, purpose);
  const remedy = `Restore it from a backup, or move it away and run syncode init for a new key.`;
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    // The parser's message would quote the file.
    const why = error instanceof SyntaxError ? 'It is not JSON.' : `${(error as Error).message}.`;
    throw refuse(`${file} cannot be read.`, why, remedy);
  }
  const parsed = fileSchema.safeParse(content);
  if (!parsed.success) {
    const where = parsed.error.issues[0]?.path.join('.') ?? '';
    throw refuse(`${file} is not a key file.`, `It has something unexpected at "${where}".`, remedy);
  }
  return toPair(parsed.data, file, remedy);
}

function toPair(stored: z.output<typeof fileSchema>, file: string, remedy: string): KeyPair {
  const { current, previous } = stored;
  for (const { secret } of previous ? [current, previous] : [current]) {
    // A key of one repeated byte is a placeholder, not the outcome of a draw.
    if (secret.length < SECRET_BYTES || new Set(secret).size < 8)
      throw refuse(`${file} holds a weak key.`, `It needs ${SECRET_BYTES} random bytes.`, remedy);
  }
  const show = (key: z.output<typeof keySchema>): SecretKey => ({
    kid: key.kid,
    secret: key.secret,
    createdAtMs: key.createdAt,
  });
  return {
    current: show(current),
    previous: previous && { ...show(previous), retiredAtMs: previous.retiredAt },
  };
}

/**
 * Reads all keys of `directory`. Throws ConfigError, with what to do, when one is missing, damaged, shorter than 32
 * bytes or open to other users; reload() does too, and then keeps the keys that it had.
 */
export function loadKeys(directory: string): KeyRing {
  const readAll = () =>
    new Map(keyPurposes.map((purpose) => [purpose, readPair(directory, purpose)] as const));
  let pairs = readAll();
  return {
    pair: (purpose) => pairs.get(purpose) as KeyPair,
    reload: () => {
      pairs = readAll();
    },
  };
}
