import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Fixture, startFixture } from './support/fixture.ts';
import { createInspector, type Inspector } from './support/inspector.ts';
import { refusalOf } from './support/judge.ts';
import { validQuestion } from './support/question.ts';
import type { Operation } from './support/served.ts';
import { announce, LONG_MS } from './support/settings.ts';
import type { Answer, Question } from './support/wire.ts';

let fixture: Fixture;
let inspector: Inspector;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  fixture = await startFixture();
  inspector = createInspector(fixture);
});
afterAll(async () => {
  announce('headers', inspector.figures());
  await fixture.close();
});
afterEach(() => expect(inspector.findings()).toEqual([]));

const validOf = (operation: Operation) =>
  validQuestion(fixture, operation, { actor: fixture.actors.host, room: fixture.rooms.coding });

/** Asks an operation with more or other headers and gives the code, or the status where it was taken. */
async function askWith(
  operation: Operation,
  name: string,
  headers: Question['headers'],
  body?: Buffer,
): Promise<[string, Answer]> {
  const question = validOf(operation);
  const answer = await inspector.inspect({
    name,
    operation,
    question: {
      ...question,
      headers: { ...question.headers, ...headers },
      ...(body === undefined ? {} : { body }),
    },
  });
  return [refusalOf(answer)?.code ?? String(answer.status), answer];
}

/** Notes what is not the code expected. */
async function demand(
  operation: Operation,
  name: string,
  headers: Question['headers'],
  code: string,
  body?: Buffer,
) {
  const [got] = await askWith(operation, name, headers, body);
  if (got !== code) inspector.object(`${operation.id}, ${name}`, `${got} instead of ${code}`);
}

const withHeader = (name: string) =>
  fixture.served.operations.filter(({ parameters }) =>
    parameters.some((parameter) => parameter.in === 'header' && parameter.name === name),
  );
const withBody = () => fixture.served.operations.filter(({ body }) => body !== undefined);

describe('headers of any operation', () => {
  it('that are strange make no difference but the one declared', async () => {
    const strange: Record<string, string>[] = [
      { 'x-request-id': 'x' },
      { 'x-request-id': 'a'.repeat(5000) },
      { 'x-forwarded-for': '1.2.3.4, evil' },
      { 'x-forwarded-host': 'evil.example' },
      { 'x-http-method-override': 'DELETE' },
      { host: 'evil.example' },
      { origin: 'https://evil.example' },
      { accept: 'text/html' },
      { 'accept-language': 'x'.repeat(3000) },
      { range: 'bytes=0-1' },
      { traceparent: '00-x' },
      { cookie: ';;=;a=b;__proto__=x;refreshToken=' },
      { 'user-agent': '\u00ff'.repeat(2000) },
      { 'if-modified-since': 'never' },
      { upgrade: 'h2c', connection: 'upgrade' },
    ];
    for (const operation of fixture.served.operations) {
      const [plain] = await askWith(operation, 'as it is', {});
      for (const headers of strange) {
        const [name = ''] = Object.keys(headers);
        if (name === 'origin' && plain !== '200' && plain !== '204') continue;
        const isForeign = name === 'origin' && ['refreshSession', 'logout'].includes(operation.id);
        const replacesCookie = name === 'cookie' && ['refreshSession', 'logout'].includes(operation.id);
        const code = isForeign ? 'FORBIDDEN' : replacesCookie ? 'UNAUTHORIZED' : plain;
        await demand(operation, `${name}: ${headers[name]?.slice(0, 20)}`, headers, code);
      }
    }
  });

  it('name a version that is served, or none', async () => {
    for (const operation of fixture.served.operations) {
      for (const version of ['0.9', '', '1.0, 0.9', '__proto__']) {
        await demand(
          operation,
          `version ${version}`,
          { 'accept-version': version },
          'API_VERSION_UNSUPPORTED',
        );
      }
    }
  });
});

describe('the type of a body', () => {
  it('that is not JSON in UTF-8 is refused', async () => {
    const types = [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
      'application/xml',
      'text/json',
    ];
    const odd = [
      'application/json-patch+json',
      'application/jsonx',
      'json',
      'application',
      '*/*',
      'application/*',
      'x'.repeat(300),
    ];
    const sets = [
      'application/json; charset=utf-16',
      'application/json;charset=latin1',
      'application/json; charset="iso-8859-1"',
    ];
    for (const operation of withBody()) {
      for (const type of [...types, ...odd, ...sets]) {
        await demand(
          operation,
          `type ${type.slice(0, 40)}`,
          { 'content-type': type },
          'UNSUPPORTED_MEDIA_TYPE',
        );
      }
    }
  });

  it('that is JSON in UTF-8 is taken in every spelling', async () => {
    for (const operation of withBody()) {
      const [plain] = await askWith(operation, 'as it is', {});
      const spellings = [
        'application/json;charset=UTF-8',
        'Application/JSON ; Charset="utf-8"',
        'application/json; charset=utf8',
        'application/json;',
        'application/json; x=y',
      ];
      for (const type of spellings) await demand(operation, `type ${type}`, { 'content-type': type }, plain);
    }
  });

  it('that is compressed is not unpacked', async () => {
    const bomb = gzipSync(Buffer.alloc(20_000_000, ' '));
    for (const operation of withBody()) {
      const packed = gzipSync(validOf(operation).body ?? Buffer.from('{}'));
      await demand(operation, 'gzip', { 'content-encoding': 'gzip' }, 'VALIDATION_FAILED', packed);
      await demand(operation, 'a bomb', { 'content-encoding': 'gzip' }, 'VALIDATION_FAILED', bomb);
    }
  });

  it('without a type is refused, where there is a body', async () => {
    for (const operation of withBody()) {
      const { headers, ...question } = validOf(operation);
      const { 'content-type': _type, ...others } = headers as Record<string, string>;
      const answer = await inspector.inspect({
        name: 'no type',
        operation,
        question: { ...question, headers: others },
      });
      if (answer.status !== 415) inspector.object(`${operation.id}, no type`, `led to ${answer.status}`);
    }
  });
});

