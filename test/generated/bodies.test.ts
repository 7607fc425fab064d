import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { bodyMutants } from './support/body-mutants.ts';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { createOracle } from './support/oracle.ts';
import { poolOf, validQuestion } from './support/question.ts';
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
  announce('bodies', inspector.figures());
  await fixture.close();
});

/**
 * Each field of each body at each depth: other types, borders, foreign values, hostile texts and numbers, missing,
 * doubled and unknown fields, keys of prototypes, deep structures, bytes that are no JSON.
 */
describe('every tampering with a body', () => {
  it('is answered as the served document says, and a refusal changes nothing', async () => {
    const { document, operations } = fixture.served;
    const oracle = createOracle(document);
    for (const operation of operations) {
      const { body } = operation;
      if (!body) continue;
      const base = { actor: fixture.actors.host, room: fixture.rooms.coding };
      const question = validQuestion(fixture, operation, base);
      const example = exampleOf(document, body, poolOf(fixture, base));
      for (const mutant of bodyMutants(document, body, example)) {
        const isEmpty = mutant.body.length === 0;
        const mayLack = operation.operation.requestBody?.required !== true;
        const expected = isEmpty ? (mayLack ? 'valid' : 'invalid') : oracle.judge(body, mutant.body);
        await inspector.inspect({
          name: mutant.name,
          operation,
          question: { ...question, body: mutant.body },
          expected,
        });
      }
    }
    expect(inspector.findings()).toEqual([]);
  });
});
