import { defineError } from '../../kernel/errors.ts';

export const ExecutionJobNotFound = defineError(
  'EXECUTION_JOB_NOT_FOUND',
  404,
  'There is no such run, or its result has expired',
);
export const ExecutionRateLimit = defineError('EXECUTION_RATE_LIMIT', 429, 'Too many runs; wait a moment');
export const ExecutionUnavailable = defineError(
  'EXECUTION_SERVICE_UNAVAILABLE',
  503,
  'Programs cannot be run at the moment',
);
