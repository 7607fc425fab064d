import type { SettingKey } from '../config/schema.ts';
import type { OperationId } from './operation-table.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** What a bucket counts by: the caller, the client's address, or what the handler names. */
type Per = 'user' | 'address' | 'named';

export type Asked = { readonly id: OperationId; readonly body: unknown };

export type Bucket = {
  readonly per: Per;
  readonly windows: readonly { readonly setting: SettingKey; readonly ms: number }[];
  /** Code of the refusal; RATE_LIMIT_EXCEEDED without. */
  readonly code?: string;
  /** Which requests count in the end; without it all of them. `code` is that of the error answered, null for success. */
  readonly counts?: (code: string | null, request: Asked) => boolean;
};

const perMinute = (setting: SettingKey) => [{ setting, ms: MINUTE_MS }];
const succeeded = (code: string | null) => code === null;

/** Every bucket but those that outlive the process (locked identifiers, reset mails, quotas). */
export const buckets = {
  user: { per: 'user', windows: perMinute('limits.requestsPerUserPerMinute') },
  address: { per: 'address', windows: perMinute('limits.requestsPerAddressPerMinute') },
  polling: { per: 'user', windows: perMinute('limits.pollsPerUserPerMinute') },
  login: {
    per: 'address',
    windows: perMinute('limits.failedLoginsPerAddressPerMinute'),
    counts: (code) => code === 'AUTH_INVALID_CREDENTIALS',
  },
  register: {
    per: 'address',
    windows: [
      { setting: 'limits.registrationsPerAddressPerMinute', ms: MINUTE_MS },
      { setting: 'limits.registrationsPerAddressPerHour', ms: HOUR_MS },
    ],
  },
  refresh: { per: 'address', windows: perMinute('limits.refreshesPerAddressPerMinute') },
  refreshOfLogin: {
    per: 'named',
    windows: perMinute('limits.refreshesPerLoginPerMinute'),
  },
  forgotPassword: {
    per: 'address',
    windows: perMinute('limits.passwordResetsPerAddressPerMinute'),
  },
  resetPassword: {
    per: 'address',
    windows: perMinute('limits.passwordResetsPerAddressPerMinute'),
  },
  changePassword: {
    per: 'user',
    windows: perMinute('limits.passwordChangesPerUserPerMinute'),
  },
  join: { per: 'user', windows: perMinute('limits.joinsPerUserPerMinute') },
  lookup: { per: 'user', windows: perMinute('limits.lookupsPerUserPerMinute') },
  wrongCode: {
    per: 'address',
    windows: perMinute('limits.wrongCodesPerAddressPerMinute'),
    counts: isWrongCode,
  },
  internalSecret: {
    per: 'address',
    windows: perMinute('limits.requestsPerAddressPerMinute'),
  },
  createRoom: {
    per: 'user',
    windows: [{ setting: 'limits.roomsPerUserPerHour', ms: HOUR_MS }],
    counts: succeeded,
  },
  run: {
    per: 'user',
    windows: perMinute('limits.runsPerUserPerMinute'),
    code: 'EXECUTION_RATE_LIMIT',
    counts: succeeded,
  },
  submit: {
    per: 'user',
    windows: perMinute('limits.submissionsPerUserPerMinute'),
    code: 'SUBMISSION_RATE_LIMIT',
    counts: succeeded,
  },
} as const satisfies Record<string, Bucket>;

export type BucketName = keyof typeof buckets;

/** Buckets from which a handler takes by itself, with `spend`, after its own rules. */
export type SpendableBucket = 'createRoom' | 'run' | 'submit' | 'refreshOfLogin';

/** Buckets against guessing: asked before anything is looked up or hashed. */
export const guards: { readonly [Id in OperationId]?: readonly BucketName[] } = {
  login: ['login'],
  register: ['register'],
  refreshSession: ['refresh'],
  logout: ['refresh'],
  requestPasswordReset: ['forgotPassword'],
  resetPassword: ['resetPassword'],
  changePassword: ['changePassword'],
  joinRoom: ['join', 'wrongCode'],
  lookupRoom: ['lookup', 'wrongCode'],
};

/** Operations that clients repeat while they wait; counted in a bucket of their own instead of the general one. */
export const polls: ReadonlySet<OperationId> = new Set([
  'getExecutionResult',
  'getSubmission',
  'getAiMessageResult',
  'getAiHintResult',
  'getAiReviewResult',
  'getStaticAnalysisResult',
  'getMatchmakingStatus',
]);

/** Operations whose requests count nowhere: their result is shared. */
export const uncounted: ReadonlySet<OperationId> = new Set(['getHealth', 'collabHealth']);

/** A look-up that found nothing, or a join with a wrong code; a join without any code is no guess. */
function isWrongCode(code: string | null, { id, body }: Asked): boolean {
  if (id === 'lookupRoom') return code === 'ROOM_NOT_FOUND';
  const isGuess = typeof body === 'object' && body !== null && 'roomCode' in body;
  return code === 'ROOM_INVALID_CODE' && isGuess;
}
