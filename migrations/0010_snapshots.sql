-- What is kept of the shared code and the whiteboard: snapshots on their way to the sessions, their record there, and
-- states from which a document that does not decode any more is put together again.

CREATE TABLE code_snapshots (
  id TEXT PRIMARY KEY,
  session_id TEXT NOT NULL REFERENCES sessions (id),
  -- When the text was read, not when it arrived.
  taken_at INTEGER NOT NULL,
  "trigger" TEXT NOT NULL CHECK ("trigger" IN ('periodic', 'phase_change', 'submission', 'manual', 'session_end')),
  -- Phase at that moment; the one entered for phase_change. Null if it was not known.
  phase TEXT CHECK (phase IN ('waiting', 'warmup', 'coding', 'wrapup', 'finished')),
  language TEXT NOT NULL,
  -- Lines that are not blank.
  lines_of_code INTEGER NOT NULL CHECK (lines_of_code >= 0),
  -- Length of the code in UTF-8, before it: the sizes of a session are summed up without reading the texts.
  code_bytes INTEGER NOT NULL CHECK (code_bytes >= 0),
  code TEXT NOT NULL
) STRICT;
CREATE INDEX code_snapshots_by_session ON code_snapshots (session_id, taken_at, id);

-- The whiteboard as it was when the session ended, with the annotations; no row: nothing was drawn.
CREATE TABLE session_boards (
  session_id TEXT PRIMARY KEY REFERENCES sessions (id),
  captured_at INTEGER NOT NULL,
  -- A JSON array of records, lowest first.
  elements TEXT NOT NULL CHECK (json_type(elements) = 'array')
) STRICT;

-- What the collab plane knows of a room that is not in memory, and of the newest snapshot.
ALTER TABLE collab_rooms ADD COLUMN phase TEXT;
ALTER TABLE collab_rooms ADD COLUMN language TEXT;
-- SHA-256 of language and text, hexadecimal.
ALTER TABLE collab_rooms ADD COLUMN snapshot_hash TEXT;
-- The snapshot of the end, and where the journal of the code stood then: a repeated end takes no second one.
ALTER TABLE collab_rooms ADD COLUMN session_end_id TEXT;
ALTER TABLE collab_rooms ADD COLUMN session_end_seq INTEGER;
UPDATE collab_rooms SET (phase, language) = (SELECT status, language FROM rooms WHERE rooms.id = collab_rooms.room_id);

-- Snapshots that were taken and are not known to be recorded. No reference: a row that nobody takes holds up no room.
CREATE TABLE collab_outbox (
  snapshot_id TEXT PRIMARY KEY,
  room_id TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  "trigger" TEXT NOT NULL,
  phase TEXT,
  language TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
  not_before INTEGER NOT NULL DEFAULT 0,
  -- Refused for good, and kept aside with the reason until somebody has looked.
  parked_at INTEGER,
  reason TEXT,
  code TEXT NOT NULL,
  CHECK ((parked_at IS NULL) = (reason IS NULL))
) STRICT;
CREATE INDEX collab_outbox_due ON collab_outbox (not_before) WHERE parked_at IS NULL;
CREATE INDEX collab_outbox_parked ON collab_outbox (parked_at) WHERE parked_at IS NOT NULL;
CREATE INDEX collab_outbox_by_room ON collab_outbox (room_id);

-- States of documents as the newest snapshots had them: Yjs updates, with the last journal row that each contains.
CREATE TABLE collab_recovery_states (
  document TEXT NOT NULL,
  seq INTEGER NOT NULL,
  taken_at INTEGER NOT NULL,
  state BLOB NOT NULL,
  PRIMARY KEY (document, seq)
) STRICT;
