import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { atOnce, LONG_MS, type Person, type Reply, startWorld, tally, type World } from './world.ts';

let world: World;
let host: Person;
let guest: Person;
let problemId: string;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  world = await startWorld({
    'execution.waitingJobsPerUser': 1000,
    'execution.waitingSubmissionsPerUser': 1000,
  });
  host = await world.person('host');
  guest = await world.person('guest');
  problemId = await world.problem();
});
afterAll(() => world.close());

/** Asks until the key is free of conflicts with requests under way, as clients do. */
async function insist(ask: () => Promise<Reply>): Promise<Reply> {
  for (let turn = 0; turn < 200; turn += 1) {
    const reply = await ask();
    if (reply.details?.reason !== 'inProgress') return reply;
    expect(reply.headers.get('retry-after')).toBe('1');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error('the key is never free');
}

const code = { language: 'python', code: 'print(1)' };
/** Operations that take a key: where, with what, and which rows they leave. */
const deeds: readonly (readonly [
  name: string,
  path: (roomId: string) => string,
  body: () => object | undefined,
  rows: string,
])[] = [
  ['a room', () => '/rooms', () => ({ mode: 'peer', name: 'one' }), 'SELECT 1 FROM rooms'],
  ['a run', (roomId) => `/rooms/${roomId}/run`, () => code, 'SELECT 1 FROM runs'],
  ['a submission', (roomId) => `/rooms/${roomId}/submit`, () => code, 'SELECT 1 FROM submissions'],
  [
    'a role swap',
    (roomId) => `/rooms/${roomId}/control/role-swap`,
    () => undefined,
    'SELECT 1 FROM role_swaps',
  ],
];

it.each(deeds)(
  'fifty requests with one key make %s, and all hear of the same',
  async (_name, pathIn, bodyOf, rows) => {
    const roomId = await world.room('coding', host, [guest], { problemId });
    const [path, body] = [pathIn(roomId), bodyOf()];
    const headers = { 'idempotency-key': randomUUID() };
    const before = world.rows(rows).length;
    const replies = await atOnce(50, () => insist(() => world.ask(host, 'POST', path, body, { headers })));
    const [first] = replies;
    expect(tally(replies)).toEqual({ [String(first?.status)]: 50 });
    // The token of a room is given to the first only.
    const without = (reply: Reply) => JSON.stringify({ ...reply.body, collab: null });
    expect(new Set(replies.map(without)).size).toBe(1);
    expect(replies.filter(({ headers: given }) => given.get('idempotency-replayed') === 'true')).toHaveLength(
      49,
    );
    expect(world.rows(rows).length).toBe(before + 1);
  },
);

it('one key with two bodies acts for one of them', async () => {
  for (let round = 0; round < 10; round += 1) {
    const headers = { 'idempotency-key': randomUUID() };
    const replies = await atOnce(20, (at) =>
      insist(() =>
        world.ask(host, 'POST', '/rooms', { mode: 'peer', name: `body ${round} ${at % 2}` }, { headers }),
      ),
    );
    expect(tally(replies)).toEqual({ 201: 10, IDEMPOTENCY_CONFLICT: 10 });
    const names = replies.filter(({ status }) => status === 201).map(({ body }) => body.name);
    expect(new Set(names).size).toBe(1);
    expect(world.rows('SELECT 1 FROM rooms WHERE name LIKE ?', `body ${round} %`)).toHaveLength(1);
  }
});

it('a key belongs to its user: two with the same act for themselves', async () => {
  const headers = { 'idempotency-key': randomUUID() };
  const replies = await atOnce(20, (at) =>
    insist(() => world.ask(at % 2 === 0 ? host : guest, 'POST', '/rooms', { mode: 'peer' }, { headers })),
  );
  expect(tally(replies)).toEqual({ 201: 20 });
  expect(new Set(replies.map(({ body }) => body.roomId)).size).toBe(2);
});

it('a key whose request was refused is free: of many one acts once the way is open', async () => {
  const roomId = await world.room('waiting', host, [guest], { problemId });
  const headers = { 'idempotency-key': randomUUID() };
  const run = () => world.ask(host, 'POST', `/rooms/${roomId}/run`, code, { headers });
  const before = world.rows('SELECT 1 FROM runs').length;
  const replies = atOnce(30, () => insist(run));
  await world.advance(host, roomId, 'warmup');
  const codes = new Set((await replies).map(({ status, code: told }) => told || status));
  for (const told of codes) expect([202, 'ROOM_INVALID_STATE']).toContain(told);
  expect((await run()).status).toBe(202);
  expect(world.rows('SELECT 1 FROM runs').length).toBe(before + 1);
});
