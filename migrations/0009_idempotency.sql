-- Answers kept for requests that are repeated with their Idempotency-Key. Times are milliseconds since 1970 UTC.
CREATE TABLE idempotency_keys (
  user_id TEXT NOT NULL,
  -- Of the request: POST is the only method that takes keys.
  path TEXT NOT NULL,
  key TEXT NOT NULL,
  -- SHA-256 of the body as it was understood, hexadecimal.
  body_hash TEXT NOT NULL,
  status INTEGER NOT NULL CHECK (status BETWEEN 200 AND 299),
  -- The answer as JSON, without tokens; null where it has no body.
  body TEXT CHECK (json_valid(body)),
  headers TEXT NOT NULL CHECK (json_valid(headers)),
  stored_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, path, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_keys_by_time ON idempotency_keys (stored_at);
CREATE INDEX idempotency_keys_by_user ON idempotency_keys (user_id, stored_at);
