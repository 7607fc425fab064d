import type { Db, Reader } from '../../db/types.ts';
import { write } from '../../db/write.ts';
import type { Operations, ProblemDetail, ProblemSummary, TagInfo } from '../../generated/api.ts';
import { Forbidden } from '../../kernel/errors.ts';
import { mapPage, type Page, readPage, wholeList } from '../../kernel/paging.ts';
import type { Origin, WriteAudit } from '../../ports/audit.ts';
import type { Caller } from '../../ports/callers.ts';
import { foldCase, searchTerms } from './content.ts';
import { ProblemNotFound } from './errors.ts';
import {
  findSummaryRow,
  type ListFilter,
  listSummaryRows,
  listTagCounts,
  listTagsOf,
  positionOf,
} from './queries/listing.ts';
import { findProblem, findVersion, listCases } from './queries/reads.ts';
import { showDetail, showSummary } from './rules.ts';

export type ProblemsDeps = {
  readonly db: Db;
  readonly audit: WriteAudit;
  /** Whether the problem is selected in an unfinished room in which the user takes part. */
  readonly isSelectedFor: (reader: Reader, problemId: string, userId: string) => boolean;
};

export type ListQuery = Operations['listProblems']['query'];

function filterOf(caller: Caller, query: ListQuery): ListFilter {
  return {
    userId: caller.userId,
    withDrafts: query.includeDrafts,
    sortBy: query.sortBy,
    difficulties: [...new Set(query.difficulty)].sort(),
    statuses: [...new Set(query.status)].sort(),
    tags: [...new Set(query.tags)].sort(),
    companyKey: query.company === undefined ? null : foldCase(query.company),
    terms: searchTerms(query.search).sort(),
  };
}

/** One page of the catalogue; drafts and the fields of administration for admins who ask for them. */
export function listProblems(deps: ProblemsDeps, caller: Caller, query: ListQuery): Page<ProblemSummary> {
  if (query.includeDrafts && caller.role !== 'admin')
    throw Forbidden(undefined, { message: 'Only admins see drafts' });
  const filter = filterOf(caller, query);
  const page = readPage(query, filter, (request) => listSummaryRows(deps.db, filter, request), positionOf);
  const tags = listTagsOf(
    deps.db,
    page.data.map(({ id }) => id),
  );
  return mapPage(page, (row) => showSummary(row, tags.get(row.id) ?? [], query.includeDrafts));
}

export function listTags(deps: ProblemsDeps): Page<TagInfo> {
  return wholeList(listTagCounts(deps.db));
}

/** A problem as the caller may see it, and when it was last edited. */
export async function getProblem(
  deps: ProblemsDeps,
  request: { caller: Caller; problemId: string; includeHidden: boolean; origin: Origin },
): Promise<{ problem: ProblemDetail; updatedAt: number }> {
  const { caller, problemId, includeHidden, origin } = request;
  if (!includeHidden) return readProblem(deps, deps.db, request);
  if (caller.role !== 'admin') throw Forbidden(undefined, { message: 'Only admins see hidden test cases' });
  return write(deps.db, (tx) => {
    const found = readProblem(deps, tx, request);
    deps.audit(tx, {
      action: 'admin.problem.view_hidden',
      actorId: caller.userId,
      targetType: 'problem',
      targetId: problemId,
      origin,
    });
    return found;
  });
}

function readProblem(
  deps: ProblemsDeps,
  reader: Reader,
  request: { caller: Caller; problemId: string; includeHidden: boolean },
) {
  const { caller, problemId, includeHidden: withHidden } = request;
  const isAdmin = caller.role === 'admin';
  const problem = findProblem(reader, problemId);
  if (problem === null) throw ProblemNotFound();
  if (!problem.isPublished && !isAdmin && !deps.isSelectedFor(reader, problemId, caller.userId))
    throw ProblemNotFound();
  const row = findSummaryRow(reader, problemId, caller.userId);
  const version = findVersion(reader, problem.versionId);
  if (row === null || version === null) throw new Error(`problem ${problemId} without its present version`);
  const tags = listTagsOf(reader, [problemId]).get(problemId) ?? [];
  const cases = listCases(reader, version.caseSetId, withHidden);
  return {
    problem: showDetail({ row, tags, version, cases, isAdmin, withHidden }),
    updatedAt: problem.updatedAt,
  };
}
