import { defineError } from '../../kernel/errors.ts';

export const ProblemNotFound = defineError('PROBLEM_NOT_FOUND', 404, 'There is no such problem');
