import { createHash } from 'node:crypto';

/** Weak ETag of an answer: `W/"<updatedAt in ms>.<short hash of the body>"`. */
export function weakTag(updatedAtMs: number, body: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 16);
  return `W/"${updatedAtMs}.${hash}"`;
}

const opaque = (tag: string) => tag.trim().replace(/^W\//, '');

/** Whether If-None-Match names the tag: `*`, or one of a list, compared weakly. */
export function isNamedBy(tag: string, ifNoneMatch: string | undefined): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.split(',').some((named) => named.trim() === '*' || opaque(named) === opaque(tag));
}
