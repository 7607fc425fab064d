import { SelfModification, TargetProtected } from './errors.ts';

type Target = { readonly id: string; readonly role: 'user' | 'admin' };

/** Who may be banned: any other account that is not an administrator's. `actorId` null is the operator. */
export function checkBan(actorId: string | null, target: Target): void {
  if (actorId === target.id) throw SelfModification();
  if (target.role === 'admin') throw TargetProtected();
}

const SECRET_NAME =
  /pass(word|wd|phrase)|secret|token|cookie|authorization|credential|^(key|link|code|stdin|text|content)$|(api|private|signing)key/i;
const MAX_METADATA_CHARS = 4096;
const MAX_DEPTH = 4;

function redact(value: unknown, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (depth === 0) return '[cut]';
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => redact(item, depth - 1));
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name,
      SECRET_NAME.test(name) ? '[redacted]' : redact(inner, depth - 1),
    ]),
  );
}

/**
 * Metadata as it may be stored: values of secret-looking names redacted, and at most 4096 characters of JSON, above
 * which only the names are kept. Null when there is none.
 */
export function cleanMetadata(metadata: Readonly<Record<string, unknown>>): Record<string, unknown> | null {
  if (Object.keys(metadata).length === 0) return null;
  const cleaned = redact(metadata, MAX_DEPTH) as Record<string, unknown>;
  if (JSON.stringify(cleaned).length <= MAX_METADATA_CHARS) return cleaned;
  const names = Object.keys(metadata).map((name) => name.slice(0, 50));
  return { truncated: true, names: names.slice(0, 50) };
}
