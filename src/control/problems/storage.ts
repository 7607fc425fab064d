import type { Tx } from '../../db/types.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import { foldCase, type ProblemContent, searchText, tagName } from './content.ts';
import {
  insertCaseSet,
  insertProblem,
  insertVersion,
  replaceTags,
  updateProblem,
} from './queries/changes.ts';
import { findLastNumber } from './queries/reads.ts';
import type { ProblemRow } from './tables.ts';

export type StorageDeps = { readonly clock: Clock; readonly ids: Ids };

/** The columns of a problem's row that follow from its content. */
function columnsOf(content: ProblemContent) {
  const { title, company, difficulty } = content;
  return {
    title,
    titleKey: foldCase(title),
    company,
    companyKey: company === null ? null : foldCase(company),
    searchText: searchText(content),
    difficulty,
  };
}

type Place = { id: string; problemId: string; number: number; createdAt: number };

/** Adds the cases and the version `place.id` of a problem. */
function addVersion({ ids }: StorageDeps, tx: Tx, content: ProblemContent, place: Place): void {
  const caseSetId = ids.next();
  const cases = content.cases.map((row) => ({ id: ids.next(), ...row }));
  insertCaseSet(tx, { id: caseSetId, problemId: place.problemId }, cases);
  insertVersion(tx, {
    ...place,
    caseSetId,
    description: content.description,
    constraints: content.constraints,
    examples: [...content.examples],
    starterCode: content.starterCode,
    timeLimitMs: content.timeLimitMs,
    memoryLimitMb: content.memoryLimitMb,
    kind: content.kind,
    comparison: content.comparison,
    groups: [...content.groups],
    drivers: content.drivers,
    checker: content.checker,
    hints: [...content.hints],
  });
}

const namedTags = ({ tags }: ProblemContent) => tags.map((slug) => ({ slug, name: tagName(slug) }));

/** Stores a new problem with its first version; a title in use breaks the unique index on problems.title_key. */
export function storeProblem(
  deps: StorageDeps,
  tx: Tx,
  content: ProblemContent,
  isPublished: boolean,
): { problemId: string; updatedAt: number } {
  const [problemId, versionId] = [deps.ids.next(), deps.ids.next()];
  const now = deps.clock.now();
  // Problem and version name each other; the problem's foreign key is checked at COMMIT.
  insertProblem(tx, {
    ...columnsOf(content),
    id: problemId,
    isPublished,
    versionId,
    createdAt: now,
    updatedAt: now,
  });
  addVersion(deps, tx, content, { id: versionId, problemId, number: 1, createdAt: now });
  replaceTags(tx, problemId, namedTags(content));
  return { problemId, updatedAt: now };
}

/** Gives a problem new content as its next version, and brings it back if it was deleted; older versions stay. */
export function reviseProblem(
  deps: StorageDeps,
  tx: Tx,
  problem: ProblemRow,
  { content, isPublished }: { content: ProblemContent; isPublished: boolean },
): { updatedAt: number } {
  const now = deps.clock.now();
  const updatedAt = Math.max(now, problem.updatedAt + 1);
  const versionId = deps.ids.next();
  const number = findLastNumber(tx, problem.id) + 1;
  addVersion(deps, tx, content, { id: versionId, problemId: problem.id, number, createdAt: now });
  updateProblem(tx, problem.id, {
    ...columnsOf(content),
    isPublished,
    versionId,
    updatedAt,
    deletedAt: null,
  });
  replaceTags(tx, problem.id, namedTags(content));
  return { updatedAt };
}
