import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { operation } from '../../src/http/operation.ts';
import { profile, room, signedIn, someId } from './fixtures.ts';
import { ada, codeOf, failuresOf, fieldsOf, roomId, startTestApp, type TestApp } from './support.ts';

/** What the handlers got last. */
let got: Record<string, unknown> = {};
const note = <T>(context: { body?: unknown; query?: unknown; params?: unknown }, answer: T): T => {
  got = { body: context.body, query: context.query, params: context.params };
  return answer;
};

const bindings = [
  operation('register', {}, (context) => note(context, context.answer(201, signedIn))),
  operation('updateMe', {}, (context) => note(context, context.answer(200, profile))),
  operation('createRoom', { limit: 'createRoom' }, (context) => {
    context.spend();
    return note(context, context.answer(201, room));
  }),
  operation('getRoom', {}, (context) => note(context, context.answer(200, room))),
  operation('joinRoom', {}, (context) => {
    note(context, null);
    return context.fail('ROOM_FULL', 'full');
  }),
  operation('runCode', { limit: 'run' }, (context) => {
    context.spend();
    return note(context, context.answer(202, { jobId: someId }));
  }),
  operation('listProblems', {}, (context) =>
    note(context, context.answer(200, { data: [], pagination: { nextCursor: null, hasMore: false } })),
  ),
  operation('createProblem', {}, (context) => {
    note(context, null);
    return context.fail('PROBLEM_DUPLICATE_TITLE', 'taken');
  }),
  operation('sendAiMessage', {}, (context) => note(context, context.answer(202, { jobId: someId }))),
];

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    bindings,
    config: {
      'limits.requestsPerUserPerMinute': 0,
      'limits.requestsPerAddressPerMinute': 0,
      'limits.runsPerUserPerMinute': 0,
      'limits.roomsPerUserPerHour': 0,
      'limits.joinsPerUserPerMinute': 0,
      'limits.registrationsPerAddressPerMinute': 0,
      'limits.registrationsPerAddressPerHour': 0,
    },
  });
});
afterAll(() => app.close());
beforeEach(() => {
  got = {};
});

const post = (path: string, body?: unknown, bearer = ada) => app.ask('POST', path, { body, bearer });
const run = (body: unknown) => post(`/rooms/${roomId}/run`, body);
const problem = {
  title: 't',
  description: 'd',
  difficulty: 'easy',
  testCases: [{ input: '', expectedOutput: '' }],
};
const createProblem = (changes: object) => post('/problems', { ...problem, ...changes }, `admin.${ada}`);

describe('names of constraints', () => {
  const cases: [name: string, body: unknown, failure: string, value?: unknown][] = [
    ['isString', { language: 'python', code: 5 }, 'code isString', '5'],
    ['isInt', { language: 'python', code: 'x', timeoutMs: 1.5 }, 'timeoutMs isInt', '1.5'],
    ['isInt for text', { language: 'python', code: 'x', timeoutMs: '500' }, 'timeoutMs isInt', '500'],
    ['required', { language: 'python' }, 'code required', null],
    ['unknownField', { language: 'python', code: 'x', kode: 1 }, 'kode unknownField', '1'],
    ['minLength', { language: 'python', code: '' }, 'code minLength', ''],
    ['min', { language: 'python', code: 'x', timeoutMs: 99 }, 'timeoutMs min', '99'],
    ['max', { language: 'python', code: 'x', timeoutMs: 30_001 }, 'timeoutMs max', '30001'],
    ['isIn', { language: 'perl', code: 'x' }, 'language isIn', 'perl'],
    ['isObject', [], ' isObject', '[]'],
    ['isObject for null', null, ' isObject', null],
  ];
  it.each(cases)('%s', async (_name, body, failure, value) => {
    const reply = await run(body);
    expect(reply.status).toBe(400);
    expect(codeOf(reply)).toBe('VALIDATION_FAILED');
    expect(failuresOf(reply)).toEqual([failure]);
    expect(fieldsOf(reply)[0]?.value ?? null).toBe(value ?? null);
    expect(got).toEqual({});
  });

  const nested: [name: string, changes: object, failure: string][] = [
    ['isBoolean', { isPublished: 'yes' }, 'isPublished isBoolean'],
    ['isArray', { tags: 'a' }, 'tags isArray'],
    ['isNumber', { comparison: { mode: 'float', tolerance: 'x' } }, 'comparison.tolerance isNumber'],
    ['moreThan', { comparison: { mode: 'float', tolerance: 0 } }, 'comparison.tolerance moreThan'],
    ['matches', { tags: ['No Slug'] }, 'tags[0] matches'],
    ['arrayMinSize', { testCases: [] }, 'testCases arrayMinSize'],
    ['arrayMaxSize', { tags: Array.from({ length: 21 }, (_, at) => `t${at}`) }, 'tags arrayMaxSize'],
    ['arrayUnique', { tags: ['a', 'a'] }, 'tags arrayUnique'],
    ['isIn for keys', { starterCode: { perl: 'x' } }, 'starterCode.perl isIn'],
    [
      'maxProperties',
      { starterCode: Object.fromEntries([...'123456789'].map((key) => [key, ''])) },
      'starterCode maxProperties',
    ],
    ['minProperties', { drivers: {} }, 'drivers minProperties'],
    [
      'a path inside lists',
      { testCases: [{ input: '', expectedOutput: '' }, { input: 1 }] },
      'testCases[1].expectedOutput required,testCases[1].input isString',
    ],
    ['only the branch that is not null', { checker: { language: 'python' } }, 'checker.code required'],
  ];
  it.each(nested)('%s', async (_name, changes, failure) => {
    const reply = await createProblem(changes);
    expect(failuresOf(reply).join()).toBe(failure);
  });

  it('isEmail, and minLength of a name and a password at once', async () => {
    const reply = await post('/auth/register', { username: 'a', email: 'nobody', password: 'short' });
    expect(failuresOf(reply)).toEqual(['email isEmail', 'password minLength', 'username minLength']);
  });

  it('isUuid in a path, and it is no 404', async () => {
    const reply = await app.ask('GET', '/rooms/nothing', { bearer: ada });
    expect(failuresOf(reply)).toEqual(['path.roomId isUuid']);
    expect(app.rooms.entered).toEqual([]);
  });

  it('isUuid takes no urn', async () => {
    const reply = await app.ask('GET', `/rooms/urn:uuid:${roomId}`, { bearer: ada });
    expect(failuresOf(reply)).toEqual(['path.roomId isUuid']);
  });
});

