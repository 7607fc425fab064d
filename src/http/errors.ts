import { storageFailure } from '../db/errors.ts';
import type { Clock } from '../kernel/clock.ts';
import { isoTime } from '../kernel/clock.ts';
import {
  DomainError,
  type FieldFailure,
  InternalError,
  invalidFields,
  NotFound,
  PayloadTooLarge,
  ServiceUnavailable,
  UnsupportedMediaType,
} from '../kernel/errors.ts';

/** Body of every error answer. */
export type ErrorBody = {
  statusCode: number;
  code: string;
  message: string;
  timestamp: string;
  details?: Record<string, unknown>;
};

/** Longest offending value that is repeated, in characters; and longest path to it, since clients name fields. */
const MAX_VALUE = 200;
const MAX_PATH = 200;
/** Seconds after which SERVICE_UNAVAILABLE suggests to come back where nobody knows better. */
const DEFAULT_RETRY_SECONDS = 5;

/** What a thrown value means to the client; everything that is not a refusal of ours is INTERNAL_ERROR. */
export function toDomainError(error: unknown, maxBodyBytes: number): DomainError {
  const known = storageFailure(error);
  if (known instanceof DomainError) return known;
  switch (codeOf(error)) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return PayloadTooLarge({ maxBytes: maxBodyBytes });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_TYPE':
      return UnsupportedMediaType();
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return invalidFields({ field: '', constraint: 'json', value: null });
    case 'FST_ERR_BAD_URL':
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return NotFound();
    default:
      return InternalError(undefined, { cause: error });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** The answer's body, with the values of failing fields made short. */
export function errorBody(error: DomainError, clock: Clock): ErrorBody {
  const { status, code, message } = error;
  const details = error.details && 'fields' in error.details ? showFields(error.details) : error.details;
  return {
    statusCode: status,
    code,
    message,
    timestamp: isoTime(clock.now()),
    ...(details ? { details } : {}),
  };
}

/** Retry-After of an error in whole seconds; null where it has none. */
export function retryAfterSeconds(error: DomainError): number | null {
  if (error.retryAfterSeconds !== undefined) return Math.max(1, Math.ceil(error.retryAfterSeconds));
  return error.code === ServiceUnavailable.code ? DEFAULT_RETRY_SECONDS : null;
}

function showFields(details: Record<string, unknown>): Record<string, unknown> {
  const fields = details.fields as readonly FieldFailure[];
  const shown = fields.map(({ field, constraint, value }) => ({
    field: field.slice(0, MAX_PATH),
    constraint,
    value: preview(value),
  }));
  return { ...details, fields: shown };
}

/** The value as text, as JSON where it is none, cut; null stays null. Looks at no more than it shows. */
function preview(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'string') return value.slice(0, MAX_VALUE);
  const left = { budget: MAX_VALUE };
  return outline(value, left).slice(0, MAX_VALUE);
}

function outline(value: unknown, left: { budget: number }): string {
  if (left.budget <= 0) return '';
  if (value === null || typeof value !== 'object') {
    const text = JSON.stringify(typeof value === 'string' ? value.slice(0, left.budget) : value) ?? 'null';
    left.budget -= text.length;
    return text;
  }
  left.budget -= 2;
  const parts: string[] = [];
  for (const key in value) {
    if (left.budget <= 0) break;
    const name = Array.isArray(value) ? '' : `${outline(key, left)}:`;
    parts.push(name + outline(Reflect.get(value, key), left));
  }
  return Array.isArray(value) ? `[${parts.join(',')}]` : `{${parts.join(',')}}`;
}
