import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Parameter } from '../../tools/contract/document.ts';
import { bodyMutants } from './support/body-mutants.ts';
import { actorNames, type Fixture, roomNames, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import type { Expectation } from './support/judge.ts';
import { createOracle, type Oracle } from './support/oracle.ts';
import { idSegments, queryMutants } from './support/parameter-mutants.ts';
import { credentials, isOpen, json, poolOf } from './support/question.ts';
import { fillPath, type Operation } from './support/served.ts';
import { announce, LONG_MS, runs, seed } from './support/settings.ts';
import { valuesOf } from './support/values.ts';
import type { Question } from './support/wire.ts';

let fixture: Fixture;
let inspector: Inspector;
let oracle: Oracle;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  inspector = createInspector(fixture);
  oracle = createOracle(fixture.served.document);
});
afterAll(async () => {
  announce('random requests', inspector.figures());
  await fixture.close();
});

/** One request in the terms of the document: who asks, about which room, with what values, and what is then broken. */
type Draft = {
  readonly who: (typeof actorNames)[number] | null;
  readonly room: (typeof roomNames)[number];
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Picks one of the tamperings, where one is wanted. */
  readonly tamper: number | null;
};

const living = actorNames.filter((name) => !['banned', 'erased', 'departed'].includes(name));

function drafts(operation: Operation): fc.Arbitrary<Draft> {
  const { document } = fixture.served;
  const pool = poolOf(fixture, { actor: fixture.actors.host, room: fixture.rooms.coding });
  const valuesIn = (place: Parameter['in']) => {
    const parameters = operation.parameters.filter(
      (parameter) => parameter.in === place && parameter.name !== 'waitMs',
    );
    const values = parameters.map(
      ({ name, schema }) => [name, valuesOf(document, schema, pool, name)] as const,
    );
    return fc.record(Object.fromEntries(values), {
      requiredKeys: place === 'path' ? undefined : [],
    } as never) as fc.Arbitrary<Record<string, unknown>>;
  };
  return fc.record({
    who: fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...living) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    room: fc.constantFrom(...roomNames),
    params: valuesIn('path'),
    query: valuesIn('query'),
    body: operation.body ? valuesOf(document, operation.body, pool) : fc.constant(undefined),
    tamper: fc.option(fc.nat(), { freq: 2 }),
  });
}

/** The request of a draft and what its input must lead to. */
function compose(
  operation: Operation,
  draft: Draft,
): { name: string; question: Question; expected: Expectation } {
  const actor = draft.who && fixture.actors[draft.who];
  const room = fixture.rooms[draft.room];
  const texts = Object.entries(draft.params).map(
    ([name, value]) => [name, encodeURIComponent(String(value).toWellFormed())] as const,
  );
  const usual = { roomId: room.roomId, roomCode: room.roomCode };
  // Most requests are about the room drawn, so that they come as far as its state.
  const params: Record<string, string> = {
    ...Object.fromEntries(texts),
    ...(draft.tamper !== null && draft.tamper % 7 === 0 ? {} : usual),
  };
  const query = Object.entries(draft.query).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value).toWellFormed())}`,
  );
  const question = {
    method: operation.method.toUpperCase(),
    path: fillPath(operation.path, params) + (query.length > 0 ? `?${query.join('&')}` : ''),
    headers: {
      ...credentials(operation, actor),
      ...(operation.body && draft.body !== undefined ? json : {}),
    },
    ...(draft.body === undefined ? {} : { body: Buffer.from(JSON.stringify(draft.body)) }),
  };
  const isKnown = actor !== null || isOpen(operation);
  const expected =
    isKnown && operation.body && question.body ? oracle.judge(operation.body, question.body) : 'unknown';
  const name = JSON.stringify(draft).slice(0, 300);
  // Values of paths and queries are judged where they are tampered with one by one.
  const judged = expected === 'invalid' ? expected : 'unknown';
  return draft.tamper === null
    ? { name, question, expected: judged }
    : { name, question: tampered(operation, draft, question, params), expected: 'unknown' };
}

function tampered(
  operation: Operation,
  draft: Draft,
  question: Question,
  params: Record<string, string>,
): Question {
  const { document } = fixture.served;
  const ways: (() => Question)[] = [];
  for (const { name, schema } of operation.parameters.filter((parameter) => parameter.in === 'path')) {
    if (schema.format !== 'uuid') continue;
    ways.push(
      ...idSegments(fixture.rooms.coding.roomId).map(({ text }) => () => ({
        ...question,
        path: fillPath(operation.path, { ...params, [name]: text }),
      })),
    );
  }
  for (const parameter of operation.parameters.filter(
    ({ in: place, name }) => place === 'query' && name !== 'waitMs',
  )) {
    ways.push(
      ...queryMutants(parameter).map(({ text }) => () => ({
        ...question,
        path: `${fillPath(operation.path, params)}?${text}`,
      })),
    );
  }
  if (operation.body && draft.body !== undefined) {
    ways.push(
      ...bodyMutants(document, operation.body, draft.body).map(({ body }) => () => ({ ...question, body })),
    );
  }
  return ways[(draft.tamper ?? 0) % Math.max(1, ways.length)]?.() ?? question;
}

describe('requests drawn from the served document', () => {
  it('are answered as it declares, and what is refused changes nothing', async () => {
    for (const operation of fixture.served.operations) {
      const property = fc.asyncProperty(drafts(operation), async (draft) => {
        const { name, question, expected } = compose(operation, draft);
        await inspector.inspect({ name, operation, question, expected });
        expect(inspector.findings()).toEqual([]);
      });
      await fc.assert(property, { seed, numRuns: runs, endOnFailure: false });
    }
  });
});
