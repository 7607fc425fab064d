import { inputs } from '../generated/validators.js';
import { type FieldFailure, invalidFields, Unauthorized } from '../kernel/errors.ts';
import { showFailures, toFailures } from './failures.ts';
import type { OperationId } from './operation.ts';
import type { OperationEntry } from './operation-table.ts';
import { readQuery } from './query.ts';
import { cleanTexts, MAX_FAILURES } from './texts.ts';

/** The parts of a request as they arrive. */
export type RawInput = {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly cookies: Readonly<Record<string, unknown>>;
  readonly body: unknown;
};

/** The parts as the contract wants them: checked, normalised, with defaults. */
export type Input = {
  readonly params: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  /** By the names of the contract, `Idempotency-Key`. */
  readonly headers: Record<string, string | undefined>;
  readonly cookies: Record<string, string | undefined>;
  readonly body: unknown;
};

type Part = 'path' | 'query' | 'header' | 'body';

/**
 * Checks all parts of a request and throws one VALIDATION_FAILED with all failing fields, at most a hundred. A cookie
 * that is missing or too long is UNAUTHORIZED: it is a credential.
 */
export function readInput(id: OperationId, entry: OperationEntry, raw: RawInput): Input {
  const failures: FieldFailure[] = [];
  const part = (name: Part, value: unknown) => checkPart(id, entry, name, value, failures);
  const cookies = readCookies(id, entry, raw.cookies);
  const params = part('path', { ...raw.params });
  const query = part('query', readQuery(entry.query, raw.query));
  const headers = part('header', readHeaders(entry, raw.headers));
  const body = readBody(entry, raw.body, failures, (value) => part('body', value));
  if (failures.length > 0) throw invalidFields(...failures.slice(0, MAX_FAILURES));
  return {
    params: params as Record<string, unknown>,
    query: query as Record<string, unknown>,
    headers: headers as Record<string, string | undefined>,
    cookies,
    body,
  };
}

function readBody(
  entry: OperationEntry,
  body: unknown,
  failures: FieldFailure[],
  check: (value: unknown) => unknown,
): unknown {
  if (entry.body === 'none') return undefined;
  if (body !== undefined) return check(body);
  if (entry.body === 'required') failures.push({ field: '', constraint: 'required', value: null });
  return undefined;
}

function readHeaders(entry: OperationEntry, raw: RawInput['headers']): Record<string, unknown> {
  const present = entry.headers.map((name) => [name, raw[name.toLowerCase()]] as const);
  return Object.fromEntries(present.filter(([, value]) => value !== undefined));
}

function readCookies(
  id: OperationId,
  entry: OperationEntry,
  raw: RawInput['cookies'],
): Record<string, string | undefined> {
  if (entry.cookies.length === 0) return {};
  const cookies = Object.fromEntries(entry.cookies.map((name) => [name, raw[name]]));
  const isValid = inputs[`${id}_cookie`];
  if (isValid && !isValid(cookies)) throw Unauthorized();
  return cookies as Record<string, string | undefined>;
}

function checkPart(
  id: OperationId,
  entry: OperationEntry,
  part: Part,
  value: unknown,
  failures: FieldFailure[],
): unknown {
  const options = { prefix: part === 'body' ? '' : `${part}.`, hidden: part === 'body' ? entry.hidden : [] };
  const texts: FieldFailure[] = [];
  const cleaned = cleanTexts(entry.texts[part], value, texts);
  const isValid = inputs[`${id}_${part}`];
  const errors = isValid && !isValid(cleaned) ? (isValid.errors ?? []) : [];
  failures.push(...toFailures(errors, cleaned, options), ...showFailures(texts, options));
  return cleaned;
}
