import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { builtInProblems } from '../../../src/control/problems/index.ts';

/** The first Python submission of a built-in problem that is expected to end so. */
export function readSubmission(slug: string, expected: 'accepted' | 'wrong_answer'): string {
  const folder = path.join(builtInProblems(), slug, 'submissions', expected);
  const file = readdirSync(folder)
    .sort()
    .find((name) => name.endsWith('.py'));
  if (file === undefined) throw new Error(`${folder} has no Python submission`);
  return readFileSync(path.join(folder, file), 'utf8');
}
