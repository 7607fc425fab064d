-- Shared documents with their journal, and the chat of rooms. Rooms and users are known by id only: with the collab
-- plane in a process of its own these tables stand in a file without theirs.
CREATE TABLE collab_rooms (
  room_id TEXT PRIMARY KEY,
  source TEXT NOT NULL CHECK (source IN ('snapshot', 'seed', 'empty')),
  created_at INTEGER NOT NULL
) STRICT;

-- A document is its state plus the journal rows after upto_seq, in the order of their numbers.
CREATE TABLE collab_documents (
  name TEXT PRIMARY KEY,
  room_id TEXT NOT NULL REFERENCES collab_rooms (room_id) ON DELETE CASCADE,
  kind TEXT NOT NULL CHECK (kind IN ('code', 'board', 'notes')),
  state BLOB NOT NULL, -- a Yjs update, v1 encoding
  upto_seq INTEGER NOT NULL,
  stored_at INTEGER NOT NULL,
  -- Set when it did not decode: it is not opened again before somebody has repaired it.
  quarantined_at INTEGER,
  UNIQUE (room_id, kind)
) STRICT;

-- Updates accepted since a document's state was written. No reference: one lost document must not refuse the others' rows.
CREATE TABLE collab_journal (
  document TEXT NOT NULL,
  seq INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  PRIMARY KEY (document, seq)
) STRICT, WITHOUT ROWID;

-- What a document consisted of when it did not decode. Never deleted by the program but with its room.
CREATE TABLE collab_quarantine (
  id INTEGER PRIMARY KEY,
  document TEXT NOT NULL,
  -- Null for the state itself.
  seq INTEGER,
  bytes BLOB NOT NULL,
  reason TEXT NOT NULL,
  kept_at INTEGER NOT NULL
) STRICT;
CREATE INDEX collab_quarantine_by_document ON collab_quarantine (document);

-- Users whose copy of a document may hold edits that were refused. Without these rows a restart would let them in.
CREATE TABLE collab_dirty_copies (
  document TEXT NOT NULL,
  user_id TEXT NOT NULL,
  marked_at INTEGER NOT NULL,
  PRIMARY KEY (document, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE collab_chat_messages (
  message_id TEXT PRIMARY KEY, -- ordered by time
  room_id TEXT NOT NULL REFERENCES collab_rooms (room_id) ON DELETE CASCADE,
  -- Null for the AI interviewer.
  user_id TEXT,
  client_message_id TEXT,
  text TEXT NOT NULL,
  reply_to_message_id TEXT,
  mentions TEXT NOT NULL, -- JSON
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX collab_chat_messages_by_room ON collab_chat_messages (room_id, message_id);
CREATE UNIQUE INDEX collab_chat_messages_by_client ON collab_chat_messages (room_id, user_id, client_message_id);

CREATE TABLE collab_chat_reactions (
  message_id TEXT NOT NULL REFERENCES collab_chat_messages (message_id) ON DELETE CASCADE,
  emoji TEXT NOT NULL,
  user_id TEXT NOT NULL,
  reacted_at INTEGER NOT NULL,
  PRIMARY KEY (message_id, emoji, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE collab_chat_reads (
  room_id TEXT NOT NULL REFERENCES collab_rooms (room_id) ON DELETE CASCADE,
  user_id TEXT NOT NULL,
  last_read_at INTEGER NOT NULL,
  PRIMARY KEY (room_id, user_id)
) STRICT, WITHOUT ROWID;
