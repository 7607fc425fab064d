import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { refusalOf } from './support/judge.ts';
import { json, validQuestion } from './support/question.ts';
import { announce, LONG_MS } from './support/settings.ts';
import type { Question } from './support/wire.ts';

let fixture: Fixture;
let inspector: Inspector;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture({
    'limits.requestsPerUserPerMinute': 200,
    'limits.pollsPerUserPerMinute': 5,
    'limits.failedLoginsPerAddressPerMinute': 3,
    'limits.registrationsPerAddressPerMinute': 20,
    'limits.refreshesPerLoginPerMinute': 4,
    'limits.passwordResetsPerAddressPerMinute': 3,
    'limits.passwordChangesPerUserPerMinute': 3,
    'limits.roomsPerUserPerHour': 14,
    'limits.joinsPerUserPerMinute': 20,
    'limits.lookupsPerUserPerMinute': 4,
    'limits.wrongCodesPerAddressPerMinute': 4,
    'limits.runsPerUserPerMinute': 5,
    'limits.submissionsPerUserPerMinute': 4,
  });
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('limits', inspector.figures());
  await fixture.close();
});

/** Operation, what its bucket says when it is full, and what to send where the usual request would not count. */
const buckets: readonly (readonly [id: string, code: string, most: number, body?: object])[] = [
  ['login', 'RATE_LIMIT_EXCEEDED', 3, { identifier: 'nobody', password: 'wrong password' }],
  ['register', 'RATE_LIMIT_EXCEEDED', 20],
  ['refreshSession', 'RATE_LIMIT_EXCEEDED', 4],
  ['requestPasswordReset', 'RATE_LIMIT_EXCEEDED', 3],
  ['resetPassword', 'RATE_LIMIT_EXCEEDED', 3],
  ['changePassword', 'RATE_LIMIT_EXCEEDED', 3],
  ['lookupRoom', 'RATE_LIMIT_EXCEEDED', 4],
  ['joinRoom', 'RATE_LIMIT_EXCEEDED', 20],
  ['getSubmission', 'RATE_LIMIT_EXCEEDED', 5],
  ['runCode', 'EXECUTION_RATE_LIMIT', 5],
  ['submitCode', 'SUBMISSION_RATE_LIMIT', 4],
  ['createRoom', 'RATE_LIMIT_EXCEEDED', 14],
  ['getMe', 'RATE_LIMIT_EXCEEDED', 200],
];

it('a full bucket refuses as declared, says when to come back, and leaves no trace', async () => {
  for (const [id, code, most, body] of buckets) {
    const operation = fixture.served.operation(id);
    const usual = validQuestion(fixture, operation, {
      actor: fixture.actors.host,
      room: fixture.rooms.coding,
    });
    const question: Question = body
      ? { ...usual, headers: { ...usual.headers, ...json }, body: Buffer.from(JSON.stringify(body)) }
      : usual;
    const codes: string[] = [];
    // Whoever made the fixture has spent of it too: at most so many more are taken.
    for (let turn = 0; turn <= most && codes.at(-1) !== code; turn += 1) {
      const answer = await inspector.inspect({ name: `turn ${turn}`, operation, question });
      codes.push(refusalOf(answer)?.code ?? String(answer.status));
    }
    expect([id, codes.at(-1)]).toEqual([id, code]);
    const { headers } = await inspector.inspect({ name: 'when full', operation, question });
    expect([headers['x-ratelimit-remaining'], headers['x-ratelimit-limit']]).toEqual(['0', String(most)]);
  }
  expect(inspector.findings()).toEqual([]);
});
