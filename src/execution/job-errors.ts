import type { JobError } from '../generated/api.ts';

/** Why a job has no trustworthy outcome; never the program's fault. */
export const jobErrors = {
  unavailable: (why: string): JobError => ({
    code: 'EXECUTION_SERVICE_UNAVAILABLE',
    message: why,
    retryable: true,
  }),
  waitedTooLong: {
    code: 'EXECUTION_SERVICE_TIMEOUT',
    message: 'The job waited too long for a free worker',
    retryable: true,
  },
  overran: {
    code: 'EXECUTION_SERVICE_TIMEOUT',
    message: 'The sandbox did not end in time, twice',
    retryable: true,
  },
  interrupted: {
    code: 'JOB_INTERRUPTED',
    message: 'The server went down while the job ran, twice',
    retryable: true,
  },
  sandboxFailed: { code: 'INTERNAL_ERROR', message: 'The sandbox failed, twice', retryable: true },
  checkerFailed: { code: 'INTERNAL_ERROR', message: "The problem's checker failed", retryable: true },
  internal: { code: 'INTERNAL_ERROR', message: 'Something went wrong on our side', retryable: true },
} as const satisfies Record<string, JobError | ((why: string) => JobError)>;