describe('the size of a body', () => {
  it('above the limit of its operation is refused, announced or not', async () => {
    for (const operation of withBody()) {
      const maxBytes = operation.operation['x-max-body-bytes'] ?? 256 * 1024;
      const body = Buffer.from(`{"x":"${'x'.repeat(maxBytes)}"}`);
      await demand(operation, 'too large', {}, 'PAYLOAD_TOO_LARGE', body);
      // Without a length the bytes are counted as they come.
      const chunked = { 'transfer-encoding': 'chunked', 'content-length': [] };
      const [code] = await askWith(operation, 'too large, in chunks', chunked as never, body);
      if (code !== 'PAYLOAD_TOO_LARGE') inspector.object(`${operation.id}, in chunks`, code);
    }
  });
});

describe('Idempotency-Key', () => {
  it('that is no UUID is refused by name', async () => {
    const operations = withHeader('Idempotency-Key');
    expect(operations.length).toBeGreaterThan(3);
    for (const operation of operations) {
      const id = randomUUID();
      const wrong = [
        '',
        'x',
        id.slice(1),
        `${id}0`,
        `{${id}}`,
        `"${id}"`,
        `${id}, ${id}`,
        `${id} x`,
        'null',
        '__proto__',
        'x'.repeat(4000),
      ];
      for (const key of wrong) {
        const [code, answer] = await askWith(operation, `key ${key.slice(0, 40)}`, {
          'idempotency-key': key,
        });
        const fields = refusalOf(answer)?.fields.map(({ field }) => field);
        if (code !== 'VALIDATION_FAILED' || !fields?.includes('header.Idempotency-Key')) {
          inspector.object(`${operation.id}, key ${key.slice(0, 40)}`, `${code} ${fields}`);
        }
      }
    }
  });

  it('is ignored where no operation asks for it', async () => {
    for (const operation of fixture.served.operations) {
      if (withHeader('Idempotency-Key').includes(operation)) continue;
      const [plain] = await askWith(operation, 'as it is', {});
      await demand(operation, 'a key that is none', { 'idempotency-key': 'x' }, plain);
    }
  });

  it('with another body is a conflict, and stores nothing more', async () => {
    const { wire, ledger } = fixture;
    for (const operation of withHeader('Idempotency-Key')) {
      if (!operation.body) continue;
      const question = validOf(operation);
      const headers = { ...question.headers, 'idempotency-key': randomUUID() };
      const before = ledger.read();
      const first = await wire.ask({ ...question, headers });
      expect(first.status).toBeLessThan(300);
      const stored = ledger.read();
      const other = Buffer.from(
        JSON.stringify({ ...JSON.parse(String(question.body)), ...otherBody[operation.id] }),
      );
      const second = await wire.ask({ ...question, headers, body: other });
      expect([operation.id, second.status, refusalOf(second)?.code]).toEqual([
        operation.id,
        409,
        'IDEMPOTENCY_CONFLICT',
      ]);
      const again = await wire.ask({ ...question, headers });
      expect([again.status, again.headers['idempotency-replayed']]).toEqual([first.status, 'true']);
      expect(ledger.changesSince(stored)).toEqual([]);
      await ledger.restore(before);
    }
  });
});

/** A change with which a body stays valid. */
const otherBody: Readonly<Record<string, object>> = {
  createRoom: { name: 'Another name' },
  runCode: { code: 'print(2)' },
  submitCode: { code: 'print(2)' },
};

describe('If-Match and If-None-Match', () => {
  const forms = [
    '',
    '*',
    'x',
    '"',
    '""',
    'W/""',
    'W/"1.x"',
    '"0."',
    'W/"99999999999999999999.x"',
    ', ,',
    'W/"1.x", *',
    '\u00e9',
    '"a" "b"',
    `"${'x'.repeat(150)}"`,
  ];

  it('in every form are answered with a tag, or refused', async () => {
    for (const name of ['If-Match', 'If-None-Match']) {
      const operations = withHeader(name);
      expect(operations.length).toBeGreaterThan(0);
      for (const operation of operations) {
        for (const form of forms) {
          const [code] = await askWith(operation, `${name} ${form}`, { [name.toLowerCase()]: form });
          const fine = name === 'If-Match' ? ['200', 'PRECONDITION_FAILED'] : ['200', '304'];
          if (!fine.includes(code)) inspector.object(`${operation.id}, ${name} ${form}`, code);
        }
        await demand(
          operation,
          `${name} too long`,
          { [name.toLowerCase()]: 'x'.repeat(201) },
          'VALIDATION_FAILED',
        );
      }
    }
  });
});
