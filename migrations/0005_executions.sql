-- Runs and submissions. A run keeps its code for the session's record; its output goes after a day.
CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES rooms (id),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  language TEXT NOT NULL,
  code TEXT NOT NULL,
  driver TEXT,
  stdin TEXT,
  timeout_ms INTEGER NOT NULL,
  memory_mb INTEGER NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed')),
  outcome TEXT,
  stdout TEXT,
  stderr TEXT,
  exit_code INTEGER,
  signal TEXT,
  duration_ms INTEGER,
  cpu_time_ms INTEGER,
  memory_usage_mb REAL,
  timed_out INTEGER NOT NULL DEFAULT 0,
  output_truncated INTEGER NOT NULL DEFAULT 0,
  compile_output TEXT,
  compile_duration_ms INTEGER,
  error TEXT,
  failure TEXT,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER
) STRICT;
CREATE INDEX runs_by_room ON runs (room_id, created_at, id);
CREATE INDEX runs_by_user ON runs (user_id, created_at);
CREATE INDEX runs_with_output ON runs (completed_at) WHERE stdin IS NOT NULL;

CREATE TABLE submissions (
  id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES rooms (id),
  session_id TEXT NOT NULL REFERENCES sessions (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  problem_id TEXT NOT NULL REFERENCES problems (id),
  problem_version_id TEXT NOT NULL REFERENCES problem_versions (id),
  language TEXT NOT NULL,
  code TEXT NOT NULL,
  status TEXT NOT NULL CHECK (status IN ('queued', 'running', 'completed', 'failed')),
  verdict TEXT,
  total_cases INTEGER NOT NULL CHECK (total_cases >= 1),
  passed_cases INTEGER NOT NULL DEFAULT 0,
  failed_cases INTEGER NOT NULL DEFAULT 0,
  error_cases INTEGER NOT NULL DEFAULT 0,
  points INTEGER,
  max_points INTEGER,
  compile_output TEXT,
  compile_duration_ms INTEGER,
  failure TEXT,
  submitted_at INTEGER NOT NULL,
  started_at INTEGER,
  completed_at INTEGER
) STRICT;
CREATE INDEX submissions_by_room ON submissions (room_id, submitted_at, id);
CREATE INDEX submissions_by_user ON submissions (user_id, submitted_at);
CREATE INDEX submissions_by_problem ON submissions (problem_id, user_id);

-- Finished cases; inputs and expected outputs stand with the problem's version.
CREATE TABLE submission_cases (
  submission_id TEXT NOT NULL REFERENCES submissions (id) ON DELETE CASCADE,
  case_index INTEGER NOT NULL,
  verdict TEXT NOT NULL,
  actual_output TEXT,
  stderr TEXT,
  exit_code INTEGER,
  signal TEXT,
  duration_ms INTEGER,
  cpu_time_ms INTEGER,
  memory_usage_mb REAL,
  timed_out INTEGER NOT NULL,
  output_truncated INTEGER,
  error_message TEXT,
  PRIMARY KEY (submission_id, case_index)
) STRICT, WITHOUT ROWID;
