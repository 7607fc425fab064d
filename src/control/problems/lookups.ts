import type { Reader } from '../../db/types.ts';
import type { ProblemDrivers, ProblemSummary, TestGroup } from '../../generated/api.ts';
import type { Comparison, JudgeCase } from '../../ports/execution.ts';
import { countSubmission } from './queries/changes.ts';
import { findSummaryRow, listTagsOf } from './queries/listing.ts';
import {
  countCases,
  findPresentVersion,
  findProblem,
  findVersion,
  listCaseHeads,
  listTitles,
  listVersionCases,
} from './queries/reads.ts';
import { comparisonOf, showSummary } from './rules.ts';
import type { ProblemVersionRow, StarterCode } from './tables.ts';

/** Characters of a case's texts that results are made of. */
const SHOWN_LENGTH = 8192;

/** A version of a problem as submissions are judged against it; the same at every call. */
export type JudgedVersion = {
  readonly problemId: string;
  readonly versionId: string;
  readonly limits: { readonly timeLimitMs: number | null; readonly memoryLimitMb: number | null };
  readonly comparison: Comparison;
  readonly groups: readonly TestGroup[];
  /** Hidden main programs of a function problem by language, exactly those it can be solved in; else null. */
  readonly drivers: ProblemDrivers | null;
  readonly caseCount: number;
};

function judgedVersion(reader: Reader, version: ProblemVersionRow | null): JudgedVersion | null {
  if (version === null) return null;
  const { id: versionId, problemId, timeLimitMs, memoryLimitMb, groups, drivers } = version;
  return {
    problemId,
    versionId,
    limits: { timeLimitMs, memoryLimitMb },
    comparison: comparisonOf(version),
    groups,
    drivers,
    caseCount: countCases(reader, version.caseSetId),
  };
}

function listJudgeCases(reader: Reader, versionId: string): JudgeCase[] {
  return listVersionCases(reader, versionId).map(({ index, input, expectedOutput, timeoutMs, memoryMb }) => ({
    index,
    input,
    expectedOutput,
    wish: { timeoutMs, memoryMb },
  }));
}

/** What submissions need of problems; drafts count as well, since a room may have chosen one before it was withdrawn. */
export const problemVersions = {
  /** The version that a new submission names; null for an unknown or deleted problem. */
  findCurrent: (reader: Reader, problemId: string) =>
    judgedVersion(reader, findPresentVersion(reader, problemId)),
  findVersion: (reader: Reader, versionId: string) => judgedVersion(reader, findVersion(reader, versionId)),
  /** All cases with whole texts and their limits, in index order. */
  listJudgeCases,
  /** All cases in index order, their texts cut to 8192 characters. */
  listShownCases: (reader: Reader, versionId: string) => listCaseHeads(reader, versionId, SHOWN_LENGTH),
  /** Counts a completed submission (never a failed or cancelled one) in the transaction that completes it. */
  countSubmission,
};

/** What rooms need of problems; once chosen a problem stays readable, whatever becomes of it. */
export const roomProblems = {
  /** Whether a room may choose it: not a draft, not deleted. */
  isPublished: (reader: Reader, problemId: string) => findProblem(reader, problemId)?.isPublished ?? false,
  /** By language; empty without any. */
  starterCode: (reader: Reader, problemId: string): StarterCode =>
    findPresentVersion(reader, problemId)?.starterCode ?? {},
  /** As `viewerId` sees it in a list; null for an unknown id. */
  summary: (reader: Reader, problemId: string, viewerId: string): ProblemSummary | null => {
    const row = findSummaryRow(reader, problemId, viewerId);
    if (row === null) return null;
    return showSummary(row, listTagsOf(reader, [problemId]).get(problemId) ?? [], false);
  },
  titles: listTitles,
};

/** Hidden main programs by language with which code for this problem runs; null for whole programs. */
export function findDrivers(reader: Reader, problemId: string): ProblemDrivers | null {
  return findPresentVersion(reader, problemId)?.drivers ?? null;
}
