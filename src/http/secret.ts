import { timingSafeEqual } from 'node:crypto';

/** Whether the secret given is the one expected, compared in constant time; nothing is where none is expected. */
export function isSecret(expected: string | null, given: unknown): boolean {
  if (expected === null || typeof given !== 'string') return false;
  const [a, b] = [Buffer.from(expected), Buffer.from(given)];
  return a.length === b.length && timingSafeEqual(a, b);
}
