-- Accounts, logins, password resets, lock-outs, outgoing mail, the audit log.
CREATE TABLE users (
  id TEXT PRIMARY KEY,
  -- Lower case. Unique, as the username is, among accounts that are not deleted.
  email TEXT NOT NULL,
  username TEXT NOT NULL,
  display_name TEXT,
  bio TEXT,
  avatar_key TEXT,
  role TEXT NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
  -- Null once the account has been anonymised.
  password_hash TEXT,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  last_login_at INTEGER,
  last_active_at INTEGER,
  banned_at INTEGER,
  banned_reason TEXT,
  banned_by TEXT REFERENCES users (id),
  deleted_at INTEGER,
  anonymised_at INTEGER
) STRICT;
CREATE UNIQUE INDEX users_by_email ON users (email) WHERE deleted_at IS NULL;
CREATE UNIQUE INDEX users_by_username ON users (username COLLATE NOCASE) WHERE deleted_at IS NULL;
CREATE INDEX users_by_creation ON users (created_at, id);

-- One login is one token family; its id is the claim sid.
CREATE TABLE logins (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  created_at INTEGER NOT NULL,
  -- Of its newest refresh token; moves with every refresh.
  expires_at INTEGER NOT NULL,
  -- No refresh goes beyond.
  ends_at INTEGER NOT NULL,
  ended_at INTEGER,
  end_reason TEXT CHECK (end_reason IN ('logout', 'password_change', 'password_reset', 'token_reuse', 'banned', 'deleted', 'operator'))
) STRICT;
CREATE INDEX logins_by_user ON logins (user_id) WHERE ended_at IS NULL;
CREATE INDEX logins_by_expiry ON logins (expires_at);

CREATE TABLE refresh_tokens (
  -- The claim jti.
  id TEXT PRIMARY KEY,
  login_id TEXT NOT NULL REFERENCES logins (id) ON DELETE CASCADE,
  parent_id TEXT,
  -- SHA-256 of the whole token, hexadecimal.
  token_hash TEXT NOT NULL,
  issued_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  spent_at INTEGER,
  -- Made worthless without having been spent: by a change of the password.
  revoked_at INTEGER
) STRICT;
CREATE INDEX refresh_tokens_by_login ON refresh_tokens (login_id);
CREATE INDEX refresh_tokens_by_expiry ON refresh_tokens (expires_at);

-- One row for every request, of known addresses and of unknown ones; a job looks the address up.
CREATE TABLE reset_requests (
  id TEXT PRIMARY KEY,
  -- Keyed hash; counts the requests for one address.
  address_key TEXT NOT NULL,
  -- Erased once handled.
  address TEXT,
  ip TEXT,
  request_id TEXT,
  requested_at INTEGER NOT NULL,
  handled_at INTEGER
) STRICT;
CREATE INDEX reset_requests_by_address ON reset_requests (address_key, requested_at);
CREATE INDEX reset_requests_by_time ON reset_requests (requested_at);

CREATE TABLE reset_tokens (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  -- SHA-256, hexadecimal.
  token_hash TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER,
  voided_at INTEGER
) STRICT;
CREATE INDEX reset_tokens_by_user ON reset_tokens (user_id);
CREATE INDEX reset_tokens_by_expiry ON reset_tokens (expires_at);

-- Failed passwords in a row of one identifier as typed, or of one user.
CREATE TABLE lockouts (
  -- Keyed hash: whoever reads the file learns no address from it.
  key TEXT PRIMARY KEY,
  failures INTEGER NOT NULL,
  first_failure_at INTEGER NOT NULL,
  last_failure_at INTEGER NOT NULL,
  locked_until INTEGER,
  -- Lock-outs in a row; each lasts twice as long as the one before.
  locks INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX lockouts_by_time ON lockouts (last_failure_at);

-- The outbox. The link is erased when the mail has been sent, has expired, or became useless.
CREATE TABLE mails (
  id TEXT PRIMARY KEY,
  user_id TEXT NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL CHECK (kind IN ('reset_link')),
  recipient TEXT NOT NULL,
  link TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  sent_at INTEGER
) STRICT;
CREATE INDEX mails_by_user ON mails (user_id, created_at);
CREATE INDEX mails_waiting ON mails (created_at) WHERE link IS NOT NULL;
CREATE INDEX mails_by_expiry ON mails (expires_at);

CREATE TABLE audit_log (
  id TEXT PRIMARY KEY,
  actor_id TEXT REFERENCES users (id),
  action TEXT NOT NULL,
  target_type TEXT NOT NULL CHECK (target_type IN ('user', 'room', 'problem', 'session', 'system')),
  target_id TEXT NOT NULL,
  -- A JSON object.
  metadata TEXT,
  ip TEXT,
  request_id TEXT,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_log_by_time ON audit_log (created_at, id);
CREATE INDEX audit_log_by_actor ON audit_log (actor_id, created_at, id);
CREATE INDEX audit_log_by_action ON audit_log (action, created_at, id);
CREATE INDEX audit_log_by_target ON audit_log (target_id, created_at, id);

-- Append-only: entries age out whole, and anonymising an account may blank who and where; nothing else changes them.
CREATE TRIGGER audit_log_is_append_only
BEFORE UPDATE ON audit_log
WHEN NEW.id IS NOT OLD.id
  OR NEW.action IS NOT OLD.action
  OR NEW.target_type IS NOT OLD.target_type
  OR NEW.target_id IS NOT OLD.target_id
  OR NEW.metadata IS NOT OLD.metadata
  OR NEW.request_id IS NOT OLD.request_id
  OR NEW.created_at IS NOT OLD.created_at
  OR (NEW.actor_id IS NOT OLD.actor_id AND NEW.actor_id IS NOT NULL)
  OR (NEW.ip IS NOT OLD.ip AND NEW.ip IS NOT NULL)
BEGIN
  SELECT RAISE(ABORT, 'the audit log is append-only');
END;
