import { isUnchanged, weakTag } from '../../http/etag.ts';
import { type Binding, type Client, operation } from '../../http/operation.ts';
import type { Origin } from '../../ports/audit.ts';
import { getProblem, listProblems, listTags, type ProblemsDeps } from './actions.ts';

const originOf = ({ address, requestId }: Client): Origin => ({ ip: address, requestId });

/** The operations of the catalogue. */
export function createProblems(deps: ProblemsDeps): readonly Binding[] {
  return [
    operation('listProblems', {}, ({ user, query, answer }) => answer(200, listProblems(deps, user, query))),
    operation('listProblemTags', {}, ({ answer }) => answer(200, listTags(deps))),
    operation('getProblem', {}, async ({ user, params, query, headers, client, answer }) => {
      const { problem, updatedAt } = await getProblem(deps, {
        caller: user,
        problemId: params.problemId,
        includeHidden: query.includeHidden,
        origin: originOf(client),
      });
      const tag = weakTag(updatedAt, problem);
      return isUnchanged(headers['If-None-Match'], tag) ? answer(304) : answer(200, problem, { ETag: tag });
    }),
  ];
}
