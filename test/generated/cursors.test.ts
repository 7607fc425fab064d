import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { refusalOf } from './support/judge.ts';
import { credentials, validQuestion } from './support/question.ts';
import type { Operation } from './support/served.ts';
import { announce, LONG_MS } from './support/settings.ts';

let fixture: Fixture;
let inspector: Inspector;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('cursors', inspector.figures());
  await fixture.close();
});
afterEach(() => expect(inspector.findings()).toEqual([]));

const paged = () =>
  fixture.served.operations.filter(({ parameters }) => parameters.some(({ name }) => name === 'cursor'));
const questionOf = (operation: Operation) =>
  validQuestion(fixture, operation, { actor: fixture.actors.host, room: fixture.rooms.coding });

type Body = { data: unknown[]; pagination: { nextCursor: string | null } };

async function pageOf(operation: Operation, query: string): Promise<Body> {
  const question = questionOf(operation);
  const { status, body } = await fixture.wire.ask({ ...question, path: `${question.path}?${query}` });
  expect([operation.id, status]).toEqual([operation.id, 200]);
  return body as Body;
}

async function cursorOf(operation: Operation, query = 'limit=1'): Promise<string> {
  const { pagination } = await pageOf(operation, query);
  if (pagination.nextCursor === null) throw new Error(`${operation.id} has one page only`);
  return pagination.nextCursor;
}

/** Asks for the page behind a cursor; gives the code, or the status where it was taken. */
async function follow(operation: Operation, name: string, cursor: string, more = ''): Promise<string> {
  const question = questionOf(operation);
  const path = `${question.path}?limit=1&cursor=${cursor}${more}`;
  const answer = await inspector.inspect({ name, operation, question: { ...question, path } });
  const refusal = refusalOf(answer);
  const isNamed = refusal === null || refusal.fields.some(({ field }) => field === 'query.cursor');
  if (!isNamed) inspector.object(`${operation.id}, ${name}`, 'the refusal does not name the cursor');
  return refusal?.code ?? String(answer.status);
}

async function demandRefusal(operation: Operation, name: string, cursor: string, more = ''): Promise<void> {
  const code = await follow(operation, name, cursor, more);
  if (code !== 'VALIDATION_FAILED') inspector.object(`${operation.id}, ${name}`, `led to ${code}`);
}

const decode = (cursor: string) =>
  JSON.parse(Buffer.from(cursor, 'base64url').toString()) as [string, unknown, unknown];
const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('a cursor', () => {
  it('that is cut, tampered with or made up is refused by name', async () => {
    expect(paged().length).toBeGreaterThan(3);
    for (const operation of paged()) {
      const cursor = await cursorOf(operation);
      expect(await follow(operation, 'genuine', cursor)).toBe('200');
      for (let length = 1; length < cursor.length - 2; length += 5) {
        await demandRefusal(operation, `cut to ${length}`, cursor.slice(0, length));
      }
      // Of the first characters each decides whose list it is.
      for (let at = 0; at < 12; at += 1) {
        const other = cursor[at] === 'A' ? 'B' : 'A';
        await demandRefusal(
          operation,
          `another character at ${at}`,
          cursor.slice(0, at) + other + cursor.slice(at + 1),
        );
      }
      const made = [
        'x',
        '%00',
        'bnVsbA',
        'W10',
        'e30',
        encode([]),
        encode([1, 2, 3]),
        encode({ length: 3 }),
        encode('x'),
        '__proto__',
        '..',
        '%F0%9F%92%A9',
        'x'.repeat(512),
        encode(['', '', '']),
        '-1',
        'null',
      ];
      for (const text of made) await demandRefusal(operation, `made up: ${text.slice(0, 20)}`, text);
      await demandRefusal(operation, 'too long', cursor.padEnd(513, 'A'));
      await demandRefusal(operation, 'twice', cursor, `&cursor=${cursor}`);
    }
  });

  it('of another list, sorting or filter is refused', async () => {
    const cursors = await Promise.all(
      paged().map(async (operation) => [operation, await cursorOf(operation)] as const),
    );
    for (const operation of paged()) {
      for (const [other, cursor] of cursors) {
        if (other !== operation) await demandRefusal(operation, `of ${other.id}`, cursor);
      }
      const hasOrder = operation.parameters.some(({ name }) => name === 'sortOrder');
      if (!hasOrder) continue;
      for (const [one, two] of [
        ['asc', 'desc'],
        ['desc', 'asc'],
      ]) {
        const cursor = await cursorOf(operation, `limit=1&sortOrder=${one}`);
        await demandRefusal(operation, `${one} as ${two}`, cursor, `&sortOrder=${two}`);
      }
    }
  });

  it('with a right mark and wrong content is refused or finds a page, never a fault', async () => {
    const values = [
      null,
      true,
      [],
      {},
      '',
      'x',
      '\u0000',
      -1,
      0,
      1e308,
      1.5,
      2 ** 60,
      '9'.repeat(200),
      "' OR 1=1--",
      '\ud800',
      'é'.repeat(50),
    ];
    for (const operation of paged()) {
      const [mark, value, id] = decode(await cursorOf(operation));
      for (const other of values) {
        await follow(operation, `value ${JSON.stringify(other).slice(0, 20)}`, encode([mark, other, id]));
        await follow(operation, `id ${JSON.stringify(other).slice(0, 20)}`, encode([mark, value, other]));
      }
      await demandRefusal(operation, 'four parts', encode([mark, value, id, 1]));
      await demandRefusal(operation, 'two parts', encode([mark, value]));
    }
  });

  it('of another user shows nothing that the user may not see', async () => {
    const { actors, wire } = fixture;
    for (const operation of paged()) {
      const question = questionOf(operation);
      const cursor = await cursorOf(operation);
      const headers = credentials(operation, actors.outsider);
      const own = await wire.ask({ ...question, path: `${question.path}?limit=100`, headers });
      const path = `${question.path}?limit=100&cursor=${cursor}`;
      const answer = await inspector.inspect({
        name: 'of another user',
        operation,
        question: { ...question, path, headers },
      });
      if (answer.status !== 200) continue;
      const seen = new Set((own.body as Body).data.map((row) => JSON.stringify(row)));
      const more = (answer.body as Body).data.filter((row) => !seen.has(JSON.stringify(row)));
      if (more.length > 0) inspector.object(operation.id, `shows ${more.length} rows more`);
    }
  });
});
