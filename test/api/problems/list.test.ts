import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ProblemList, TagList } from '../../../src/generated/api.ts';
import { type Catalogue, type Person, type Refusal, startCatalogue, submit } from './server.ts';

let catalogue: Catalogue;
let ada: Person;
let bob: Person;
let root: Person;

beforeAll(async () => {
  catalogue = await startCatalogue();
  ada = await catalogue.person('ada');
  bob = await catalogue.person('bob');
  root = await catalogue.person('root', 'admin');
  const { add, clock } = catalogue;
  const floor = await add({ title: 'Same Floor', tags: ['hash-table', 'array'], company: 'Aufzüge AG' });
  clock.pass(10);
  const radio = await add({
    title: 'Radio',
    difficulty: 'medium',
    tags: ['array'],
    description: 'Songs at 100 %_ volume, ÄRGER included.',
  });
  clock.pass(10);
  const walk = await add({ title: 'a walk', difficulty: 'hard', tags: ['graph'] });
  clock.pass(10);
  await add({ title: 'Draft', tags: ['graph', 'secret-tag'] }, false);
  const gone = await add({ title: 'Gone', tags: ['gone-tag'] });
  await catalogue.change('UPDATE problems SET deleted_at = 1 WHERE id = ?', gone);
  await submit(catalogue, ada, floor, 'wrong_answer');
  await submit(catalogue, ada, floor, 'accepted');
  await submit(catalogue, bob, floor, 'wrong_answer');
  await submit(catalogue, ada, radio, 'wrong_answer');
  await submit(catalogue, bob, walk, null);
});
afterAll(() => catalogue.close());

async function titles(query: string, who: Person = ada): Promise<string[]> {
  const { status, body } = await catalogue.get<ProblemList>(`/problems${query}`, who);
  expect(status).toBe(200);
  return body.data.map(({ title }) => title);
}