describe('several failures', () => {
  it('names all parts at once', async () => {
    const reply = await app.ask('POST', '/rooms/nothing/run', {
      bearer: ada,
      body: { code: '' },
      headers: { 'Idempotency-Key': 'x' },
    });
    expect(failuresOf(reply)).toEqual([
      'code minLength',
      'header.Idempotency-Key isUuid',
      'language required',
      'path.roomId isUuid',
    ]);
  });

  it('says only the type of a field that has the wrong one', async () => {
    const reply = await createProblem({ title: 7, hints: [{ level: 3, text: '' }] });
    expect(failuresOf(reply)).toEqual([
      'hints[0].level isString',
      'hints[0].text minLength',
      'title isString',
    ]);
  });

  it('names at most a hundred fields', async () => {
    const reply = await createProblem({
      testCases: Array.from({ length: 100 }, () => ({ input: 1, expectedOutput: 2 })),
    });
    expect(fieldsOf(reply)).toHaveLength(100);
  });

  it('does not repeat secrets', async () => {
    const reply = await post('/auth/register', { username: 'ada', email: 'a@b.cd', password: 5 });
    expect(fieldsOf(reply)).toEqual([{ field: 'password', constraint: 'isString', value: null }]);
    expect((await post('/auth/register', ['hunter2-hunter2'])).text).not.toContain('hunter2');
    const misspelt = await post('/auth/register', { username: 'ada', email: 'a@b.cd', Password: 'hunter2' });
    expect(fieldsOf(misspelt)).toContainEqual({ field: 'Password', constraint: 'unknownField', value: null });
  });

  it('cuts values to 200 characters', async () => {
    const reply = await run({ language: 'x'.repeat(1000), code: 'x' });
    expect(fieldsOf(reply)[0]?.value).toBe('x'.repeat(200));
  });
});

describe('bodies', () => {
  it('fills defaults in, and never changes types', async () => {
    await run({ language: 'python', code: 'x' });
    expect(got.body).toEqual({ language: 'python', code: 'x', stdin: '' });
  });

  it('fills defaults in below a nullable union and in lists', async () => {
    await createProblem({ comparison: { mode: 'float' }, testCases: [{ input: 'a', expectedOutput: 'b' }] });
    expect(got.body).toMatchObject({ comparison: { tolerance: 0.000001 }, testCases: [{ isHidden: false }] });
  });

  it('may be left out where optional', async () => {
    expect(codeOf(await post(`/rooms/${roomId}/join`))).toBe('ROOM_FULL');
    expect(got.body).toBeUndefined();
  });

  it('must be there where required', async () => {
    expect(failuresOf(await post(`/rooms/${roomId}/run`))).toEqual([' required']);
  });

  it.each(['{', '', '{"a":1}}', "{'a':1}", '\u0000'])('refuses what is not JSON: %j', async (body) => {
    const reply = await post(`/rooms/${roomId}/run`, body);
    expect(reply.status).toBe(400);
    expect(failuresOf(reply)).toEqual([body === '' ? ' required' : ' json']);
  });

  it('refuses bytes that are not UTF-8', async () => {
    const reply = await fetch(`${app.url}/rooms/${roomId}/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${ada}` },
      body: Buffer.from('7b22636f6465223a22ff227d', 'hex'),
    });
    expect(reply.status).toBe(400);
  });

  it.each([
    ['{"language":"python","code":"x","__proto__":{"admin":true}}', '__proto__ unknownField'],
    ['{"language":"python","code":"x","constructor":{"prototype":{}}}', 'constructor unknownField'],
    ['{"language":"python","code":"x","\\u005f_proto__":1}', '__proto__ unknownField'],
    ['{"language":"python","code":"x","a":[{"constructor":1}]}', 'a[0].constructor unknownField'],
  ])('refuses keys that reach for prototypes: %s [S18]', async (body, failure) => {
    expect(failuresOf(await run(body))).toEqual([failure]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });
});

