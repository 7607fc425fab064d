import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Bound, type Document, listOperations } from '../../tools/contract/document.ts';
import { aCase, type Person, startWorld, type World } from '../api/runs/world.ts';

const unknownId = '01890000-0000-7000-8000-000000000001';
const secret = {
  ...aCase,
  input: 'hidden in 71\n',
  expectedOutput: 'hidden out 71\n',
  description: 'hidden words 71',
};

let world: World;
/** ada hosts, bob is the candidate; gone has left, out was removed; eve hosts a room of her own; root is an admin. */
let people: Record<'ada' | 'bob' | 'gone' | 'out' | 'eve' | 'root', Person>;
let ids: Record<'room' | 'code' | 'own' | 'draft' | 'run' | 'submission' | 'swap' | 'session', string>;
let operations: Bound[];

beforeAll(async () => {
  world = await startWorld({ 'limits.wrongCodesPerAddressPerMinute': 0 });
  const [ada, bob, gone, out, eve] = await Promise.all(
    ['ada', 'bob', 'gone', 'out', 'eve'].map((name) => world.person(name)),
  );
  const root = await world.person('root', 'admin');
  people = { ada, bob, gone, out, eve, root } as typeof people;
  const draft = await world.problem();
  const problemId = await world.problem({ cases: [aCase, { ...secret, isHidden: true }] });
  await world.change('UPDATE problems SET is_published = 0 WHERE id = ?', draft);
  const order = { problemId, config: { maxParticipants: 8 } };
  const room = await world.room('coding', people.ada, [people.bob, people.out, people.gone], order);
  await must(world.ask(people.ada, 'DELETE', `/rooms/${room}/participants/${people.out.userId}?ban=true`));
  await must(world.post(people.gone, `/rooms/${room}/leave`, undefined));
  const own = await world.room('coding', people.eve, [people.root], { problemId });
  const source = { language: 'python', code: 'print(71)' };
  const { jobId: run } = await must(world.post(people.bob, `/rooms/${room}/run`, source));
  const { submissionId: submission } = await must(world.post(people.bob, `/rooms/${room}/submit`, source));
  const { requestId: swap } = await must(
    world.post(people.ada, `/rooms/${room}/control/role-swap`, undefined),
  );
  const { roomCode: code } = await must(world.get(people.ada, `/rooms/${room}`));
  const [row] = world.rows<{ id: string }>('SELECT session_id AS id FROM rooms WHERE id = ?', room);
  ids = { room, code, own, draft, run, submission, swap, session: row?.id ?? '' };
  operations = listOperations((await must(world.get(people.eve, '/openapi.json'))) as Document);
});
afterAll(() => world.close());

async function must(asked: Promise<{ status: number; body: unknown }>) {
  const { status, body } = await asked;
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  // biome-ignore lint/suspicious/noExplicitAny: answers of several operations, checked against the contract
  return body as any;
}

/** Bodies that the operations would take of somebody who may. */
const bodies = (): Record<string, unknown> => ({
  updateParticipant: { role: 'observer' },
  advanceRoomPhase: { targetStatus: 'wrapup' },
  selectProblem: { problemId: null },
  updateRoomSettings: { name: 'Taken over' },
  respondToRoleSwap: { accept: true },
  runCode: { language: 'python', code: 'x' },
  submitCode: { language: 'python', code: 'x' },
});

/** What somebody gets who may see none of the things behind these ids, by the last parameter that names a thing. */
const refusals: Record<string, string> = {
  roomId: '403 ROOM_ACCESS_DENIED',
  sessionId: '403 SESSION_NOT_PARTICIPANT',
  jobId: '404 EXECUTION_JOB_NOT_FOUND',
  submissionId: '404 SUBMISSION_NOT_FOUND',
  problemId: '404 PROBLEM_NOT_FOUND',
};
/** The ways in, which are asked below; and what everybody may see of everybody. */
const open = new Set(['joinRoom', 'lookupRoom', 'getUserProfile']);

