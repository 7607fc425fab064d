import { type Binding, operation } from '../../http/operation.ts';
import { getSubmission, listSubmissions, submit } from './actions.ts';
import type { SubmissionsDeps } from './deps.ts';

/** Seconds after which a first look at a new submission makes sense. */
const FIRST_POLL_SECONDS = 1;

export function submissionRoutes(deps: SubmissionsDeps): Binding[] {
  return [
    operation(
      'submitCode',
      { phases: ['coding'], unlocked: true, limit: 'submit' },
      ({ room, body, spend, keep, answer }) =>
        submit(deps, room, body, {
          spend,
          accepted: (tx, submissionId) => {
            const headers = { Location: `/submissions/${submissionId}`, 'Retry-After': FIRST_POLL_SECONDS };
            return keep(tx, answer(202, { submissionId }, headers));
          },
        }),
    ),
    operation('listRoomSubmissions', {}, ({ room, query, answer }) =>
      answer(200, listSubmissions(deps, room, query)),
    ),
    operation('getSubmission', {}, async ({ user, params, query, client, answer }) => {
      const origin = { ip: client.address, requestId: client.requestId };
      const poll = { waitMs: query.waitMs, signal: client.signal };
      const submission = await getSubmission(deps, user, params.submissionId, poll, origin);
      return answer(
        200,
        submission,
        submission.completedAt === null ? { 'Retry-After': FIRST_POLL_SECONDS } : {},
      );
    }),
  ];
}
