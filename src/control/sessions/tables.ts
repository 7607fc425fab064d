import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type {
  CodeSnapshotTrigger,
  RoomEndReason,
  RoomMode,
  RoomRole,
  RoomStatus,
  SessionEventType,
  SupportedLanguage,
} from '../../generated/api.ts';

export const sessions = sqliteTable('sessions', {
  id: text('id').primaryKey(),
  roomId: text('room_id').notNull(),
  mode: text('mode').$type<RoomMode>().notNull(),
  problemId: text('problem_id'),
  language: text('language').$type<SupportedLanguage>().notNull(),
  startedAt: integer('started_at').notNull(),
  finishedAt: integer('finished_at'),
  codingMs: integer('coding_ms').notNull().default(0),
  endReason: text('end_reason').$type<RoomEndReason | 'destroyed'>(),
});

export const sessionParticipants = sqliteTable(
  'session_participants',
  {
    sessionId: text('session_id').notNull(),
    userId: text('user_id').notNull(),
    role: text('role').$type<RoomRole>().notNull(),
    wasInterviewer: integer('was_interviewer', { mode: 'boolean' }).notNull(),
    wasCandidate: integer('was_candidate', { mode: 'boolean' }).notNull(),
    joinedAt: integer('joined_at').notNull(),
    leftAt: integer('left_at'),
    hiddenAt: integer('hidden_at'),
  },
  (table) => [primaryKey({ columns: [table.sessionId, table.userId] })],
);

/** Values of an event's metadata; flat, so that every reader can show them. */
export type EventMetadata = Record<string, string | number | boolean | null>;

export const sessionEvents = sqliteTable('session_events', {
  id: text('id').primaryKey(),
  sessionId: text('session_id').notNull(),
  eventType: text('event_type').$type<SessionEventType>().notNull(),
  userId: text('user_id'),
  at: integer('at').notNull(),
  metadata: text('metadata', { mode: 'json' }).$type<EventMetadata>().notNull(),
});

export const codeSnapshots = sqliteTable('code_snapshots', {
  id: text('id').primaryKey(),
  sessionId: text('session_id').notNull(),
  takenAt: integer('taken_at').notNull(),
  trigger: text('trigger').$type<CodeSnapshotTrigger>().notNull(),
  phase: text('phase').$type<RoomStatus>(),
  language: text('language').$type<SupportedLanguage>().notNull(),
  linesOfCode: integer('lines_of_code').notNull(),
  codeBytes: integer('code_bytes').notNull(),
  code: text('code').notNull(),
});

export const sessionBoards = sqliteTable('session_boards', {
  sessionId: text('session_id').primaryKey(),
  capturedAt: integer('captured_at').notNull(),
  elements: text('elements', { mode: 'json' }).$type<readonly Record<string, unknown>[]>().notNull(),
});
