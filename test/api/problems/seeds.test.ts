import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  PackageInvalid,
  problemVersions,
  roomProblems,
  seedProblems,
} from '../../../src/control/problems/index.ts';
import { storeProblem } from '../../../src/control/problems/storage.ts';
import { write } from '../../../src/db/write.ts';
import { createIds, type Ids } from '../../../src/kernel/ids.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { createTestDirectory, openTestDb, type TestDb } from '../../support/database.ts';
import { aProblem } from './server.ts';

const files = {
  'problem.yaml': 'problem_format_version: 2025-09\nname: Sum\nuuid: u\nkeywords: [math]\n',
  'statement/problem.en.md': 'Add.\n',
  'data/sample/1.in': '1 2\n',
  'data/sample/1.ans': '3\n',
  'data/secret/1.in': '4 5\n',
  'data/secret/1.ans': '9\n',
  'submissions/accepted/a.py': 'print(3)\n',
  'syncode/meta.yaml': 'slug: sum\ndifficulty: easy\n',
};

let test: TestDb;
let set: ReturnType<typeof createTestDirectory>;
let now = 1000;
let ids: Ids;
const clock = { now: () => now };

function place(folder: string, change: Record<string, string> = {}): void {
  for (const [name, text] of Object.entries({ ...files, ...change })) {
    const path = join(set.path, folder, name);
    mkdirSync(join(path, '..'), { recursive: true });
    writeFileSync(path, text);
  }
}

beforeEach(() => {
  test = openTestDb();
  set = createTestDirectory();
  now = 1000;
  ids = createIds(clock, systemRandom);
  place('sum');
});
afterEach(async () => {
  set.remove();
  await test.close();
});

const seed = async (force = false) => {
  now += 1000;
  const outcomes = await seedProblems({ db: test.db, clock, ids, directory: set.path }, { force });
  return outcomes.map(({ slug, outcome }) => `${slug} ${outcome}`);
};
type Stored = {
  id: string;
  title: string;
  version_id: string;
  is_published: number;
  deleted_at: number | null;
};
const stored = (title = 'Sum') =>
  test.db.raw.prepare('SELECT * FROM problems WHERE title = ?').all(title) as Stored[];
const only = (title = 'Sum') => {
  const [problem, ...others] = stored(title);
  if (problem === undefined || others.length > 0) throw new Error(`${others.length + 1} problems`);
  return problem;
};
const change = (sql: string, ...values: unknown[]) =>
  write(test.db, (tx) => void tx.raw.prepare(sql).run(...values));
const inputs = (versionId: string) =>
  problemVersions.listJudgeCases(test.db, versionId).map(({ input }) => input);

describe('seeding', () => {
  it('creates published problems once, and does nothing when run again, forced or not', async () => {
    expect(await seed()).toEqual(['sum created']);
    const first = only();
    expect(first.is_published).toBe(1);
    expect(roomProblems.isPublished(test.db, first.id)).toBe(true);
    expect(await seed()).toEqual(['sum unchanged']);
    expect(await seed(true)).toEqual(['sum unchanged']);
    expect(only()).toEqual(first);
  });

  it('gives a changed package a new version and leaves the old one as it was', async () => {
    await seed();
    const before = only();
    place('sum', { 'data/secret/1.in': '7 2\n' });
    expect(await seed()).toEqual(['sum updated']);
    const after = only();
    expect(after.id).toBe(before.id);
    expect(after.version_id).not.toBe(before.version_id);
    expect(inputs(before.version_id)).toEqual(['1 2\n', '4 5\n']);
    expect(inputs(after.version_id)).toEqual(['1 2\n', '7 2\n']);
    expect(problemVersions.findCurrent(test.db, after.id)?.versionId).toBe(after.version_id);
  });

  it('keeps a problem that was edited or deleted here, until it is forced', async () => {
    await seed();
    const { id } = only();
    place('sum', { 'statement/problem.en.md': 'Add them.\n' });
    await change('UPDATE problems SET is_published = 0, updated_at = updated_at + 1 WHERE id = ?', id);
    expect(await seed()).toEqual(['sum kept']);
    expect(only().is_published).toBe(0);
    expect(await seed(true)).toEqual(['sum updated']);
    expect(only()).toMatchObject({ id, is_published: 1 });
    await change('UPDATE problems SET deleted_at = 5 WHERE id = ?', id);
    expect(await seed()).toEqual(['sum kept']);
    expect(only().deleted_at).toBe(5);
    expect(await seed(true)).toEqual(['sum updated']);
    expect(only()).toMatchObject({ id, deleted_at: null });
  });

  it('is not confused by figures, which are no edit', async () => {
    await seed();
    await change('UPDATE problems SET total_submissions = 9, submitters = 3');
    place('sum', { 'statement/problem.en.md': 'Add them.\n' });
    expect(await seed()).toEqual(['sum updated']);
  });

  it('leaves out a problem whose title is taken, in whatever case', async () => {
    const own = aProblem({ title: 'SUM' });
    await write(test.db, (tx) => storeProblem({ clock, ids }, tx, own, true));
    expect(await seed()).toEqual(['sum titleTaken']);
    expect(stored()).toHaveLength(0);
  });

  it('writes nothing at all when one package is invalid', async () => {
    place('worse', { 'syncode/meta.yaml': 'slug: worse\ndifficulty: brutal\n' });
    await expect(seed()).rejects.toThrow(PackageInvalid);
    expect(stored()).toHaveLength(0);
  });

  it('refuses two packages with one slug', async () => {
    cpSync(join(set.path, 'sum'), join(set.path, 'twin'), { recursive: true });
    await expect(seed()).rejects.toThrow('slug sum');
    expect(stored()).toHaveLength(0);
  });
});

