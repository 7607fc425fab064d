import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector } from './support/inspector.ts';
import { createOracle } from './support/oracle.ts';
import { validQuestion } from './support/question.ts';
import { LONG_MS } from './support/settings.ts';
import { MARK } from './support/texts.ts';
import type { Answer, Wire } from './support/wire.ts';

let fixture: Fixture;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
});
afterAll(() => fixture.close());

/** What the inspector says of one refused request to `id` whose answer, or what comes with it, was changed. */
async function findingsOf(
  id: string,
  change: (answer: Answer) => Answer | Promise<Answer>,
): Promise<string[]> {
  const wire: Wire = { ...fixture.wire, ask: async (question) => change(await fixture.wire.ask(question)) };
  const inspector = createInspector({ ...fixture, wire });
  const operation = fixture.served.operation(id);
  const base = { actor: fixture.actors.outsider, room: fixture.rooms.coding };
  await inspector.inspect({
    name: 'planted',
    operation,
    question: validQuestion(fixture, operation, base),
    expected: 'valid',
  });
  return inspector.findings();
}

const withBody = (answer: Answer, change: object): Answer => {
  const body = { ...(answer.body as object), ...change };
  return { ...answer, body, text: JSON.stringify(body) };
};

describe('the inspector', () => {
  it('finds nothing in a sound refusal', async () => {
    expect(await findingsOf('leaveRoom', (answer) => answer)).toEqual([]);
  });

  it('sees a row that a refused request changed, added or took away, and puts it back', async () => {
    const { world, ledger, actors } = fixture;
    const before = ledger.read();
    const planted: [string, unknown[], string][] = [
      ['UPDATE users SET bio = ? WHERE id = ?', ['x', actors.admin.userId], 'users: bio changed'],
      ['INSERT INTO tags (slug, name) VALUES (?, ?)', ['planted', 'Planted'], 'tags: a row came'],
      ['DELETE FROM audit_log WHERE action = ?', ['room.create'], 'audit_log: a row went'],
      [
        "INSERT INTO audit_log (id, action, target_type, target_id, created_at) VALUES ('x', 'auth.login_failed', 'user', 'x', 0)",
        [],
        'audit_log: a row came (auth.login_failed)',
      ],
      [
        'UPDATE collab_documents SET state = ? WHERE kind = ?',
        [Buffer.from('00', 'hex'), 'notes'],
        'collab_documents: state changed',
      ],
    ];
    for (const [sql, values, finding] of planted) {
      const findings = await findingsOf('leaveRoom', async (answer) => {
        await world.change(sql, ...values);
        return answer;
      });
      expect(findings).toContain(`leaveRoom, planted: 403 ROOM_ACCESS_DENIED, and yet ${finding}`);
      expect(ledger.changesSince(before)).toEqual([]);
    }
  });

  it('sees every table of the database', () => {
    const count = fixture.world.rows<{ n: number }>(
      "SELECT count(*) AS n FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    );
    expect(fixture.ledger.tables).toHaveLength(count[0]?.n ?? 0);
  });

  it.each<[string, (answer: Answer) => Answer, RegExp]>([
    [
      'a fault',
      (answer) => ({ ...withBody(answer, { statusCode: 500, code: 'INTERNAL_ERROR' }), status: 500 }),
      /: 500 /,
    ],
    [
      'an undeclared code',
      (answer) => withBody(answer, { code: 'ROOM_FULL' }),
      /ROOM_FULL is not in x-errors/,
    ],
    [
      'a declared code with another status',
      (answer) => withBody(answer, { statusCode: 404 }),
      /statusCode 404 under 403/,
    ],
    ['an undeclared success', (answer) => ({ ...answer, status: 201 }), /status 201 is not declared/],
    [
      'a missing header',
      (answer) => ({ ...answer, headers: { ...answer.headers, 'x-frame-options': undefined } }),
      /header x-frame-options/,
    ],
    [
      'a header of the framework',
      (answer) => ({ ...answer, headers: { ...answer.headers, server: 'x' } }),
      /header server/,
    ],
    [
      'an answer that may be kept',
      (answer) => ({ ...answer, headers: { ...answer.headers, 'cache-control': 'private' } }),
      /header cache-control/,
    ],
    ['input in the message', (answer) => withBody(answer, { message: `no ${MARK}` }), /input in the message/],
    ['insides', (answer) => withBody(answer, { message: 'SQLITE_BUSY' }), /insides shown/],
    ['a stack', (answer) => withBody(answer, { message: 'x\n    at f (/x/y.ts:1:2)' }), /insides shown/],
    ['a token', (answer) => withBody(answer, { message: fixture.actors.host.bearer }), /a secret is shown/],
    [
      'a long value',
      (answer) =>
        withBody(answer, { details: { fields: [{ field: 'x', constraint: 'y', value: 'x'.repeat(201) }] } }),
      /is shown at length/,
    ],
    [
      'a refusal of valid input',
      (answer) =>
        withBody(
          { ...answer, status: 400 },
          {
            statusCode: 400,
            code: 'VALIDATION_FAILED',
            details: { fields: [{ field: 'x', constraint: 'isInt', value: null }] },
          },
        ),
      /valid input was refused: x isInt/,
    ],
  ])('sees %s', async (_name, change, finding) => {
    const findings = await findingsOf('leaveRoom', change);
    expect(
      findings.some((sentence) => finding.test(sentence)),
      findings.join('\n'),
    ).toBe(true);
  });

  it('sees invalid input that was taken', async () => {
    const inspector = createInspector(fixture);
    const operation = fixture.served.operation('getMe');
    const question = validQuestion(fixture, operation, {
      actor: fixture.actors.host,
      room: fixture.rooms.coding,
    });
    await inspector.inspect({ name: 'planted', operation, question, expected: 'invalid' });
    expect(inspector.findings()).toEqual(['getMe, planted: invalid input led to 200 ']);
  });
});

describe('the oracle', () => {
  it('judges bodies by the served document', () => {
    const { document } = fixture.served;
    const oracle = createOracle(document);
    const schema = fixture.served.operation('register').body;
    if (!schema) throw new Error('no body');
    const judge = (text: string | Buffer) => oracle.judge(schema, Buffer.from(text as string));
    const body = (change: object) =>
      JSON.stringify({ username: ' Ada_1 ', email: 'A@B.cd', password: 'x'.repeat(8), ...change });
    expect(judge(body({}))).toBe('valid');
    for (const change of [
      { username: 'ab' },
      { username: 'a'.repeat(31) },
      { username: 5 },
      { email: 'x' },
      { password: 'x'.repeat(7) },
      { password: undefined },
      { x: 1 },
      { username: 'ada\u0000' },
    ]) {
      expect([change, judge(body(change))]).toEqual([change, 'invalid']);
    }
    expect(judge('{"username":"ada","email":"a@b.cd","password":"12345678","__proto__":1}')).toBe('invalid');
    expect(judge(Buffer.from('7b22ff227d', 'hex'))).toBe('invalid');
    expect(judge('[')).toBe('invalid');
    expect(judge(body({ password: '\u0000'.repeat(8) }))).toBe('valid');
  });
});