describe('GET /problems', () => {
  it('lists published problems that are not deleted, newest first', async () => {
    expect(await titles('')).toEqual(['a walk', 'Radio', 'Same Floor']);
  });

  it.each([
    ['?sortBy=title&sortOrder=asc', ['a walk', 'Radio', 'Same Floor']],
    ['?sortBy=title', ['Same Floor', 'Radio', 'a walk']],
    ['?sortBy=difficulty&sortOrder=asc', ['Same Floor', 'Radio', 'a walk']],
    ['?sortBy=createdAt&sortOrder=asc', ['Same Floor', 'Radio', 'a walk']],
    ['?sortBy=popularity', ['Same Floor', 'Radio', 'a walk']],
    ['?sortBy=totalSubmissions&sortOrder=asc', ['a walk', 'Radio', 'Same Floor']],
  ])('sorts by what %s says', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  it.each([
    ['?difficulty=easy', ['Same Floor']],
    ['?difficulty=easy,hard', ['a walk', 'Same Floor']],
    ['?difficulty=easy&difficulty=hard', ['a walk', 'Same Floor']],
    ['?tags=array', ['Radio', 'Same Floor']],
    ['?tags=graph,hash-table', ['a walk', 'Same Floor']],
    ['?tags=gone-tag', []],
    ['?company=aufz%C3%BCge%20ag', ['Same Floor']],
    ['?company=Aufz', []],
    ['?tags=array&difficulty=medium', ['Radio']],
  ])('filters by %s', async (query, expected) => {
    expect(await titles(query)).toEqual(expected);
  });

  it.each([
    ['floor', ['Same Floor']],
    ['SONGS radio', ['Radio']],
    ['songs floor', []],
    ['ärger', ['Radio']],
    ['A\u0308rger', ['Radio']],
    ['%_', ['Radio']],
    ['%', ['Radio']],
    ['_', ['Radio']],
    ['1%0', []],
    ['radio songs at 100', ['Radio']],
    [`' OR 1=1 --`, []],
    ['', ['a walk', 'Radio', 'Same Floor']],
  ])(
    'searches for %j in title and description, every term, nothing as a wildcard',
    async (search, expected) => {
      expect(await titles(`?search=${encodeURIComponent(search)}`)).toEqual(expected);
    },
  );

  it.each([
    ['solved', ['Same Floor'], []],
    ['attempted', ['Radio'], ['a walk', 'Same Floor']],
    ['todo', ['a walk'], ['Radio']],
    ['solved,todo', ['a walk', 'Same Floor'], ['Radio']],
  ])('filters by the own status %s', async (status, forAda, forBob) => {
    expect(await titles(`?status=${status}`, ada)).toEqual(forAda);
    expect(await titles(`?status=${status}`, bob)).toEqual(forBob);
  });

  it("shows figures of all and the caller's own record, without the fields of administration", async () => {
    const { body } = await catalogue.get<ProblemList>('/problems?sortBy=title', ada);
    expect(body.data[0]).toEqual({
      id: expect.any(String),
      title: 'Same Floor',
      difficulty: 'easy',
      isPublished: true,
      tags: ['array', 'hash-table'],
      company: 'Aufzüge AG',
      acceptanceRate: 33.3,
      isBookmarked: false,
      attemptStatus: 'solved',
    });
    expect(body.data[1]?.acceptanceRate).toBe(0);
    expect(body.data[2]?.acceptanceRate).toBeNull();
  });

  it('shows drafts and the fields of administration to admins who ask', async () => {
    const { body } = await catalogue.get<ProblemList>('/problems?includeDrafts=true&sortBy=title', root);
    expect(body.data.map(({ title }) => title)).toEqual(['Same Floor', 'Radio', 'Draft', 'a walk']);
    expect(body.data[0]).toMatchObject({ totalSubmissions: 3, testCaseCount: 2, hiddenTestCaseCount: 1 });
    const plain = await catalogue.get<ProblemList>('/problems', root);
    expect(plain.body.data[0]).not.toHaveProperty('testCaseCount');
  });

  it('refuses drafts to others, and strangers altogether', async () => {
    const refused = await catalogue.get<Refusal>('/problems?includeDrafts=true', ada);
    expect([refused.status, refused.body.code]).toEqual([403, 'FORBIDDEN']);
    expect((await catalogue.get('/problems', null)).status).toBe(401);
  });

  it.each([
    ['?limit=0', 'query.limit'],
    ['?limit=101', 'query.limit'],
    ['?sortBy=id', 'query.sortBy'],
    ['?difficulty=easy,brutal', 'query.difficulty'],
    ['?status=done', 'query.status'],
    ['?includeDrafts=yes', 'query.includeDrafts'],
    [`?search=${'x'.repeat(201)}`, 'query.search'],
    ['?cursor=abc', 'query.cursor'],
  ])('refuses %s', async (query, field) => {
    const { status, body } = await catalogue.get<Refusal>(`/problems${query}`, ada);
    expect([status, body.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(body.details?.fields?.[0]?.field).toContain(field);
  });

  it('takes a cursor back only for the same list of the same caller', async () => {
    const first = await catalogue.get<ProblemList>('/problems?limit=1&tags=array', ada);
    const cursor = first.body.pagination.nextCursor;
    expect(cursor).not.toBeNull();
    expect(await titles(`?limit=5&tags=array&cursor=${cursor}`)).toEqual(['Same Floor']);
    for (const query of ['', '&tags=graph', '&tags=array&sortOrder=asc', '&tags=array&sortBy=title']) {
      const { status } = await catalogue.get(`/problems?limit=1&cursor=${cursor}${query}`, ada);
      expect(status).toBe(400);
    }
    expect((await catalogue.get(`/problems?tags=array&cursor=${cursor}`, bob)).status).toBe(400);
  });
});

describe('GET /problems/tags', () => {
  it('counts tags of published problems, most used first, then by name', async () => {
    const { body } = await catalogue.get<TagList>('/problems/tags', ada);
    expect(body).toEqual({
      data: [
        { slug: 'array', name: 'Array', count: 2 },
        { slug: 'graph', name: 'Graph', count: 1 },
        { slug: 'hash-table', name: 'Hash table', count: 1 },
      ],
      pagination: { nextCursor: null, hasMore: false },
    });
  });
});
