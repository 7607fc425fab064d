import type { WaitingJob } from './job.ts';

const isBefore = (a: WaitingJob, b: WaitingJob) =>
  a.queuedAt !== b.queuedAt ? a.queuedAt < b.queuedAt : a.jobId < b.jobId;

/**
 * Place of a waiting job in serving order, from 1; null when it does not wait. An estimate: users take turns in a lane,
 * and a lower lane gets one of three steps while a higher one has work.
 */
export function queuePosition(waiting: readonly WaitingJob[], jobId: string): number | null {
  const job = waiting.find((other) => other.jobId === jobId);
  if (job === undefined || job.lane === null) return null;
  const lane = job.lane;
  const others = waiting.filter((other) => other.lane === lane && other.jobId !== jobId);
  const inLane = job.atHead
    ? others.filter((other) => other.atHead && isBefore(other, job)).length
    : aheadByTurns(others, job);
  const higher = waiting.filter((other) => other.lane !== null && other.lane < lane).length;
  const place = inLane + 1;
  return place + Math.min(higher, 2 * place);
}

/** Jobs of the lane that are served before `job` when users take turns: of each other user as many as its own turn. */
function aheadByTurns(others: readonly WaitingJob[], job: WaitingJob): number {
  const heads = others.filter((other) => other.atHead).length;
  const lined = others.filter((other) => !other.atHead);
  const turn = lined.filter((other) => other.userId === job.userId && isBefore(other, job)).length;
  const byUser = new Map<string | null, WaitingJob[]>();
  for (const other of lined) {
    if (other.userId !== job.userId) byUser.set(other.userId, [...(byUser.get(other.userId) ?? []), other]);
  }
  let ahead = heads + turn;
  for (const jobs of byUser.values()) {
    const inOrder = jobs.sort((a, b) => (isBefore(a, b) ? -1 : 1));
    const sameTurn = inOrder[turn];
    ahead += Math.min(turn, jobs.length) + (sameTurn !== undefined && isBefore(sameTurn, job) ? 1 : 0);
  }
  return ahead;
}