describe('query', () => {
  const list = (query: string) => app.ask('GET', `/problems${query}`, { bearer: ada });

  it('has defaults and ignores what it does not know', async () => {
    expect((await list('?foo=1&limit[]=3&__proto__=4')).status).toBe(200);
    expect(got.query).toEqual({ limit: 20, sortOrder: 'desc', sortBy: 'createdAt', includeDrafts: false });
  });

  it('takes lists as repeated keys or with commas, without duplicates', async () => {
    await list('?tags=a,b&tags=b&tags=c,,&difficulty=easy,hard');
    expect(got.query).toMatchObject({ tags: ['a', 'b', 'c'], difficulty: ['easy', 'hard'] });
  });

  it.each([
    ['?limit=0', 'query.limit min'],
    ['?limit=101', 'query.limit max'],
    ['?limit=0x10', 'query.limit isInt'],
    ['?limit=%205', 'query.limit isInt'],
    ['?limit=1e1', 'query.limit isInt'],
    ['?limit=9007199254740993', 'query.limit isInt'],
    ['?limit=05', 'query.limit isInt'],
    ['?limit=5&limit=6', 'query.limit isInt'],
    ['?limit=', 'query.limit isInt'],
    ['?includeDrafts=1', 'query.includeDrafts isBoolean'],
    ['?includeDrafts=TRUE', 'query.includeDrafts isBoolean'],
    ['?sortOrder=up', 'query.sortOrder isIn'],
    ['?search=a%00b', 'query.search controlCharacter'],
    [`?cursor=${'x'.repeat(513)}`, 'query.cursor maxLength'],
    ['?difficulty=easy,medium,hard,x', 'query.difficulty arrayMaxSize'],
  ])('%s is %s', async (query, failure) => {
    const reply = await list(query);
    expect(failuresOf(reply)).toEqual([failure]);
  });

  it('takes true and false only', async () => {
    await list('?includeDrafts=true');
    expect(got.query).toMatchObject({ includeDrafts: true });
  });
});

describe('texts', () => {
  it('are brought to NFC, trimmed and lower-cased as marked', async () => {
    const reply = await post('/auth/register', {
      username: ' ada ',
      email: ' Ada@EXAMPLE.org\n',
      password: '  pass word\u0000e\u0301  ',
    });
    expect(reply.status).toBe(201);
    expect(got.body).toEqual({
      username: 'ada',
      email: 'ada@example.org',
      password: '  pass word\u0000e\u0301  ',
    });
  });

  it('are checked after trimming', async () => {
    expect(failuresOf(await post('/rooms', { mode: 'peer', name: '   ' }))).toEqual(['name minLength']);
  });

  it('in NFC count as long as they are', async () => {
    const bio = 'e\u0301'.repeat(500);
    expect((await app.ask('PATCH', '/users/me', { bearer: ada, body: { bio } })).status).toBe(200);
    expect(got.body).toEqual({ bio: '\u00e9'.repeat(500) });
  });

  it('refuse control characters but tab and line breaks', async () => {
    const patch = (bio: string) => app.ask('PATCH', '/users/me', { bearer: ada, body: { bio } });
    expect(failuresOf(await patch('a\u0007'))).toEqual(['bio controlCharacter']);
    expect(failuresOf(await patch('a\u0085'))).toEqual(['bio controlCharacter']);
    expect((await patch('a\tb\r\nc')).status).toBe(200);
  });

  it('that are code stay as they are', async () => {
    const code = ' \u0000\u0007 e\u0301 \r\n';
    expect((await run({ language: 'python', code, stdin: code })).status).toBe(202);
    expect(got.body).toMatchObject({ code, stdin: code });
  });

  it('that are ids become lower case', async () => {
    await app.ask('GET', `/rooms/${roomId.toUpperCase()}`, { bearer: ada });
    expect(got.params).toEqual({ roomId });
  });

  it('name the field in a list', async () => {
    const reply = await createProblem({ examples: [{ input: '', output: '\u0001' }] });
    expect(failuresOf(reply)).toEqual(['examples[0].output controlCharacter']);
  });
});
