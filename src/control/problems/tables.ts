import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type {
  Difficulty,
  OutputComparison,
  ProblemChecker,
  ProblemDrivers,
  ProblemExample,
  ProblemHint,
  ProblemKind,
  SupportedLanguage,
  TestGroup,
} from '../../generated/api.ts';

export type StarterCode = Partial<Record<SupportedLanguage, string>>;

const flag = (name: string) => integer(name, { mode: 'boolean' });
const json = <Value>(name: string) => text(name, { mode: 'json' }).$type<Value>();

export const problems = sqliteTable('problems', {
  id: text('id').primaryKey(),
  title: text('title').notNull(),
  titleKey: text('title_key').notNull(),
  company: text('company'),
  companyKey: text('company_key'),
  searchText: text('search_text').notNull(),
  difficulty: text('difficulty').$type<Difficulty>().notNull(),
  isPublished: flag('is_published').notNull(),
  versionId: text('version_id').notNull(),
  totalSubmissions: integer('total_submissions').notNull().default(0),
  acceptedSubmissions: integer('accepted_submissions').notNull().default(0),
  submitters: integer('submitters').notNull().default(0),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  deletedAt: integer('deleted_at'),
});
export type ProblemRow = typeof problems.$inferSelect;

export const problemCaseSets = sqliteTable('problem_case_sets', {
  id: text('id').primaryKey(),
  problemId: text('problem_id').notNull(),
  caseCount: integer('case_count').notNull(),
  hiddenCaseCount: integer('hidden_case_count').notNull(),
});

export const problemCases = sqliteTable(
  'problem_cases',
  {
    caseSetId: text('case_set_id').notNull(),
    caseIndex: integer('case_index').notNull(),
    id: text('id').notNull(),
    input: text('input').notNull(),
    expectedOutput: text('expected_output').notNull(),
    description: text('description'),
    isHidden: flag('is_hidden').notNull(),
    group: text('group_name'),
    timeoutMs: integer('timeout_ms'),
    memoryMb: integer('memory_mb'),
  },
  (table) => [primaryKey({ columns: [table.caseSetId, table.caseIndex] })],
);
export type ProblemCaseRow = typeof problemCases.$inferSelect;

export const problemVersions = sqliteTable('problem_versions', {
  id: text('id').primaryKey(),
  problemId: text('problem_id').notNull(),
  number: integer('number').notNull(),
  caseSetId: text('case_set_id').notNull(),
  description: text('description').notNull(),
  constraints: text('constraints'),
  examples: json<ProblemExample[]>('examples').notNull(),
  starterCode: json<StarterCode>('starter_code'),
  timeLimitMs: integer('time_limit_ms'),
  memoryLimitMb: integer('memory_limit_mb'),
  kind: text('kind').$type<ProblemKind>().notNull(),
  comparison: json<OutputComparison>('comparison').notNull(),
  groups: json<TestGroup[]>('groups').notNull(),
  drivers: json<ProblemDrivers>('drivers'),
  checker: json<ProblemChecker>('checker'),
  hints: json<ProblemHint[]>('hints').notNull(),
  createdAt: integer('created_at').notNull(),
});
export type ProblemVersionRow = typeof problemVersions.$inferSelect;

export const tags = sqliteTable('tags', {
  slug: text('slug').primaryKey(),
  name: text('name').notNull(),
});

export const problemTags = sqliteTable(
  'problem_tags',
  { problemId: text('problem_id').notNull(), tag: text('tag').notNull() },
  (table) => [primaryKey({ columns: [table.problemId, table.tag] })],
);

export const problemSubmitters = sqliteTable(
  'problem_submitters',
  { problemId: text('problem_id').notNull(), userId: text('user_id').notNull() },
  (table) => [primaryKey({ columns: [table.problemId, table.userId] })],
);

export const problemSeeds = sqliteTable('problem_seeds', {
  slug: text('slug').primaryKey(),
  problemId: text('problem_id').notNull(),
  packageHash: text('package_hash').notNull(),
  problemUpdatedAt: integer('problem_updated_at').notNull(),
  seededAt: integer('seeded_at').notNull(),
});
