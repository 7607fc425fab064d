import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { activeIn, atOnce, LONG_MS, type Person, roomRow, startWorld, tally, type World } from './world.ts';

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

const room = (phase: Parameters<World['room']>[0]) => world.room(phase, host, [guest], { problemId });
const go = (who: Person, roomId: string, targetStatus: string) =>
  world.post(who, `/rooms/${roomId}/control/transition`, { targetStatus });
const phaseEvents = (roomId: string, to: string) =>
  world
    .timeline(roomId)
    .filter(({ type, facts }) => type === 'phase_changed' && JSON.stringify(facts).includes(`"${to}"`));

it('a room finished twenty times at once is finished once', async () => {
  const roomId = await room('coding');
  expect(tally(await atOnce(20, () => go(host, roomId, 'finished')))).toEqual({ 200: 1, ROOM_FINISHED: 19 });
  expect(phaseEvents(roomId, 'finished')).toHaveLength(1);
  // To warmup, to coding, and once to the end.
  expect(world.pushes(roomId).filter(({ type }) => type === 'phase-change')).toHaveLength(3);
});

it.each([
  ['waiting', 'warmup'],
  ['warmup', 'coding'],
  ['coding', 'wrapup'],
] as const)('from %s to %s goes one of twenty; the others are judged by the new phase', async (from, to) => {
  const roomId = await room(from);
  const replies = await atOnce(20, () => go(host, roomId, to));
  expect(tally(replies)).toEqual({ 200: 1, ROOM_INVALID_TRANSITION: 19 });
  for (const { details, status } of replies) if (status !== 200) expect(details?.currentStatus).toBe(to);
  expect(phaseEvents(roomId, to)).toHaveLength(1);
  expect(world.rows('SELECT 1 FROM sessions WHERE room_id = ?', roomId)).toHaveLength(1);
});

it('finishing against going on: the room ends finished, through a line of phases', async () => {
  for (let round = 0; round < 5; round += 1) {
    const roomId = await room('warmup');
    const replies = await atOnce(12, (at) =>
      go(host, roomId, ['coding', 'wrapup', 'finished'][at % 3] as string),
    );
    for (const { status, code } of replies)
      expect([200, 'ROOM_FINISHED', 'ROOM_INVALID_TRANSITION']).toContain(code || status);
    expect(roomRow(world, roomId)).toMatchObject({
      status: 'finished',
      running_since: null,
      room_code: null,
    });
    expect(phaseEvents(roomId, 'finished')).toHaveLength(1);
  }
});

it('destroying against submitting: nothing waits for a room that is gone', async () => {
  for (let round = 0; round < 5; round += 1) {
    const roomId = await room('coding');
    const submits = atOnce(20, () =>
      world.post(guest, `/rooms/${roomId}/submit`, { language: 'python', code: 'x' }),
    );
    const destroys = await atOnce(3, () => world.ask(host, 'DELETE', `/rooms/${roomId}`));
    expect(tally(destroys)).toEqual({ 200: 1, ROOM_NOT_FOUND: 2 });
    const replies = await submits;
    for (const { status, code } of replies) expect([202, 'ROOM_NOT_FOUND']).toContain(code || status);
    const accepted = replies.filter(({ status }) => status === 202).map(({ body }) => body.submissionId);
    const rows = world.rows<{ id: string; status: string }>(
      'SELECT id, status FROM submissions WHERE room_id = ?',
      roomId,
    );
    expect(rows.map(({ id }) => id).sort()).toEqual(accepted.sort());
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(rows.length > 0 ? ['failed'] : []));
    expect(world.rows('SELECT 1 FROM jobs WHERE room_id = ? AND lane IS NOT NULL', roomId)).toEqual([]);
  }
});

it('finishing against running: whatever was accepted ends, and nothing is accepted afterwards', async () => {
  const roomId = await room('coding');
  const runs = atOnce(20, () => world.post(guest, `/rooms/${roomId}/run`, { language: 'python', code: 'x' }));
  expect((await go(host, roomId, 'finished')).status).toBe(200);
  for (const { status, code } of await runs) expect([202, 'ROOM_FINISHED']).toContain(code || status);
  expect((await world.post(guest, `/rooms/${roomId}/run`, { language: 'python', code: 'x' })).code).toBe(
    'ROOM_FINISHED',
  );
});

