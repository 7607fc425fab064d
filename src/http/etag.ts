import { createHash } from 'node:crypto';
import { PreconditionFailed } from '../kernel/errors.ts';

/** Weak tag of a resource: `W/"<updatedAt in ms>.<short hash of the body>"`. */
export function weakTag(updatedAtMs: number, body: unknown): string {
  const hash = createHash('sha256').update(JSON.stringify(body)).digest('base64url').slice(0, 12);
  return `W/"${updatedAtMs}.${hash}"`;
}

/** Strong tag of something that never changes, named by its version. */
export function strongTag(version: string): string {
  return `"${createHash('sha256').update(version).digest('base64url').slice(0, 22)}"`;
}

/** Whether If-None-Match names this tag: the answer is 304 then. */
export function isUnchanged(ifNoneMatch: string | undefined, tag: string): boolean {
  const bare = (one: string) => one.replace(/^W\//, '');
  return listTags(ifNoneMatch).some((one) => one === '*' || bare(one) === bare(tag));
}

/**
 * PRECONDITION_FAILED unless If-Match is absent, `*`, or names this state; of a weak tag only the part before the dot
 * counts, so that computed fields cause no conflict. To be called inside the writing transaction.
 */
export function checkIfMatch(ifMatch: string | undefined, updatedAtMs: number): void {
  if (ifMatch === undefined) return;
  const isCurrent = (one: string) =>
    one === '*' || /^(?:W\/)?"(\d+)\./.exec(one)?.[1] === String(updatedAtMs);
  if (!listTags(ifMatch).some(isCurrent)) throw PreconditionFailed();
}

function listTags(header: string | undefined): string[] {
  return header === undefined ? [] : header.split(',').map((tag) => tag.trim());
}
