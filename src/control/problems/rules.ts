import type { ProblemDetail, ProblemSummary, TestCase } from '../../generated/api.ts';
import { isoTime } from '../../kernel/clock.ts';
import type { Comparison } from '../../ports/execution.ts';
import type { SummaryRow } from './queries/listing.ts';
import type { ProblemCaseRow, ProblemVersionRow } from './tables.ts';

/** Percent of completed submissions that passed everything, one decimal; null without any. */
export function acceptanceRate(accepted: number, total: number): number | null {
  return total === 0 ? null : Math.round((accepted * 1000) / total) / 10;
}

/** A problem in a list, to the caller whose record the row holds; `withAdminFields` for administration only. */
export function showSummary(row: SummaryRow, tags: string[], withAdminFields: boolean): ProblemSummary {
  const shown: ProblemSummary = {
    id: row.id,
    title: row.title,
    difficulty: row.difficulty,
    isPublished: row.isPublished,
    tags,
    company: row.company,
    acceptanceRate: acceptanceRate(row.acceptedSubmissions, row.totalSubmissions),
    isBookmarked: false,
    attemptStatus: row.attempts === 0 ? null : row.isSolved ? 'solved' : 'attempted',
  };
  if (!withAdminFields) return shown;
  return {
    ...shown,
    totalSubmissions: row.totalSubmissions,
    testCaseCount: row.caseCount,
    hiddenTestCaseCount: row.hiddenCaseCount,
    updatedAt: isoTime(row.updatedAt),
  };
}

/** Everything that a problem's version holds, as one caller may see it. */
export type DetailParts = {
  readonly row: SummaryRow;
  readonly tags: string[];
  readonly version: ProblemVersionRow;
  /** Visible ones, or all of them `withHidden`. */
  readonly cases: readonly ProblemCaseRow[];
  readonly isAdmin: boolean;
  /** Whether drivers, checker and hints are shown beside the hidden cases. */
  readonly withHidden: boolean;
};

function showCase(row: ProblemCaseRow): TestCase {
  const { id, input, expectedOutput, description, isHidden, group, timeoutMs, memoryMb } = row;
  return { id, input, expectedOutput, description, isHidden, group, timeoutMs, memoryMb };
}

function hiddenParts({ drivers, checker, hints }: ProblemVersionRow): Partial<ProblemDetail> {
  return {
    ...(drivers === null ? {} : { drivers }),
    ...(checker === null ? {} : { checker }),
    hints,
  };
}

export function showDetail({ row, tags, version, cases, isAdmin, withHidden }: DetailParts): ProblemDetail {
  return {
    ...showSummary(row, tags, isAdmin),
    description: version.description,
    constraints: version.constraints,
    examples: version.examples,
    testCases: cases.map(showCase),
    starterCode: version.starterCode,
    timeLimitMs: version.timeLimitMs,
    memoryLimitMb: version.memoryLimitMb,
    kind: version.kind,
    comparison: version.comparison,
    groups: version.groups,
    ...(withHidden ? hiddenParts(version) : {}),
    totalSubmissions: row.totalSubmissions,
    userAttempts: row.attempts,
    createdAt: isoTime(row.createdAt),
    updatedAt: isoTime(row.updatedAt),
  };
}

/** How a version's outputs are judged, in the words of the execution plane. */
export function comparisonOf({ id, comparison, checker }: ProblemVersionRow): Comparison {
  const { mode, tolerance } = comparison;
  if (mode === 'float') return { mode, tolerance };
  if (mode !== 'checker') return { mode };
  if (checker === null) throw new Error(`version ${id} compares with a checker that it does not have`);
  return { mode, checker };
}
