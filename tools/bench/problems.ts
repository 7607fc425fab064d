import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { v5 as uuidOf } from 'uuid';

/** Problems whose programs burn CPU time: how many cases, by slug. */
export const burning = { 'hundred-cases': 100, 'twenty-cases': 20 } as const;
/** Enough for a full page of the list. */
const FILLERS = 25;
const NAMESPACE = '9f0c8f5e-0a52-4f8e-8a0b-6f3f1f0d7c11';

function write(file: string, lines: readonly string[]): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, `${lines.join('\n')}\n`);
}

function writeProblem(folder: string, slug: string, cases: number): void {
  write(path.join(folder, 'problem.yaml'), [
    'problem_format_version: 2025-09',
    `name: ${slug.replaceAll('-', ' ')}`,
    `uuid: ${uuidOf(slug, NAMESPACE)}`,
    'limits:',
    '  time_limit: 2',
    'keywords: [array, simulation]',
  ]);
  write(path.join(folder, 'syncode/meta.yaml'), [`slug: ${slug}`, 'difficulty: easy']);
  write(path.join(folder, 'statement/problem.en.md'), ['Print the line that you are given.']);
  write(path.join(folder, 'submissions/accepted/copy.py'), ['print(input())']);
  for (let at = 0; at < cases; at++) {
    const name = path.join(folder, 'data', at === 0 ? 'sample' : 'secret', `${at}`.padStart(3, '0'));
    write(`${name}.in`, [`line ${at}`]);
    write(`${name}.ans`, [`line ${at}`]);
  }
}

/** Writes problem packages to measure with. */
export function writeProblems(folder: string): void {
  for (const [slug, cases] of Object.entries(burning)) writeProblem(path.join(folder, slug), slug, cases);
  for (let at = 0; at < FILLERS; at++) writeProblem(path.join(folder, `filler-${at}`), `filler-${at}`, 2);
}

/** A C++ program that burns so much CPU time and prints its input; `mark` makes it another program. */
export const burnInCpp = (ms: number, mark = '') => `// ${mark}
#include <cstdio>
#include <ctime>
int main() {
  char line[64];
  if (!std::fgets(line, sizeof line, stdin)) return 1;
  const std::clock_t end = std::clock() + CLOCKS_PER_SEC / 1000 * ${ms};
  while (std::clock() < end) {}
  std::fputs(line, stdout);
}
`;

/** The same in Python. */
export const burnInPython = (ms: number, mark = '') => `# ${mark}
import time
line = input()
end = time.process_time() + ${ms / 1000}
while time.process_time() < end:
    pass
print(line)
`;
