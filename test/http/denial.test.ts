import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { operations } from '../../src/generated/tables.ts';
import { inputs } from '../../src/generated/validators.js';
import { operation } from '../../src/http/operation.ts';
import { cleanTexts, MAX_FAILURES } from '../../src/http/texts.ts';
import { ada, failuresOf, fieldsOf, startTestApp, type TestApp } from './support.ts';

/**
 * Hostile bodies of the full size that the operation takes. What bounds the work is counted, not timed: without the
 * bounds some of these take minutes and meet the time limit of the test.
 */
let app: TestApp;
beforeAll(async () => {
  const create = operation('createProblem', {}, ({ fail }) => fail('PROBLEM_DUPLICATE_TITLE', 'x'));
  const update = operation('updateMe', {}, ({ fail }) => fail('USER_USERNAME_TAKEN', 'x'));
  app = await startTestApp({ bindings: [create, update] });
});
afterAll(() => app.close());

const nearlyFiveMb = 4_900_000;
const many = 80_000;
const base = '"title":"t","description":"d","difficulty":"easy"';
const one = '{"input":"","expectedOutput":""}';
const post = (body: string) => app.ask('POST', '/problems', { bearer: `admin.${ada}`, body });

describe('a body of absurd structure [S18]', () => {
  it.each([
    ['a list of empty objects', `{${base},"testCases":[${'{},'.repeat(nearlyFiveMb / 3)}{}]}`],
    ['empty objects as the body', `[${'{},'.repeat(nearlyFiveMb / 3)}{}]`],
    ['hundreds of thousands of fields', `{${keys(380_000)}}`],
    ['lists in lists', `${'['.repeat(nearlyFiveMb / 2)}${']'.repeat(nearlyFiveMb / 2)}`],
    ['lists that never end', '['.repeat(nearlyFiveMb)],
    ['objects around a forbidden key', `${'{"a":'.repeat(100)}{"__proto__":1}${'}'.repeat(100)}`],
  ])('is not parsed: %s', async (_name, body) => {
    const reply = await post(body);
    expect(failuresOf(reply)).toEqual([' json']);
    expect(reply.text.length).toBeLessThan(1000);
  });

  it('is told from a large text: brackets and quotes in strings do not count', async () => {
    const code = '[{,"\\'.repeat(700_000);
    const reply = await post(JSON.stringify({ title: code }));
    expect(failuresOf(reply)).toContain('title maxLength');
  });
});

describe('a body of many values', () => {
  it.each([
    ['objects in a list', `{${base},"testCases":[${'{},'.repeat(many / 2)}{}]}`, 'testCases arrayMaxSize'],
    [
      'texts in a list',
      `{${base},"testCases":[${one}],"tags":[${'"a",'.repeat(many)}"a"]}`,
      'tags arrayMaxSize',
    ],
    ['objects as the body', `[${'{},'.repeat(many / 2)}{}]`, ' isObject'],
    [
      'keys in a map',
      `{${base},"testCases":[${one}],"starterCode":{${keys(many)}}}`,
      'starterCode maxProperties',
    ],
  ])('is told its first fault: %s', async (_name, body, failure) => {
    const reply = await post(body);
    expect(failuresOf(reply)).toEqual([failure]);
    expect(reply.text.length).toBeLessThan(1000);
  });

  it('is told a hundred of its unknown fields', async () => {
    const reply = await post(`{${base},"testCases":[${one}],${keys(many)}}`);
    expect(fieldsOf(reply)).toHaveLength(MAX_FAILURES);
    expect(new Set(fieldsOf(reply).map(({ constraint }) => constraint))).toEqual(new Set(['unknownField']));
  });

  it('is answered with little, whatever it holds', async () => {
    const wrong = JSON.stringify({ input: 'x'.repeat(1000), expectedOutput: 'y'.repeat(1000) });
    const cases = Array.from({ length: 100 }, () => `{"input":${wrong},"expectedOutput":${wrong}}`);
    const reply = await post(`{${base},"testCases":[${cases.join(',')}]}`);
    expect(fieldsOf(reply)).toHaveLength(MAX_FAILURES);
    expect(reply.text.length).toBeLessThan(60_000);
    const named = await post(`{"${'n'.repeat(nearlyFiveMb)}":1}`);
    expect(named.text.length).toBeLessThan(2000);
  });
});

describe('what validation collects', () => {
  it('stays small where the body is large', () => {
    const validate = inputs.createProblem_body;
    const plan = operations.createProblem.texts.body;
    const crowd = JSON.parse(`{${base},"testCases":[${'{},'.repeat(40_000)}{}],${keys(50_000)}}`);
    expect(validate?.(cleanTexts(plan, crowd, []))).toBe(false);
    expect(validate?.errors?.length).toBeLessThan(110);
  });
});

describe('endless marks', () => {
  const patch = (bio: string) => app.ask('PATCH', '/users/me', { bearer: ada, body: { bio } });

  it('are not brought to NFC where they are too long to be valid', async () => {
    const reply = await patch(`a${'\u0301\u0316'.repeat(40_000)}`);
    expect(fieldsOf(reply).map(({ constraint }) => constraint)).toEqual(['maxLength']);
  });

  it('stay as they are where no writing has so many', () => {
    const plan = operations.updateMe.texts.body;
    const bio = `a${'\u0316\u0301'.repeat(16)}`;
    expect(cleanTexts(plan, { bio }, [])).toEqual({ bio });
    const few = `a${'\u0316\u0301'.repeat(15)}`;
    expect(cleanTexts(plan, { bio: few }, [])).toEqual({ bio: few.normalize('NFC') });
  });
});

describe('a long address', () => {
  it('is refused before its parts are looked at', async () => {
    const reply = await app.ask('GET', `/problems?search=${'x'.repeat(20_000)}`, { bearer: ada });
    expect(reply.status).toBe(400);
  });
});

function keys(count: number): string {
  return Array.from({ length: count }, (_, at) => `"k${at}":1`).join(',');
}
