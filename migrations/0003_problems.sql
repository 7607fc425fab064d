-- Problems with their versions and test cases, tags, figures, and what the built-in set has brought.
CREATE TABLE problems (
  id TEXT PRIMARY KEY,
  title TEXT NOT NULL,
  -- Title and company in lower case, also beyond ASCII, which NOCASE does not know: for uniqueness, order and filters.
  title_key TEXT NOT NULL,
  company TEXT,
  company_key TEXT,
  -- Title and description in lower case; the terms of a search are looked for in it.
  search_text TEXT NOT NULL,
  difficulty TEXT NOT NULL CHECK (difficulty IN ('easy', 'medium', 'hard')),
  is_published INTEGER NOT NULL CHECK (is_published IN (0, 1)),
  -- The present version; older ones stay for the submissions that name them.
  version_id TEXT NOT NULL REFERENCES problem_versions (id) DEFERRABLE INITIALLY DEFERRED,
  -- Completed submissions, and those of them that passed everything.
  total_submissions INTEGER NOT NULL DEFAULT 0 CHECK (total_submissions >= 0),
  accepted_submissions INTEGER NOT NULL DEFAULT 0 CHECK (accepted_submissions BETWEEN 0 AND total_submissions),
  -- Distinct people of whom a submission was completed.
  submitters INTEGER NOT NULL DEFAULT 0 CHECK (submitters >= 0),
  created_at INTEGER NOT NULL,
  -- Of the last edit; grows with every edit, statistics leave it alone.
  updated_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE UNIQUE INDEX problems_by_title ON problems (title_key) WHERE deleted_at IS NULL;
CREATE INDEX problems_by_creation ON problems (created_at, id) WHERE deleted_at IS NULL;

-- Inputs and expected outputs, shared by all versions between which the cases did not change.
CREATE TABLE problem_case_sets (
  id TEXT PRIMARY KEY,
  problem_id TEXT NOT NULL REFERENCES problems (id),
  case_count INTEGER NOT NULL CHECK (case_count >= 0),
  hidden_case_count INTEGER NOT NULL CHECK (hidden_case_count BETWEEN 0 AND case_count)
) STRICT;
CREATE INDEX problem_case_sets_by_problem ON problem_case_sets (problem_id);

CREATE TABLE problem_cases (
  case_set_id TEXT NOT NULL REFERENCES problem_case_sets (id),
  -- From 0, the order of judging.
  case_index INTEGER NOT NULL CHECK (case_index >= 0),
  id TEXT NOT NULL UNIQUE,
  input TEXT NOT NULL,
  expected_output TEXT NOT NULL,
  description TEXT,
  is_hidden INTEGER NOT NULL CHECK (is_hidden IN (0, 1)),
  group_name TEXT,
  timeout_ms INTEGER,
  memory_mb INTEGER,
  PRIMARY KEY (case_set_id, case_index)
) STRICT;

CREATE TABLE problem_versions (
  id TEXT PRIMARY KEY,
  problem_id TEXT NOT NULL REFERENCES problems (id),
  -- From 1.
  number INTEGER NOT NULL CHECK (number >= 1),
  case_set_id TEXT NOT NULL REFERENCES problem_case_sets (id),
  description TEXT NOT NULL,
  constraints TEXT,
  -- JSON arrays and objects in the shapes of the API.
  examples TEXT NOT NULL CHECK (json_type(examples) = 'array'),
  starter_code TEXT CHECK (starter_code IS NULL OR json_type(starter_code) = 'object'),
  time_limit_ms INTEGER,
  memory_limit_mb INTEGER,
  kind TEXT NOT NULL CHECK (kind IN ('program', 'function')),
  comparison TEXT NOT NULL CHECK (json_type(comparison) = 'object'),
  groups TEXT NOT NULL CHECK (json_type(groups) = 'array'),
  drivers TEXT CHECK (drivers IS NULL OR json_type(drivers) = 'object'),
  checker TEXT CHECK (checker IS NULL OR json_type(checker) = 'object'),
  hints TEXT NOT NULL CHECK (json_type(hints) = 'array'),
  created_at INTEGER NOT NULL,
  UNIQUE (problem_id, number)
) STRICT;

-- A submission in flight, and every later look at it, must find what it was judged against.
CREATE TRIGGER problem_versions_are_immutable BEFORE UPDATE ON problem_versions
BEGIN
  SELECT RAISE(ABORT, 'a version of a problem does not change');
END;
CREATE TRIGGER problem_cases_are_immutable BEFORE UPDATE ON problem_cases
BEGIN
  SELECT RAISE(ABORT, 'a test case does not change');
END;
CREATE TRIGGER problem_case_sets_are_immutable BEFORE UPDATE ON problem_case_sets
BEGIN
  SELECT RAISE(ABORT, 'a set of test cases does not change');
END;

CREATE TABLE tags (
  slug TEXT PRIMARY KEY,
  name TEXT NOT NULL
) STRICT;

CREATE TABLE problem_tags (
  problem_id TEXT NOT NULL REFERENCES problems (id),
  tag TEXT NOT NULL REFERENCES tags (slug),
  PRIMARY KEY (problem_id, tag)
) STRICT, WITHOUT ROWID;
CREATE INDEX problem_tags_by_tag ON problem_tags (tag);

-- Everybody of whom a submission was completed, so that each counts once.
CREATE TABLE problem_submitters (
  problem_id TEXT NOT NULL REFERENCES problems (id),
  user_id TEXT NOT NULL REFERENCES users (id),
  PRIMARY KEY (problem_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX problem_submitters_by_user ON problem_submitters (user_id);

-- What was loaded from the built-in set: a problem whose updated_at has moved since was edited here and is kept.
CREATE TABLE problem_seeds (
  slug TEXT PRIMARY KEY,
  problem_id TEXT NOT NULL REFERENCES problems (id),
  -- SHA-256 of the package's content, hexadecimal.
  package_hash TEXT NOT NULL,
  problem_updated_at INTEGER NOT NULL,
  seeded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX problem_seeds_by_problem ON problem_seeds (problem_id);
