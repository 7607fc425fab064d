import type {
  CaseVerdict,
  SubmissionResult,
  SubmissionSummary,
  TestCaseResult,
  TestGroup,
  Verdict,
} from '../../generated/api.ts';
import { isoTime, isoTimeOrNull } from '../../kernel/clock.ts';
import type { SubmissionHead } from './queries.ts';
import type { CaseRow, SubmissionRow } from './tables.ts';

/** Texts of a case are shown up to this many bytes. */
const SHOWN_BYTES = 8192;

/** A test case as its problem's version holds it. */
export type JudgedCase = {
  readonly input: string;
  readonly expectedOutput: string;
  readonly isHidden: boolean;
  readonly description: string | null;
  readonly group: string | null;
};

export type Counts = {
  readonly passedCases: number;
  readonly failedCases: number;
  readonly errorCases: number;
};

/** Counts by verdict: passed = accepted, failed = wrong_answer, error = all others. */
export function countVerdicts(verdicts: readonly CaseVerdict[]): Counts {
  const count = (wanted: CaseVerdict) => verdicts.filter((verdict) => verdict === wanted).length;
  const passedCases = count('accepted');
  const failedCases = count('wrong_answer');
  return { passedCases, failedCases, errorCases: verdicts.length - passedCases - failedCases };
}

export type GroupPoints = { name: string; points: number | null; maxPoints: number };

/** Points by group: all of a group's cases accepted, or none; null while `verdicts` is null (unfinished). */
export function pointsOf(
  groups: readonly TestGroup[],
  cases: readonly JudgedCase[],
  verdicts: readonly CaseVerdict[] | null,
): GroupPoints[] {
  return groups.map(({ name, points }) => {
    if (verdicts === null) return { name, points: null, maxPoints: points };
    const isEarned = cases.every((judged, index) => judged.group !== name || verdicts[index] === 'accepted');
    return { name, points: isEarned ? points : 0, maxPoints: points };
  });
}

/** The head of a text, at a character boundary. */
export function head(text: string, bytes = SHOWN_BYTES): string {
  if (text.length <= bytes && Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text.slice(0, bytes)).subarray(0, bytes);
  return new TextDecoder('utf-8', { fatal: false }).decode(cut, { stream: true });
}

const hiddenPhrases: Record<CaseVerdict, string | null> = {
  accepted: null,
  wrong_answer: 'Hidden test failed',
  time_limit_exceeded: 'Hidden test exceeded the time limit',
  memory_limit_exceeded: 'Hidden test exceeded the memory limit',
  runtime_error: 'Hidden test ended with a runtime error',
  compile_error: 'The program does not compile',
  output_limit_exceeded: 'Hidden test printed too much',
  internal_error: 'Hidden test could not be judged',
  skipped: 'Hidden test was not run',
};

const passedOf = (verdict: CaseVerdict) =>
  verdict === 'accepted' ? true : verdict === 'wrong_answer' ? false : null;

/** One finished case; what a hidden one holds is shown to admins only. */
export function showCase(row: CaseRow, judged: JudgedCase, isAdmin: boolean): TestCaseResult {
  const open = isAdmin || !judged.isHidden;
  return {
    testCaseIndex: row.caseIndex,
    isHidden: judged.isHidden,
    group: judged.group,
    description: open ? judged.description : null,
    verdict: row.verdict,
    passed: passedOf(row.verdict),
    input: open ? head(judged.input) : null,
    expectedOutput: open ? head(judged.expectedOutput) : null,
    actualOutput: open ? row.actualOutput : null,
    stderr: open ? row.stderr : null,
    exitCode: open ? row.exitCode : null,
    signal: open ? row.signal : null,
    durationMs: row.durationMs,
    cpuTimeMs: row.cpuTimeMs,
    memoryUsageMb: row.memoryUsageMb,
    timedOut: row.timedOut,
    outputTruncated: open ? row.outputTruncated : null,
    errorMessage: open ? row.errorMessage : hiddenPhrases[row.verdict],
  };
}

export function showSummary(row: SubmissionHead, totalDurationMs: number | null): SubmissionSummary {
  return {
    submissionId: row.id,
    roomId: row.roomId,
    sessionId: row.sessionId,
    userId: row.userId,
    problemId: row.problemId,
    language: row.language,
    status: row.status,
    verdict: row.verdict,
    totalTestCases: row.totalCases,
    passedTestCases: row.passedCases,
    failedTestCases: row.failedCases,
    errorTestCases: row.errorCases,
    points: row.points,
    maxPoints: row.maxPoints,
    totalDurationMs,
    submittedAt: isoTime(row.submittedAt),
    completedAt: isoTimeOrNull(row.completedAt),
  };
}

/** What the whole answer is made of, beside the row. */
export type ResultParts = {
  readonly rows: readonly CaseRow[];
  readonly cases: readonly JudgedCase[];
  readonly groups: readonly TestGroup[];
  readonly limits: { readonly timeoutMs: number; readonly memoryMb: number };
  readonly queuePosition: number | null;
  readonly isAdmin: boolean;
};

const isEnded = (row: SubmissionRow) => row.completedAt !== null;

function sumOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0);
}

function maxOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** A submission at any stage: counts and cases grow as cases finish. */
export function showResult(row: SubmissionRow, parts: ResultParts): SubmissionResult {
  const { rows, cases, groups, isAdmin } = parts;
  const verdicts = isEnded(row) ? cases.map((_, index) => rows[index]?.verdict ?? 'skipped') : null;
  const shown = rows.flatMap((stored) => {
    const judged = cases[stored.caseIndex];
    return judged === undefined ? [] : [showCase(stored, judged, isAdmin)];
  });
  return {
    ...showSummary(row, sumOrNull(rows.map(({ durationMs }) => durationMs))),
    queuePosition: row.status === 'queued' ? parts.queuePosition : null,
    code: row.code,
    compileOutput: row.compileOutput,
    maxMemoryUsageMb: maxOrNull(rows.map(({ memoryUsageMb }) => memoryUsageMb)),
    limits: parts.limits,
    groups: pointsOf(groups, cases, verdicts),
    testCases: shown,
    error: row.failure,
  };
}

/** Sum of the points of all groups; null without groups. */
export function totalPoints(groups: readonly GroupPoints[]): number | null {
  return groups.length === 0 ? null : groups.reduce((sum, { points }) => sum + (points ?? 0), 0);
}

/** Whether a verdict counts as solved. */
export const isSolved = (verdict: Verdict | null) => verdict === 'accepted';
