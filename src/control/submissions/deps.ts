import type { Reader, Tx } from '../../db/types.ts';
import type { SupportedLanguage, TestGroup } from '../../generated/api.ts';
import type { Comparison, JudgeCase } from '../../ports/execution.ts';
import type { RunsDeps } from '../runs/index.ts';
import type { NewSnapshot } from '../sessions/index.ts';
import type { JudgedCase } from './rules.ts';

/** A problem's version as a submission needs it; immutable. */
export type JudgedVersion = {
  readonly problemId: string;
  readonly versionId: string;
  readonly limits: { readonly timeLimitMs: number | null; readonly memoryLimitMb: number | null };
  readonly comparison: Comparison;
  readonly groups: readonly TestGroup[];
  /** Hidden main programs by language; null for problems that are whole programs. */
  readonly drivers: Partial<Record<SupportedLanguage, string>> | null;
  readonly caseCount: number;
};

/** What submissions ask of problems. */
export type ProblemVersions = {
  /** The version that is judged by now; null for an unknown or deleted problem. */
  findCurrent(reader: Reader, problemId: string): JudgedVersion | null;
  findVersion(reader: Reader, versionId: string): JudgedVersion | null;
  /** All cases with whole inputs, in index order. */
  listJudgeCases(reader: Reader, versionId: string): readonly JudgeCase[];
  /** All cases as results show them, in index order; texts may be cut to 8192 characters. */
  listShownCases(reader: Reader, versionId: string): readonly JudgedCase[];
  /** Counts a completed submission into the problem's figures. */
  countSubmission(tx: Tx, submission: { problemId: string; userId: string; accepted: boolean }): void;
};

/** As runs see them, and what is kept of the code submitted. */
type SubmissionRooms = RunsDeps['rooms'] & { keepSnapshot(tx: Tx, snapshot: NewSnapshot): boolean };

export type SubmissionsDeps = Omit<RunsDeps, 'findDrivers' | 'rooms'> & {
  readonly rooms: SubmissionRooms;
  readonly problems: ProblemVersions;
};
