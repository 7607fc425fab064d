import { integer, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { JobError, JobStatus, RunOutcome, SupportedLanguage } from '../../generated/api.ts';

export const runs = sqliteTable('runs', {
  id: text('id').primaryKey(),
  roomId: text('room_id').notNull(),
  sessionId: text('session_id').notNull(),
  userId: text('user_id').notNull(),
  language: text('language').$type<SupportedLanguage>().notNull(),
  code: text('code').notNull(),
  /** Hidden main program of a function problem, frozen when the run was accepted. */
  driver: text('driver'),
  /** Null once the result has expired; that is how an expired run is known. */
  stdin: text('stdin'),
  timeoutMs: integer('timeout_ms').notNull(),
  memoryMb: integer('memory_mb').notNull(),
  status: text('status').$type<JobStatus>().notNull(),
  outcome: text('outcome').$type<RunOutcome>(),
  stdout: text('stdout'),
  stderr: text('stderr'),
  exitCode: integer('exit_code'),
  signal: text('signal'),
  durationMs: integer('duration_ms'),
  cpuTimeMs: integer('cpu_time_ms'),
  memoryUsageMb: real('memory_usage_mb'),
  timedOut: integer('timed_out', { mode: 'boolean' }).notNull().default(false),
  outputTruncated: integer('output_truncated', { mode: 'boolean' }).notNull().default(false),
  compileOutput: text('compile_output'),
  compileDurationMs: integer('compile_duration_ms'),
  error: text('error'),
  failure: text('failure', { mode: 'json' }).$type<JobError>(),
  createdAt: integer('created_at').notNull(),
  startedAt: integer('started_at'),
  completedAt: integer('completed_at'),
});

export type RunRow = typeof runs.$inferSelect;
