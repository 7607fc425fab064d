import { defineError } from '../../kernel/errors.ts';

export const SubmissionNotFound = defineError('SUBMISSION_NOT_FOUND', 404, 'There is no such submission');
export const SubmissionRateLimit = defineError(
  'SUBMISSION_RATE_LIMIT',
  429,
  'Too many submissions; wait a moment',
);
export const ProblemNoTestCases = defineError(
  'PROBLEM_NO_TEST_CASES',
  422,
  'This problem has no test cases yet',
);
