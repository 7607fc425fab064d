import { type Binding, operation } from '../../http/operation.ts';
import { getRun, listRuns, startRun } from './actions.ts';
import type { CapacityDeps } from './capacity.ts';
import type { RunsDeps } from './deps.ts';

/** Seconds after which a first look at a new job makes sense. */
const FIRST_POLL_SECONDS = 1;

export function runRoutes(deps: RunsDeps & Pick<CapacityDeps, 'countAcceptedSince'>): Binding[] {
  return [
    operation(
      'runCode',
      { phases: ['warmup', 'coding', 'wrapup'], unlocked: true, limit: 'run' },
      ({ room, body, spend, keep, answer }) =>
        startRun(deps, room, body, {
          spend,
          accepted: (tx, jobId) => {
            const headers = { Location: `/execution/${jobId}`, 'Retry-After': FIRST_POLL_SECONDS };
            return keep(tx, answer(202, { jobId }, headers));
          },
        }),
    ),
    operation('listRoomRuns', {}, ({ room, query, answer }) => answer(200, listRuns(deps, room, query))),
    operation('getExecutionResult', {}, async ({ user, params, query, client, answer }) => {
      const origin = { ip: client.address, requestId: client.requestId };
      const poll = { waitMs: query.waitMs, signal: client.signal };
      const run = await getRun(deps, user, params.jobId, poll, origin);
      const isPending = run.status === 'queued' || run.status === 'running';
      return answer(200, run, isPending ? { 'Retry-After': FIRST_POLL_SECONDS } : {});
    }),
  ];
}
