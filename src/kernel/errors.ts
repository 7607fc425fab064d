/** What one error of the product is: its stable code, its HTTP status and its English sentence. */
export type ErrorDefinition = { readonly code: string; readonly status: number; readonly message: string };

export type ErrorOptions = {
  /** Overrides the definition's sentence where a closer one helps. */
  readonly message?: string;
  /** Whole seconds (>= 1) until a repetition makes sense; becomes the header Retry-After. */
  readonly retryAfterSeconds?: number;
  /** Headers that the answer carries besides, such as a cookie that is cleared. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
};

/** A refusal that a caller is meant to see: code, status and details travel to the answer as they are. */
export class DomainError extends Error {
  readonly code: string;
  readonly status: number;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(definition: ErrorDefinition, details?: Record<string, unknown>, options: ErrorOptions = {}) {
    super(
      options.message ?? definition.message,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.name = 'DomainError';
    this.code = definition.code;
    this.status = definition.status;
    this.details = details;
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.headers = options.headers ?? {};
  }
}

/** Makes a DomainError of one kind; carries its definition, so that tables can be compared with the documentation. */
export type ErrorFactory = ErrorDefinition &
  ((details?: Record<string, unknown>, options?: ErrorOptions) => DomainError);

/** Defines one error kind: `throw RoomFull()`, `throw RoomInvalidState({currentStatus, allowed})`. */
export function defineError(code: string, status: number, message: string): ErrorFactory {
  const definition: ErrorDefinition = { code, status, message };
  const make = (details?: Record<string, unknown>, options?: ErrorOptions) =>
    new DomainError(definition, details, options);
  return Object.assign(make, definition);
}

/** True for errors made by `kind`, or for any DomainError without it. */
export function isDomainError(error: unknown, kind?: ErrorDefinition): error is DomainError {
  return error instanceof DomainError && (kind === undefined || error.code === kind.code);
}

/** One failing field of VALIDATION_FAILED; `value` is cut to 200 characters by the answer, null for secrets. */
export type FieldFailure = { readonly field: string; readonly constraint: string; readonly value?: unknown };

export const ValidationFailed = defineError('VALIDATION_FAILED', 400, 'The request is not valid');
export const Unauthorized = defineError('UNAUTHORIZED', 401, 'Sign in first');
export const TokenExpired = defineError('AUTH_TOKEN_EXPIRED', 401, 'The token has expired');
export const TokenRevoked = defineError('AUTH_TOKEN_REVOKED', 401, 'This login has ended');
export const UserBanned = defineError('USER_BANNED', 403, 'This account is banned');
export const NotFound = defineError('NOT_FOUND', 404, 'There is nothing at this address');
export const MethodNotAllowed = defineError(
  'METHOD_NOT_ALLOWED',
  405,
  'This address does not support the method',
);
export const ApiVersionUnsupported = defineError(
  'API_VERSION_UNSUPPORTED',
  406,
  'This API version is not served',
);
export const PayloadTooLarge = defineError('PAYLOAD_TOO_LARGE', 413, 'The request body is too large');
export const UnsupportedMediaType = defineError(
  'UNSUPPORTED_MEDIA_TYPE',
  415,
  'The request body must be application/json',
);
export const RateLimitExceeded = defineError('RATE_LIMIT_EXCEEDED', 429, 'Too many requests');
export const InternalError = defineError('INTERNAL_ERROR', 500, 'Something went wrong on our side');
export const ServiceUnavailable = defineError(
  'SERVICE_UNAVAILABLE',
  503,
  'The service is not available at the moment',
);
export const Forbidden = defineError('FORBIDDEN', 403, 'You may not do this');
export const IdempotencyConflict = defineError('IDEMPOTENCY_CONFLICT', 409, 'This idempotency key is in use');
export const PreconditionFailed = defineError(
  'PRECONDITION_FAILED',
  412,
  'The resource has changed meanwhile',
);
export const QuotaExceeded = defineError('QUOTA_EXCEEDED', 429, 'The quota is used up');

/** The rule-breaking fields as one error; an action throws it for rules between fields. */
export function invalidFields(...fields: FieldFailure[]): DomainError {
  return ValidationFailed({ fields });
}
