-- Rooms with who is in them, and the record of what happened there. Times are milliseconds since 1970 UTC.
CREATE TABLE rooms (
  id TEXT PRIMARY KEY,
  -- Null once finished: a dead code answers like an unknown one.
  room_code TEXT UNIQUE,
  name TEXT,
  mode TEXT NOT NULL CHECK (mode IN ('peer', 'ai')),
  status TEXT NOT NULL CHECK (status IN ('waiting', 'warmup', 'coding', 'wrapup', 'finished')),
  host_id TEXT NOT NULL REFERENCES users (id),
  -- Until when an absent host stays host while others are active; null while the host is active.
  host_away_until INTEGER,
  problem_id TEXT REFERENCES problems (id),
  language TEXT NOT NULL,
  max_participants INTEGER NOT NULL CHECK (max_participants BETWEEN 2 AND 8),
  max_duration_min INTEGER NOT NULL CHECK (max_duration_min BETWEEN 5 AND 120),
  is_private INTEGER NOT NULL CHECK (is_private IN (0, 1)),
  session_id TEXT REFERENCES sessions (id),
  phase_started_at INTEGER NOT NULL,
  accumulated_ms INTEGER NOT NULL DEFAULT 0 CHECK (accumulated_ms >= 0),
  running_since INTEGER,
  -- person: somebody paused the timer; nobody: it stopped because nobody was there.
  pause_cause TEXT CHECK (pause_cause IN ('person', 'nobody')),
  editor_locked INTEGER NOT NULL DEFAULT 0 CHECK (editor_locked IN (0, 1)),
  locked_by TEXT REFERENCES users (id),
  -- Since when nobody has been active; null while somebody is.
  idle_since INTEGER,
  closing_warned INTEGER NOT NULL DEFAULT 0 CHECK (closing_warned IN (0, 1)),
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT CHECK (end_reason IN ('completed', 'abandoned', 'expired', 'admin_closed')),
  destroyed_at INTEGER,
  CHECK (running_since IS NULL OR (status = 'coding' AND pause_cause IS NULL)),
  CHECK (pause_cause IS NULL OR status = 'coding'),
  CHECK ((status = 'finished') = (ended_at IS NOT NULL)),
  CHECK (status <> 'finished' OR room_code IS NULL)
) STRICT;
CREATE INDEX rooms_hosted ON rooms (host_id) WHERE status <> 'finished';
CREATE INDEX rooms_unfinished ON rooms (created_at, id) WHERE status <> 'finished';
CREATE INDEX rooms_by_problem ON rooms (problem_id) WHERE status <> 'finished';

-- Every invite code that was ever drawn, those of erased rooms too; none is given out twice.
CREATE TABLE room_codes (
  code TEXT PRIMARY KEY CHECK (length(code) = 6),
  drawn_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE room_participants (
  room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('interviewer', 'candidate', 'observer')),
  -- member: admitted; left: left or was put out and may come back; banned: removed for the room's life.
  standing TEXT NOT NULL CHECK (standing IN ('member', 'left', 'banned')),
  is_active INTEGER NOT NULL CHECK (is_active IN (0, 1)),
  is_ready INTEGER NOT NULL DEFAULT 0 CHECK (is_ready IN (0, 1)),
  muted INTEGER NOT NULL DEFAULT 0 CHECK (muted IN (0, 1)),
  joined_at INTEGER NOT NULL,
  last_joined_at INTEGER NOT NULL,
  left_at INTEGER,
  -- Until when seat and role are kept for a member who is away.
  reserved_until INTEGER,
  -- The latest leave, kick or ban: tokens issued before it open nothing.
  removed_at INTEGER,
  PRIMARY KEY (room_id, user_id),
  CHECK (is_active = 0 OR (standing = 'member' AND left_at IS NULL AND reserved_until IS NULL)),
  CHECK (reserved_until IS NULL OR standing = 'member')
) STRICT, WITHOUT ROWID;
CREATE INDEX room_participants_by_user ON room_participants (user_id, last_joined_at);
CREATE INDEX room_participants_active ON room_participants (room_id, user_id) WHERE is_active = 1;

CREATE TABLE role_swaps (
  id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
  requester_id TEXT NOT NULL REFERENCES users (id),
  requester_role TEXT NOT NULL CHECK (requester_role IN ('interviewer', 'candidate')),
  target_id TEXT NOT NULL REFERENCES users (id),
  target_role TEXT NOT NULL CHECK (target_role IN ('interviewer', 'candidate')),
  status TEXT NOT NULL CHECK (status IN ('pending', 'accepted', 'declined', 'expired')),
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  responded_at INTEGER
) STRICT;
CREATE UNIQUE INDEX role_swaps_pending ON role_swaps (room_id) WHERE status = 'pending';

-- When the server was last known to run, so that time it was down is not counted.
CREATE TABLE room_clock (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  ticked_at INTEGER NOT NULL
) STRICT;

CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL UNIQUE REFERENCES rooms (id),
  mode TEXT NOT NULL CHECK (mode IN ('peer', 'ai')),
  problem_id TEXT REFERENCES problems (id),
  language TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  coding_ms INTEGER NOT NULL DEFAULT 0,
  end_reason TEXT CHECK (end_reason IN ('completed', 'abandoned', 'expired', 'admin_closed', 'destroyed')),
  CHECK ((finished_at IS NULL) = (end_reason IS NULL))
) STRICT;

CREATE TABLE session_participants (
  session_id TEXT NOT NULL REFERENCES sessions (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  role TEXT NOT NULL CHECK (role IN ('interviewer', 'candidate', 'observer')),
  -- Roles ever held: who interviewed or was interviewed may rate and be rated.
  was_interviewer INTEGER NOT NULL CHECK (was_interviewer IN (0, 1)),
  was_candidate INTEGER NOT NULL CHECK (was_candidate IN (0, 1)),
  joined_at INTEGER NOT NULL,
  left_at INTEGER,
  -- When this participant deleted the session from the own history.
  hidden_at INTEGER,
  PRIMARY KEY (session_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_participants_by_user ON session_participants (user_id, session_id);

CREATE TABLE session_events (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  event_type TEXT NOT NULL,
  -- Who caused it; null for the server.
  user_id TEXT REFERENCES users (id),
  at INTEGER NOT NULL,
  metadata TEXT NOT NULL
) STRICT;
CREATE INDEX session_events_by_session ON session_events (session_id, at, id);