it('locking against running: after the lock nothing more is accepted', async () => {
  const roomId = await room('coding');
  const runs = atOnce(20, () => world.post(guest, `/rooms/${roomId}/run`, { language: 'python', code: 'x' }));
  const locks = await atOnce(4, () => world.post(host, `/rooms/${roomId}/control/lock-editor`, undefined));
  expect(locks.filter(({ body }) => body.changed)).toHaveLength(1);
  for (const { status, code } of await runs) expect([202, 'ROOM_EDITOR_LOCKED']).toContain(code || status);
});

const rolesOf = (roomId: string) =>
  Object.fromEntries(
    activeIn(world, roomId).map(({ userId, role }) => [userId === host.userId ? 'host' : 'guest', role]),
  );
async function pendingSwap(roomId: string): Promise<string> {
  const { body } = await world.post(host, `/rooms/${roomId}/control/role-swap`, undefined);
  return `/rooms/${roomId}/control/role-swap/${body.requestId}/respond`;
}

it('a role swap asked for by both at once is pending once', async () => {
  const roomId = await room('coding');
  const replies = await atOnce(20, (at) =>
    world.post(at % 2 === 0 ? host : guest, `/rooms/${roomId}/control/role-swap`, undefined),
  );
  expect(tally(replies)).toEqual({ 201: 1, ROLE_SWAP_ALREADY_PENDING: 19 });
});

it('a role swap accepted twice trades places once', async () => {
  const roomId = await room('coding');
  const respond = await pendingSwap(roomId);
  const replies = await atOnce(11, () => world.post(guest, respond, { accept: true }));
  expect(tally(replies)).toEqual({ 200: 11 });
  expect(rolesOf(roomId)).toEqual({ host: 'candidate', guest: 'interviewer' });
  expect(world.timeline(roomId).filter(({ type }) => type === 'role_swapped')).toHaveLength(1);
  expect(world.pushes(roomId).filter(({ type }) => type === 'role-swap-resolved')).toHaveLength(1);
});

it('a role swap accepted, declined and withdrawn at once has one end, and the roles are of that end', async () => {
  for (let round = 0; round < 10; round += 1) {
    const roomId = await room('coding');
    const respond = await pendingSwap(roomId);
    const replies = await atOnce(9, (at) =>
      at % 3 === 0
        ? world.post(guest, respond, { accept: true })
        : world.post(at % 3 === 1 ? guest : host, respond, { accept: false }),
    );
    const [row] = world.rows<{ status: string }>('SELECT status FROM role_swaps WHERE room_id = ?', roomId);
    for (const { status, code } of replies)
      expect([200, 'ROLE_SWAP_ALREADY_RESOLVED']).toContain(code || status);
    const isAccepted = row?.status === 'accepted';
    expect(rolesOf(roomId)).toEqual(
      isAccepted ? { host: 'candidate', guest: 'interviewer' } : { host: 'interviewer', guest: 'candidate' },
    );
  }
});

it('a role swap against leaving: nobody holds a role twice, and who left holds none', async () => {
  for (let round = 0; round < 10; round += 1) {
    const roomId = await room('coding');
    const respond = await pendingSwap(roomId);
    const [answer, leave] = await Promise.all([
      world.post(guest, respond, { accept: true }),
      world.post(guest, `/rooms/${roomId}/leave`, undefined),
    ]);
    expect(leave.status).toBe(204);
    expect([200, 'ROLE_SWAP_EXPIRED', 'ROOM_ACCESS_DENIED']).toContain(answer.code || answer.status);
    expect(activeIn(world, roomId)).toHaveLength(1);
    expect(world.rows("SELECT 1 FROM role_swaps WHERE room_id = ? AND status = 'pending'", roomId)).toEqual(
      [],
    );
  }
});

it('pausing and resuming at once: the clock has one state, and each change is told once', async () => {
  const roomId = await room('coding');
  const replies = await atOnce(20, (at) =>
    world.post(host, `/rooms/${roomId}/control/${at % 2 === 0 ? 'pause' : 'resume'}-timer`, undefined),
  );
  expect(tally(replies)).toEqual({ 200: 20 });
  const changes = replies.filter(({ body }) => body.changed).length;
  const told = world
    .timeline(roomId)
    .filter(({ type }) => type === 'timer_paused' || type === 'timer_resumed');
  expect(told).toHaveLength(changes);
  const { running_since: since, pause_cause: cause } = roomRow(world, roomId);
  expect(since === null).toBe(cause === 'person');
});
