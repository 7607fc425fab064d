import { integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { CaseVerdict, JobError, JobStatus, SupportedLanguage, Verdict } from '../../generated/api.ts';

export const submissions = sqliteTable('submissions', {
  id: text('id').primaryKey(),
  roomId: text('room_id').notNull(),
  sessionId: text('session_id').notNull(),
  userId: text('user_id').notNull(),
  problemId: text('problem_id').notNull(),
  problemVersionId: text('problem_version_id').notNull(),
  language: text('language').$type<SupportedLanguage>().notNull(),
  code: text('code').notNull(),
  status: text('status').$type<JobStatus>().notNull(),
  verdict: text('verdict').$type<Verdict>(),
  totalCases: integer('total_cases').notNull(),
  passedCases: integer('passed_cases').notNull().default(0),
  failedCases: integer('failed_cases').notNull().default(0),
  errorCases: integer('error_cases').notNull().default(0),
  points: integer('points'),
  maxPoints: integer('max_points'),
  compileOutput: text('compile_output'),
  compileDurationMs: integer('compile_duration_ms'),
  failure: text('failure', { mode: 'json' }).$type<JobError>(),
  submittedAt: integer('submitted_at').notNull(),
  startedAt: integer('started_at'),
  completedAt: integer('completed_at'),
});

export const submissionCases = sqliteTable(
  'submission_cases',
  {
    submissionId: text('submission_id').notNull(),
    caseIndex: integer('case_index').notNull(),
    verdict: text('verdict').$type<CaseVerdict>().notNull(),
    actualOutput: text('actual_output'),
    stderr: text('stderr'),
    exitCode: integer('exit_code'),
    signal: text('signal'),
    durationMs: integer('duration_ms'),
    cpuTimeMs: integer('cpu_time_ms'),
    memoryUsageMb: real('memory_usage_mb'),
    timedOut: integer('timed_out', { mode: 'boolean' }).notNull(),
    outputTruncated: integer('output_truncated', { mode: 'boolean' }),
    errorMessage: text('error_message'),
  },
  (table) => [primaryKey({ columns: [table.submissionId, table.caseIndex] })],
);

export type SubmissionRow = typeof submissions.$inferSelect;
export type CaseRow = typeof submissionCases.$inferSelect;
