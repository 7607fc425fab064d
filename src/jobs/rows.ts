import { statement } from '../db/client.ts';
import type { Reader } from '../db/types.ts';
import type { CancelledJob, ClaimedJob, JobFilter, Lane, WaitingJob } from './job.ts';

type Row = {
  id: string;
  kind: string;
  lane: number | null;
  user_id: string | null;
  room_id: string | null;
  at_head: number;
  queued_at: number;
  language: string | null;
};
export type ClaimedRow = Row & { payload: string; attempt: number; failures: number };

const WAITING_COLUMNS =
  "id, kind, lane, user_id, room_id, at_head, queued_at, payload ->> '$.language' AS language";
/** Jobs listed at a time; more wait only if an operator allows that. */
const MAX_LISTED = 10_000;

export function waitingJob(row: Row): WaitingJob {
  return {
    jobId: row.id,
    kind: row.kind,
    lane: row.lane as Lane | null,
    userId: row.user_id,
    roomId: row.room_id,
    atHead: row.at_head === 1,
    queuedAt: row.queued_at,
    language: row.language,
  };
}

export function claimedJob(row: ClaimedRow): ClaimedJob {
  const lease = { jobId: row.id, attempt: row.attempt };
  return { ...waitingJob(row), lease, payload: JSON.parse(row.payload) as unknown, failures: row.failures };
}

export const insertJob = statement<[Record<string, unknown>]>(
  `INSERT INTO jobs (id, kind, lane, user_id, room_id, payload, state, queued_at, not_before)
   VALUES (@id, @kind, @lane, @userId, @roomId, @payload, 'queued', @queuedAt, @notBefore)`,
);

const CLAIM = `UPDATE jobs SET state = 'running', at_head = 0, lease_owner = @owner, lease_until = @leaseUntil`;
const CLAIMED_COLUMNS = `${WAITING_COLUMNS}, payload, attempt, failures`;

export const claimById = statement<[Record<string, unknown>], ClaimedRow>(
  `${CLAIM} WHERE id = @id AND state = 'queued' AND not_before <= @now RETURNING ${CLAIMED_COLUMNS}`,
);

/** The next chore of these kinds (JSON array); those of one room and kind strictly one after another, oldest first. */
export const claimChore = statement<[Record<string, unknown>], ClaimedRow>(
  `${CLAIM} WHERE id = (
     SELECT j.id FROM jobs j
     WHERE j.state = 'queued' AND j.lane IS NULL AND j.not_before <= @now
       AND j.kind IN (SELECT value FROM json_each(@kinds))
       AND NOT EXISTS (
         SELECT 1 FROM jobs o
         WHERE o.room_id = j.room_id AND o.kind = j.kind AND (o.queued_at, o.id) < (j.queued_at, j.id))
     ORDER BY max(j.not_before, j.queued_at), j.queued_at, j.id LIMIT 1)
   RETURNING ${CLAIMED_COLUMNS}`,
);

/** When the next chore of these kinds is due; null without one. */
export const nextChoreAt = statement<[string], { due: number | null }>(
  `SELECT min(not_before) AS due FROM jobs
   WHERE state = 'queued' AND lane IS NULL AND kind IN (SELECT value FROM json_each(?))`,
);

export const isHeld = statement<[string, number, string], { held: 1 }>(
  "SELECT 1 AS held FROM jobs WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'running'",
);
export const deleteHeld = statement<[string, number, string]>(
  "DELETE FROM jobs WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'running'",
);

const RELEASE = `UPDATE jobs SET state = 'queued', lease_owner = NULL, lease_until = NULL`;

export const retryHeld = statement<[number, string, number, string]>(
  `${RELEASE}, failures = failures + 1, not_before = ?
   WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'running'`,
);
export const requeueHeld = statement<[string, number, string]>(
  `${RELEASE} WHERE id = ? AND attempt = ? AND lease_owner = ? AND state = 'running'`,
);
export const renewLeases = statement<[number, string]>(
  "UPDATE jobs SET lease_until = ? WHERE lease_owner = ? AND state = 'running'",
);

/** Running jobs of these kinds that are not this owner's and whose lease ended before a time. */
export const listDead = statement<[Record<string, unknown>], Row & { attempt: number }>(
  `SELECT ${WAITING_COLUMNS}, attempt FROM jobs
   WHERE state = 'running' AND lease_owner <> @owner AND lease_until < @before
     AND kind IN (SELECT value FROM json_each(@kinds))
   ORDER BY queued_at, id`,
);
export const requeueDead = statement<[number, string]>(
  `${RELEASE}, at_head = 1, attempt = attempt + 1, not_before = max(not_before, ?) WHERE id = ?`,
);
export const deleteById = statement<[string]>('DELETE FROM jobs WHERE id = ?');

export const listWaitingRows = statement<[number, string], Row>(
  `SELECT ${WAITING_COLUMNS} FROM jobs
   WHERE state = 'queued' AND not_before <= ? AND lane IS NOT NULL AND kind IN (SELECT value FROM json_each(?))
   ORDER BY at_head DESC, queued_at, id LIMIT ${MAX_LISTED}`,
);
export const listLanes = statement<[], Row>(
  `SELECT ${WAITING_COLUMNS} FROM jobs WHERE state = 'queued' AND lane IS NOT NULL LIMIT ${MAX_LISTED}`,
);

export const countWaitingRows = statement<[Record<string, unknown>], { waiting: number }>(
  `SELECT count(*) AS waiting FROM jobs
   WHERE state = 'queued' AND kind IN (SELECT value FROM json_each(@kinds)) AND (@userId IS NULL OR user_id = @userId)`,
);

const deleteMatching = statement<[Record<string, unknown>], Row & { state: string }>(
  `DELETE FROM jobs
   WHERE kind IN (SELECT value FROM json_each(@kinds))
     AND (@roomId IS NULL OR room_id = @roomId)
     AND (@userId IS NULL OR user_id = @userId)
     AND (@ids IS NULL OR id IN (SELECT value FROM json_each(@ids)))
     AND (@waitingOnly = 0 OR state = 'queued')
   RETURNING id, kind, user_id, state`,
);

/** Deletes the jobs of a filter and says which they were. */
export function deleteJobs(reader: Reader, filter: JobFilter): CancelledJob[] {
  const rows = deleteMatching(reader).all({
    kinds: JSON.stringify(filter.kinds),
    roomId: filter.roomId ?? null,
    userId: filter.userId ?? null,
    ids: filter.jobIds === undefined ? null : JSON.stringify(filter.jobIds),
    waitingOnly: filter.waitingOnly === true ? 1 : 0,
  });
  return rows.map((row) => ({
    jobId: row.id,
    kind: row.kind,
    userId: row.user_id,
    wasRunning: row.state === 'running',
  }));
}
