import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { AuditEntry } from '../../ports/audit.ts';

export const auditLog = sqliteTable('audit_log', {
  id: text('id').primaryKey(),
  actorId: text('actor_id'),
  action: text('action').$type<AuditEntry['action']>().notNull(),
  targetType: text('target_type').$type<AuditEntry['targetType']>().notNull(),
  targetId: text('target_id').notNull(),
  metadata: text('metadata', { mode: 'json' }).$type<Record<string, unknown>>(),
  ip: text('ip'),
  requestId: text('request_id'),
  createdAt: integer('created_at').notNull(),
});
