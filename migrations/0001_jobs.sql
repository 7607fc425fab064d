-- Durable queue. A row lives until its work is done; results live with whoever asked for it. Times are milliseconds
-- since 1970 UTC.
CREATE TABLE jobs (
  id TEXT PRIMARY KEY NOT NULL,
  kind TEXT NOT NULL CHECK (length(kind) BETWEEN 1 AND 60),
  -- 1 interactive, 2 judging, 3 background; null for small chores of the control plane.
  lane INTEGER CHECK (lane BETWEEN 1 AND 3),
  user_id TEXT,
  room_id TEXT,
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  state TEXT NOT NULL CHECK (state IN ('queued', 'running')),
  -- 1 for jobs that a crash interrupted: they go before their lane.
  at_head INTEGER NOT NULL DEFAULT 0 CHECK (at_head IN (0, 1)),
  queued_at INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  -- Starts by which the process may have died: 1 before the first.
  attempt INTEGER NOT NULL DEFAULT 1 CHECK (attempt >= 1),
  -- Ends with an error after which it was tried again.
  failures INTEGER NOT NULL DEFAULT 0 CHECK (failures >= 0),
  lease_owner TEXT,
  lease_until INTEGER,
  CHECK ((state = 'running') = (lease_owner IS NOT NULL AND lease_until IS NOT NULL))
) STRICT;

CREATE INDEX jobs_waiting ON jobs (kind, not_before) WHERE state = 'queued';
CREATE INDEX jobs_leased ON jobs (lease_owner, lease_until) WHERE state = 'running';
CREATE INDEX jobs_room ON jobs (room_id) WHERE room_id IS NOT NULL;
CREATE INDEX jobs_user ON jobs (user_id) WHERE user_id IS NOT NULL;
