import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemDetail } from '../../../src/generated/api.ts';
import { aCase, type Catalogue, type Person, type Refusal, startCatalogue, submit } from './server.ts';

let catalogue: Catalogue;
let ada: Person;
let root: Person;
let problemId: string;
let draftId: string;
/** Who has the draft selected in a room. */
const hosts = new Set<string>();

beforeAll(async () => {
  catalogue = await startCatalogue((_reader, id, userId) => id === draftId && hosts.has(userId));
  ada = await catalogue.person('ada');
  root = await catalogue.person('root', 'admin');
  problemId = await catalogue.add({
    title: 'Hidden Things',
    kind: 'function',
    drivers: { python: 'THE-DRIVER' },
    starterCode: { python: 'def solve(): ...' },
    hints: [{ level: 'subtle', text: 'THE-HINT' }],
    comparison: { mode: 'checker', tolerance: 0.000001 },
    checker: { language: 'c', code: 'THE-CHECKER' },
    groups: [{ name: 'all', points: 5 }],
    cases: [
      { ...aCase, group: 'all', description: 'shown' },
      { ...aCase, group: 'all', isHidden: true, input: 'SECRET-INPUT', expectedOutput: 'SECRET-OUTPUT' },
      { ...aCase, group: 'all', input: 'last\n' },
    ],
  });
  draftId = await catalogue.add({ title: 'Draft' }, false);
});
afterAll(() => catalogue.close());

const read = (id: string, who: Person | null, query = '', headers = {}) =>
  catalogue.get<ProblemDetail & Refusal>(`/problems/${id}${query}`, who, headers);

describe('GET /problems/{problemId}', () => {
  it('shows the visible cases in order and nothing of the hidden ones [S27]', async () => {
    for (const who of [ada, root]) {
      const { status, body } = await read(problemId, who);
      expect(status).toBe(200);
      expect(body.testCases.map(({ input, isHidden }) => [input, isHidden])).toEqual([
        ['1\n', false],
        ['last\n', false],
      ]);
      const text = JSON.stringify(body);
      for (const secret of ['SECRET', 'THE-DRIVER', 'THE-CHECKER', 'THE-HINT'])
        expect(text).not.toContain(secret);
    }
  });

  it('shows a person no counts of cases, an admin does see them', async () => {
    expect((await read(problemId, ada)).body).not.toHaveProperty('hiddenTestCaseCount');
    expect((await read(problemId, root)).body).toMatchObject({ testCaseCount: 3, hiddenTestCaseCount: 1 });
  });

  it('shows everything to an admin who asks, and writes that down', async () => {
    const { status, body } = await read(problemId, root, '?includeHidden=true');
    expect(status).toBe(200);
    expect(body.testCases).toHaveLength(3);
    expect(body.testCases[1]).toMatchObject({ input: 'SECRET-INPUT', isHidden: true, group: 'all' });
    expect(body).toMatchObject({
      drivers: { python: 'THE-DRIVER' },
      checker: { language: 'c', code: 'THE-CHECKER' },
      hints: [{ level: 'subtle', text: 'THE-HINT' }],
    });
    const entries = catalogue.audit('admin.problem.view_hidden');
    expect(entries).toMatchObject([{ actorId: root.id, targetId: problemId, ip: '127.0.0.1' }]);
  });

  it('refuses hidden cases to others, even of problems that are not there [S27]', async () => {
    for (const id of [problemId, randomUUID()]) {
      const { status, body } = await read(id, ada, '?includeHidden=true');
      expect([status, body.code]).toEqual([403, 'FORBIDDEN']);
    }
    expect(catalogue.audit('admin.problem.view_hidden')).toHaveLength(1);
  });

  it('does not find unknown and deleted problems, for admins neither, and writes nothing down', async () => {
    const goneId = await catalogue.add();
    await catalogue.change('UPDATE problems SET deleted_at = 1 WHERE id = ?', goneId);
    for (const id of [goneId, randomUUID()]) {
      for (const query of ['', '?includeHidden=true']) {
        const { status, body } = await read(id, root, query);
        expect([status, body.code]).toEqual([404, 'PROBLEM_NOT_FOUND']);
      }
    }
    expect(catalogue.audit('admin.problem.view_hidden')).toHaveLength(1);
  });

  it('finds a draft for admins, and for others only while it is selected in a room of theirs', async () => {
    expect((await read(draftId, root)).body.isPublished).toBe(false);
    expect((await read(draftId, ada)).body.code).toBe('PROBLEM_NOT_FOUND');
    hosts.add(ada.id);
    expect((await read(draftId, ada)).status).toBe(200);
    hosts.delete(ada.id);
    expect((await read(draftId, ada)).status).toBe(404);
  });

  it('refuses what is no id', async () => {
    const { status, body } = await read('42', ada);
    expect(status).toBe(400);
    expect(body.details?.fields).toMatchObject([{ field: 'path.problemId', constraint: 'isUuid' }]);
  });

  it('says how often the caller has submitted', async () => {
    const id = await catalogue.add();
    expect((await read(id, ada)).body).toMatchObject({ userAttempts: 0, attemptStatus: null });
    await submit(catalogue, ada, id, null);
    expect((await read(id, ada)).body).toMatchObject({
      userAttempts: 1,
      attemptStatus: 'attempted',
      totalSubmissions: 0,
    });
    await submit(catalogue, ada, id, 'accepted');
    expect((await read(id, ada)).body).toMatchObject({
      userAttempts: 2,
      attemptStatus: 'solved',
      totalSubmissions: 1,
      acceptanceRate: 100,
    });
    expect((await read(id, root)).body).toMatchObject({ userAttempts: 0, attemptStatus: null });
  });
});

describe('conditional reading of a problem', () => {
  it('answers 304 without a body while nothing has changed', async () => {
    const first = await read(problemId, ada);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^W\/"\d+\.[\w-]+"$/);
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    for (const named of [tag, `"other", ${tag}`, tag.slice(2), '*']) {
      const again = await read(problemId, ada, '', { 'if-none-match': named });
      expect([again.status, again.body]).toEqual([304, null]);
    }
    expect((await read(problemId, ada, '', { 'if-none-match': '"other"' })).status).toBe(200);
  });

  it('answers in full when the figures have changed, or for somebody who sees more', async () => {
    const id = await catalogue.add();
    const tag = (await read(id, ada)).headers.get('etag') ?? '';
    expect((await read(id, root, '', { 'if-none-match': tag })).status).toBe(200);
    await submit(catalogue, ada, id, 'accepted');
    const changed = await read(id, ada, '', { 'if-none-match': tag });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')?.split('.')[0]).toBe(tag.split('.')[0]);
  });
});