function addressOf({ path }: Bound): string {
  const { room, run, submission, swap, draft, session } = ids;
  const values: Record<string, string> = {
    roomId: room,
    userId: people.bob.userId,
    requestId: swap,
    jobId: run,
    submissionId: submission,
    problemId: draft,
    sessionId: session,
  };
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`${path}: this test knows nothing of ${name}`);
    return value;
  });
}

/** Operations that name a thing by its id. */
const objectOperations = () =>
  operations.filter(
    ({ id, path, operation }) => path.includes('{') && !open.has(id) && operation['x-permission'] !== 'admin',
  );

async function askAs(who: Person, operation: Bound): Promise<string> {
  const { id, method, body } = operation;
  const sent = bodies()[id];
  if (body !== undefined && sent === undefined && method !== 'delete')
    throw new Error(`${id} needs a body here`);
  const { status, code } = await world.ask(who, method.toUpperCase(), addressOf(operation), sent);
  return `${status} ${code}`;
}

/** Everything stored but what every request may note, as text. */
function stored(): string {
  const names = world.rows<{ name: string }>(
    "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name",
  );
  const tables = names.map(({ name }) => [name, world.rows(`SELECT * FROM "${name}"`)]);
  return JSON.stringify(tables, (key, value) => (key === 'last_active_at' ? null : value));
}

