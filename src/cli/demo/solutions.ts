import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { builtInProblems } from '../../control/problems/index.ts';

const PACKAGE = 'samefloor';

/** First Python submission of the demo's problem that is expected to end so. */
function readSubmission(expected: 'accepted' | 'wrong_answer'): string {
  const folder = path.join(builtInProblems(), PACKAGE, 'submissions', expected);
  const name = readdirSync(folder)
    .sort()
    .find((file) => file.endsWith('.py'));
  if (name === undefined) throw new Error(`${folder} has no Python submission`);
  return readFileSync(path.join(folder, name), 'utf8');
}

/** The problem that the demo solves, by its title in the list, with a wrong and a right solution. */
export const demoProblem = {
  search: 'Same Floor',
  wrong: () => readSubmission('wrong_answer'),
  right: () => readSubmission('accepted'),
};
