import { appendFileSync } from 'node:fs';
import type { AnswerCheck } from '../../src/http/answers.ts';
import { createAnswerCheck } from './check-answers.ts';

/** Where answers are noted for tools/operation-coverage.ts; nowhere unless the whole suite runs. */
const file = process.env.SYNCODE_TEST_ANSWERS;
const seen = new Set<string>();

/** Notes that a test got this answer; `operation` is null where nothing but the universal code counts. */
export function noteAnswer(operation: string | null, status: number, code: string | null): void {
  const line = `${operation ?? '-'} ${status} ${code ?? '-'}\n`;
  if (file === undefined || seen.has(line)) return;
  seen.add(line);
  appendFileSync(file, line);
}

/** The check of answers for servers with real handlers: sound answers count as seen. */
export function createNotedCheck(): AnswerCheck {
  const check = createAnswerCheck();
  return (id, status, body) => {
    const problems = check(id, status, body);
    if (problems.length === 0) noteAnswer(id, status, status < 400 ? null : codeOf(body));
    return problems;
  };
}

function codeOf(body: unknown): string | null {
  return typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null;
}