describe('everything behind an id', () => {
  it('is closed to who has nothing to do with it, and stays as it was [S20]', async () => {
    await world.server.control.core.db.durable.settled();
    const before = stored();
    expect(objectOperations().length).toBeGreaterThanOrEqual(20);
    for (const operation of objectOperations()) {
      const named = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
      const expected = refusals[named[0] ?? ''];
      expect([operation.id, await askAs(people.eve, operation)]).toEqual([operation.id, expected]);
    }
    expect(stored()).toBe(before);
  });

  it('in a room is closed to who was removed from it, and to admins, who are no participants [S20]', async () => {
    const before = stored();
    for (const operation of objectOperations()) {
      if (!operation.path.startsWith('/rooms/{roomId}')) continue;
      for (const who of ['out', 'root'] as const) {
        const got = await askAs(people[who], operation);
        expect([operation.id, who, got]).toEqual([operation.id, who, '403 ROOM_ACCESS_DENIED']);
      }
    }
    expect(stored()).toBe(before);
  });

  it('is closed for writing to who has left [S20]', async () => {
    const before = stored();
    const writing = objectOperations().filter(
      ({ id, path, method }) => path.startsWith('/rooms/{roomId}') && method !== 'get' && id !== 'leaveRoom',
    );
    expect(writing.length).toBeGreaterThan(10);
    for (const operation of writing) {
      const { status } = await world.ask(
        people.gone,
        operation.method.toUpperCase(),
        addressOf(operation),
        bodies()[operation.id],
      );
      expect([operation.id, status]).toEqual([operation.id, 403]);
    }
    expect(stored()).toBe(before);
  });

  it('is not reached through a room of the own: ids of another room are unknown there [S20]', async () => {
    const { own, swap, draft, room } = ids;
    const { eve, bob } = people;
    const before = stored();
    const tries: [method: string, path: string, body: unknown, expected: string][] = [
      ['PATCH', `/rooms/${own}/participants/${bob.userId}`, { role: 'observer' }, 'PARTICIPANT_NOT_FOUND'],
      ['DELETE', `/rooms/${own}/participants/${bob.userId}`, undefined, 'PARTICIPANT_NOT_FOUND'],
      ['POST', `/rooms/${own}/control/role-swap/${swap}/respond`, { accept: true }, 'ROLE_SWAP_NOT_FOUND'],
      ['PATCH', `/rooms/${own}/control/settings`, { hostId: bob.userId }, 'PARTICIPANT_NOT_FOUND'],
      ['PUT', `/rooms/${own}/control/problem`, { problemId: draft }, 'PROBLEM_NOT_FOUND'],
      ['GET', `/rooms/${own}/submissions?userId=${bob.userId}`, undefined, ''],
      ['GET', `/rooms/${own}/runs?userId=${bob.userId}`, undefined, ''],
    ];
    for (const [method, path, body, expected] of tries) {
      const reply = await world.ask(eve, method, path, body);
      expect([path, reply.code, reply.body?.data ?? []]).toEqual([path, expected, []]);
      expect(JSON.stringify(reply.body)).not.toContain(room);
    }
    expect(stored()).toBe(before);
  });

  it('looks the same whether it is there or not, where its existence is nobody’s business [S20] [S3]', async () => {
    for (const [path, id] of [
      ['/execution/', ids.run],
      ['/submissions/', ids.submission],
      ['/problems/', ids.draft],
    ] as const) {
      const shown = async (one: string) => {
        const { status, body } = await world.get(people.eve, path + one);
        const { timestamp: _, ...rest } = body;
        return [status, rest];
      };
      expect(await shown(id)).toEqual(await shown(unknownId));
    }
  });

  it('of a room is opened by its code alone; a wrong one opens nothing [S20]', async () => {
    const { eve, out } = people;
    const { room, code } = ids;
    const wrong = code === 'ABCDEF' ? 'ABCDEG' : 'ABCDEF';
    const join = async (who: Person, body?: object) =>
      (await world.post(who, `/rooms/${room}/join`, body)).code;
    expect(await join(eve)).toBe('ROOM_INVALID_CODE');
    expect(await join(eve, { roomCode: wrong })).toBe('ROOM_INVALID_CODE');
    expect(await join(out, { roomCode: code })).toBe('ROOM_PARTICIPANT_REMOVED');
    expect((await world.get(out, `/rooms/lookup/${code}`)).code).toBe('ROOM_PARTICIPANT_REMOVED');
    expect((await world.get(eve, `/rooms/lookup/${wrong}`)).code).toBe('ROOM_NOT_FOUND');
    expect(await askAs(eve, operations.find(({ id }) => id === 'getRoom') as Bound)).toBe(
      '403 ROOM_ACCESS_DENIED',
    );
  });

  it('of administration is for administrators, and their parameters too [S20]', async () => {
    for (const operation of operations.filter((one) => one.operation['x-permission'] === 'admin')) {
      const { status, code } = await world.ask(
        people.eve,
        operation.method.toUpperCase(),
        addressOf(operation),
        {},
      );
      expect([operation.id, status, code]).not.toEqual([operation.id, 200, '']);
    }
    const [{ problemId }] = world.rows<{ problemId: string }>(
      'SELECT problem_id AS problemId FROM rooms',
    ) as [{ problemId: string }];
    const hidden = `/problems/${problemId}?includeHidden=true`;
    expect((await world.get(people.eve, hidden)).code).toBe('FORBIDDEN');
    expect((await world.get(people.root, hidden)).status).toBe(200);
  });
});

describe('what answers hold', () => {
  it('is no address, no password hash and no test data of others, whoever reads whatever [S19] [S27]', async () => {
    const hashes = world
      .rows<{ hash: string }>('SELECT password_hash AS hash FROM users')
      .map(({ hash }) => hash);
    for (const who of ['bob', 'eve', 'gone'] as const) {
      const emails = Object.keys(people).filter((name) => name !== who);
      const forbidden = [
        ...hashes,
        ...emails.map((name) => `${name}@example.org`),
        'hidden in 71',
        'hidden out 71',
        'argon2',
      ];
      for (const operation of operations.filter(
        ({ method, path }) => method === 'get' && !path.includes('{roomCode}'),
      )) {
        const { body } = await world.get(people[who], addressOf(operation));
        const text = JSON.stringify(body);
        expect([operation.id, forbidden.filter((one) => text.includes(one))]).toEqual([operation.id, []]);
      }
    }
  });
});
