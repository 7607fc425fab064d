import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

const kinds: Record<string, string> = {
  number: 'it must be a number',
  int: 'it must be a whole number',
  boolean: 'it must be true or false',
  string: 'it must be a text',
  array: 'it must be a list, such as ["one", "other"]',
};

function bound(issue: Issue & { code: 'too_small' | 'too_big' }): string {
  const [word, limit] = issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  if (issue.origin === 'string') {
    return limit === 1 && issue.code === 'too_small'
      ? 'it must not be empty'
      : `it must have ${word} ${limit} characters`;
  }
  return issue.origin === 'array' ? `it must have ${word} ${limit} entries` : `it must be ${word} ${limit}`;
}

/** Why a value was refused, in words for somebody who does not know the library that refused it. */
export function describeIssue(issue: Issue | undefined): string {
  switch (issue?.code) {
    case 'invalid_type':
      return kinds[issue.expected] ?? 'it is of the wrong kind';
    case 'too_small':
    case 'too_big':
      return bound(issue);
    case 'invalid_value':
      return `it must be one of ${issue.values.join(', ')}`;
    case 'custom':
      return issue.message;
    default:
      return 'it is not valid';
  }
}
