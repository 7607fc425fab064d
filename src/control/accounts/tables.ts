import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { UserRole } from '../../generated/api.ts';

export const users = sqliteTable('users', {
  id: text('id').primaryKey(),
  email: text('email').notNull(),
  username: text('username').notNull(),
  displayName: text('display_name'),
  bio: text('bio'),
  avatarKey: text('avatar_key'),
  role: text('role').$type<UserRole>().notNull().default('user'),
  passwordHash: text('password_hash'),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  lastLoginAt: integer('last_login_at'),
  lastActiveAt: integer('last_active_at'),
  bannedAt: integer('banned_at'),
  bannedReason: text('banned_reason'),
  bannedBy: text('banned_by'),
  deletedAt: integer('deleted_at'),
  anonymisedAt: integer('anonymised_at'),
});
export type UserRow = typeof users.$inferSelect;

/** Why a login has ended; an expired one has no reason. */
export type LoginEnd =
  | 'logout'
  | 'password_change'
  | 'password_reset'
  | 'token_reuse'
  | 'banned'
  | 'deleted'
  | 'operator';

export const logins = sqliteTable('logins', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  endsAt: integer('ends_at').notNull(),
  endedAt: integer('ended_at'),
  endReason: text('end_reason').$type<LoginEnd>(),
});
export type LoginRow = typeof logins.$inferSelect;

export const refreshTokens = sqliteTable('refresh_tokens', {
  id: text('id').primaryKey(),
  loginId: text('login_id').notNull(),
  parentId: text('parent_id'),
  tokenHash: text('token_hash').notNull(),
  issuedAt: integer('issued_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  spentAt: integer('spent_at'),
  revokedAt: integer('revoked_at'),
});
export type RefreshTokenRow = typeof refreshTokens.$inferSelect;

export const resetRequests = sqliteTable('reset_requests', {
  id: text('id').primaryKey(),
  addressKey: text('address_key').notNull(),
  address: text('address'),
  ip: text('ip'),
  requestId: text('request_id'),
  requestedAt: integer('requested_at').notNull(),
  handledAt: integer('handled_at'),
});

export const resetTokens = sqliteTable('reset_tokens', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  tokenHash: text('token_hash').notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  usedAt: integer('used_at'),
  voidedAt: integer('voided_at'),
});

export const lockouts = sqliteTable('lockouts', {
  key: text('key').primaryKey(),
  failures: integer('failures').notNull(),
  firstFailureAt: integer('first_failure_at').notNull(),
  lastFailureAt: integer('last_failure_at').notNull(),
  lockedUntil: integer('locked_until'),
  locks: integer('locks').notNull(),
});

export const mails = sqliteTable('mails', {
  id: text('id').primaryKey(),
  userId: text('user_id').notNull(),
  kind: text('kind').$type<'reset_link'>().notNull(),
  recipient: text('recipient').notNull(),
  link: text('link'),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  sentAt: integer('sent_at'),
});
