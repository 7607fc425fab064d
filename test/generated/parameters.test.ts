import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Parameter } from '../../tools/contract/document.ts';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { brokenEscapes, idSegments, queryMutants, straySegments } from './support/parameter-mutants.ts';
import { credentials, poolOf, validQuestion } from './support/question.ts';
import { fillPath, type Operation } from './support/served.ts';
import { announce, LONG_MS } from './support/settings.ts';
import { exampleOf } from './support/values.ts';

let fixture: Fixture;
let inspector: Inspector;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('parameters', inspector.figures());
  await fixture.close();
});
afterEach(() => expect(inspector.findings()).toEqual([]));

const baseOf = () => ({ actor: fixture.actors.host, room: fixture.rooms.coding });

/** The path with one parameter replaced and the others as they should be. */
function pathWith(operation: Operation, name: string, text: string): string {
  const pool = poolOf(fixture, baseOf());
  const params = operation.parameters.flatMap((parameter) => {
    if (parameter.in !== 'path') return [];
    const value = exampleOf(fixture.served.document, parameter.schema, pool, parameter.name);
    return [[parameter.name, parameter.name === name ? text : String(value)] as const];
  });
  return fillPath(operation.path, Object.fromEntries(params));
}

function* parametersOf(place: Parameter['in']): Generator<[Operation, Parameter]> {
  for (const operation of fixture.served.operations) {
    for (const parameter of operation.parameters) if (parameter.in === place) yield [operation, parameter];
  }
}

describe('path parameters', () => {
  it('that are malformed are refused by name, and foreign ones are looked for', async () => {
    for (const [operation, { name, schema }] of parametersOf('path')) {
      if (schema.format !== 'uuid') continue;
      const question = validQuestion(fixture, operation, baseOf());
      for (const { text, expected } of idSegments(fixture.rooms.coding.roomId)) {
        const probe = { name: `${name} ${text.slice(0, 60)}`, operation, expected };
        await inspector.inspect({
          ...probe,
          question: { ...question, path: pathWith(operation, name, text) },
        });
      }
    }
  });

  it('of every kind stand in each other’s place: of other rooms, users, problems, jobs, of what is deleted', async () => {
    const { rooms, actors, problems, jobs } = fixture;
    const ids = [
      ...[rooms.waiting, rooms.full, rooms.finished, rooms.destroyed].map(({ roomId }) => roomId),
      ...[actors.outsider, actors.removed, actors.banned, actors.erased].map(({ userId }) => userId),
      ...Object.values(problems),
      ...jobs.runs,
      ...jobs.submissions,
    ];
    for (const [operation, { name, schema }] of parametersOf('path')) {
      if (schema.format !== 'uuid') continue;
      const question = validQuestion(fixture, operation, baseOf());
      for (const id of ids) {
        const path = pathWith(operation, name, id);
        await inspector.inspect({
          name: `${name} ${id}`,
          operation,
          question: { ...question, path },
          expected: 'valid',
        });
      }
    }
  });

  it('that are no segment, or cannot be decoded, lead nowhere', async () => {
    for (const [operation, { name }] of parametersOf('path')) {
      const question = validQuestion(fixture, operation, baseOf());
      for (const text of [...straySegments, ...brokenEscapes]) {
        const path = pathWith(operation, name, text);
        const { status } = await inspector.inspect({
          name: `${name} ${text.slice(0, 20)}`,
          operation: null,
          question: { ...question, path },
        });
        if (status < 400) inspector.object(path, `answered with ${status}`);
      }
    }
  });

  it('that are invite codes are taken in every form without a fault', async () => {
    const codes = [
      'ABCDE',
      'ABCDEFG',
      'abc%20ef',
      '%00%00%00%00%00%00',
      '%F0%9F%92%A9ABCD',
      "';--ab",
      '......',
      '%25%25%25%25%25%25',
      'ÄÖÜÄÖÜ',
    ];
    for (const [operation, { name, schema }] of parametersOf('path')) {
      if (schema.format === 'uuid') continue;
      const question = validQuestion(fixture, operation, {
        actor: fixture.actors.outsider,
        room: fixture.rooms.waiting,
      });
      for (const text of codes.map((code) => encodeURI(decodeURIComponent(code)))) {
        await inspector.inspect({
          name: `${name} ${text}`,
          operation,
          question: { ...question, path: pathWith(operation, name, text) },
        });
      }
    }
  });
});

describe('query parameters', () => {
  it('of every type: borders, other types, doubled, empty, as lists, with broken escapes', async () => {
    for (const [operation, parameter] of parametersOf('query')) {
      const question = validQuestion(fixture, operation, baseOf());
      for (const { name, text, expected } of queryMutants(parameter)) {
        const probe = { name, operation, expected };
        await inspector.inspect({ ...probe, question: { ...question, path: `${question.path}?${text}` } });
      }
    }
  });

  it('are taken by an administrator as by anybody', async () => {
    for (const [operation, parameter] of parametersOf('query')) {
      const headers = credentials(operation, fixture.actors.admin);
      const question = validQuestion(fixture, operation, baseOf());
      for (const text of ['true', 'false']) {
        const path = `${question.path}?${parameter.name}=${text}`;
        await inspector.inspect({ name: path, operation, question: { ...question, path, headers } });
      }
    }
  });
});
