import type { StepExpectation } from '../ports/steps.ts';

type Comparison = StepExpectation['comparison'];

/** Without its trailing spaces and tabs. By hand: a regular expression takes quadratic time on long runs of blanks. */
function trimLineEnd(line: string): string {
  let end = line.length;
  while (end > 0 && (line[end - 1] === ' ' || line[end - 1] === '\t')) end--;
  return end === line.length ? line : line.slice(0, end);
}

/** A text as mode `text` sees it: LF line ends, no trailing blanks, no blank lines at the end. */
export function normaliseText(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').split('\n').map(trimLineEnd);
  let count = lines.length;
  while (count > 0 && lines[count - 1] === '') count--;
  return lines.slice(0, count).join('\n');
}

function tokensOf(text: string): string[] {
  return text.split(/\s+/).filter((token) => token !== '');
}

const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^([+-]?)(?:inf|infinity)$/i;
const NOT_A_NUMBER = /^[+-]?nan$/i;

function isSameNumber(actual: string, expected: string, tolerance: number): boolean {
  if (NOT_A_NUMBER.test(expected)) return NOT_A_NUMBER.test(actual);
  const infinite = INFINITE.exec(expected);
  if (infinite) {
    const other = INFINITE.exec(actual);
    return other !== null && (other[1] === '-') === (infinite[1] === '-');
  }
  if (!DECIMAL.test(actual) || !DECIMAL.test(expected)) return false;
  const [a, e] = [Number(actual), Number(expected)];
  return a === e || Math.abs(a - e) <= tolerance * Math.max(1, Math.abs(e));
}

/** Whether an output is right by a problem's comparison; linear in the sizes of both. */
export function isOutputRight(actual: string, expected: string, comparison: Comparison): boolean {
  if (comparison.mode === 'text') return normaliseText(actual) === normaliseText(expected);
  const given = tokensOf(actual);
  const wanted = tokensOf(expected);
  if (given.length !== wanted.length) return false;
  return given.every((token, index) => {
    const want = wanted[index] ?? '';
    return token === want || (comparison.mode === 'float' && isSameNumber(token, want, comparison.tolerance));
  });
}
