import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type {
  RoleSwapRequest,
  RoomEndReason,
  RoomMode,
  RoomRole,
  RoomStatus,
  SupportedLanguage,
} from '../../generated/api.ts';

const flag = (name: string) => integer(name, { mode: 'boolean' });

export const rooms = sqliteTable('rooms', {
  id: text('id').primaryKey(),
  roomCode: text('room_code'),
  name: text('name'),
  mode: text('mode').$type<RoomMode>().notNull(),
  status: text('status').$type<RoomStatus>().notNull(),
  hostId: text('host_id').notNull(),
  hostAwayUntil: integer('host_away_until'),
  problemId: text('problem_id'),
  language: text('language').$type<SupportedLanguage>().notNull(),
  maxParticipants: integer('max_participants').notNull(),
  maxDurationMin: integer('max_duration_min').notNull(),
  isPrivate: flag('is_private').notNull(),
  sessionId: text('session_id'),
  phaseStartedAt: integer('phase_started_at').notNull(),
  accumulatedMs: integer('accumulated_ms').notNull().default(0),
  runningSince: integer('running_since'),
  pauseCause: text('pause_cause').$type<'person' | 'nobody'>(),
  editorLocked: flag('editor_locked').notNull().default(false),
  lockedBy: text('locked_by'),
  idleSince: integer('idle_since'),
  closingWarned: flag('closing_warned').notNull().default(false),
  createdAt: integer('created_at').notNull(),
  endedAt: integer('ended_at'),
  endReason: text('end_reason').$type<RoomEndReason>(),
  destroyedAt: integer('destroyed_at'),
});

export const roomCodes = sqliteTable('room_codes', {
  code: text('code').primaryKey(),
  drawnAt: integer('drawn_at').notNull(),
});

export const roomParticipants = sqliteTable(
  'room_participants',
  {
    roomId: text('room_id').notNull(),
    userId: text('user_id').notNull(),
    role: text('role').$type<RoomRole>().notNull(),
    standing: text('standing').$type<'member' | 'left' | 'banned'>().notNull(),
    isActive: flag('is_active').notNull(),
    isReady: flag('is_ready').notNull().default(false),
    muted: flag('muted').notNull().default(false),
    joinedAt: integer('joined_at').notNull(),
    lastJoinedAt: integer('last_joined_at').notNull(),
    leftAt: integer('left_at'),
    reservedUntil: integer('reserved_until'),
    removedAt: integer('removed_at'),
  },
  (table) => [primaryKey({ columns: [table.roomId, table.userId] })],
);

export const roleSwaps = sqliteTable('role_swaps', {
  id: text('id').primaryKey(),
  roomId: text('room_id').notNull(),
  requesterId: text('requester_id').notNull(),
  requesterRole: text('requester_role').$type<RoomRole>().notNull(),
  targetId: text('target_id').notNull(),
  targetRole: text('target_role').$type<RoomRole>().notNull(),
  status: text('status').$type<RoleSwapRequest['status']>().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  respondedAt: integer('responded_at'),
});

export const roomClock = sqliteTable('room_clock', {
  id: integer('id').primaryKey(),
  tickedAt: integer('ticked_at').notNull(),
});

/** A room as stored: settings, phase, timer and lock in one row. */
export type Room = typeof rooms.$inferSelect;
/** Somebody who is or was in a room. */
export type Member = typeof roomParticipants.$inferSelect;
export type Swap = typeof roleSwaps.$inferSelect;