describe('versions of a problem', () => {
  it.each([
    ['problem_versions', "UPDATE problem_versions SET description = 'x'"],
    ['problem_cases', "UPDATE problem_cases SET expected_output = 'x'"],
    ['problem_case_sets', 'UPDATE problem_case_sets SET case_count = 0, hidden_case_count = 0'],
  ])('do not change: %s', async (_table, sql) => {
    await seed();
    await expect(change(sql)).rejects.toThrow('does not change');
  });

  it('cannot go while a problem names them', async () => {
    await seed();
    await expect(change('DELETE FROM problem_versions')).rejects.toThrow('FOREIGN KEY');
  });

  it('are judged with the limits of the case, else of the problem, and shown cut', async () => {
    const content = aProblem({ timeLimitMs: 2000 });
    const [short] = content.cases;
    if (short === undefined) throw new Error('no case');
    const long = { ...short, input: 'x'.repeat(9000), timeoutMs: 500, memoryMb: 64, isHidden: true };
    const { problemId } = await write(test.db, (tx) =>
      storeProblem({ clock, ids }, tx, { ...content, cases: [short, long] }, true),
    );
    const version = problemVersions.findCurrent(test.db, problemId);
    if (version === null) throw new Error('no version');
    expect(version).toMatchObject({ problemId, caseCount: 2, comparison: { mode: 'text' }, drivers: null });
    const judged = problemVersions.listJudgeCases(test.db, version.versionId);
    expect(judged.map(({ index, wish }) => ({ index, ...wish }))).toEqual([
      { index: 0, timeoutMs: 2000, memoryMb: null },
      { index: 1, timeoutMs: 500, memoryMb: 64 },
    ]);
    expect(judged[1]?.input).toHaveLength(9000);
    const shown = problemVersions.listShownCases(test.db, version.versionId);
    expect(shown.map(({ input, isHidden }) => [input.length, isHidden])).toEqual([
      [2, false],
      [8192, true],
    ]);
  });

  it('of unknown and deleted problems are not there, but a version once named stays', async () => {
    await seed();
    const { id, version_id } = only();
    await change('UPDATE problems SET deleted_at = 5 WHERE id = ?', id);
    expect(problemVersions.findCurrent(test.db, id)).toBeNull();
    expect(problemVersions.findCurrent(test.db, 'nobody')).toBeNull();
    expect(problemVersions.findVersion(test.db, version_id)?.problemId).toBe(id);
    expect(roomProblems.isPublished(test.db, id)).toBe(false);
    expect(roomProblems.summary(test.db, id, 'u')?.title).toBe('Sum');
    expect(roomProblems.titles(test.db, [id, 'nobody'])).toEqual(
      new Map([[id, { title: 'Sum', difficulty: 'easy' }]]),
    );
  });
});

describe('figures of a problem', () => {
  it('count completed submissions, accepted ones and every submitter once', async () => {
    await seed();
    const { id } = only();
    for (const user of ['ada', 'bob'])
      await change(
        'INSERT INTO users (id, email, username, created_at, updated_at) VALUES (?, ?, ?, 0, 0)',
        ...[user, `${user}@example.org`, user],
      );
    for (const [userId, accepted] of [
      ['ada', false],
      ['ada', true],
      ['bob', false],
    ] as const)
      await write(test.db, (tx) => problemVersions.countSubmission(tx, { problemId: id, userId, accepted }));
    expect(only()).toMatchObject({ total_submissions: 3, accepted_submissions: 1, submitters: 2 });
  });
});
