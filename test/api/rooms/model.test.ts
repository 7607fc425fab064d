import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  advance,
  type Body,
  join,
  lead,
  MINUTE,
  open,
  type Person,
  SECOND,
  startWorld,
  type World,
} from './world.ts';

let world: World;
let people: Person[];
beforeAll(async () => {
  world = await startWorld({ settings: { 'limits.hostedRooms': 0 } });
  people = await Promise.all(['ada', 'bob', 'cyd', 'dan'].map((name) => world.person(name)));
});
afterAll(() => world.close());

const who = fc.integer({ min: 0, max: 3 });
const role = fc.constantFrom('interviewer', 'candidate', 'observer', undefined);
const phase = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('warmup', 'coding', 'wrapup') },
  { weight: 1, arbitrary: fc.constant('finished') },
);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('join' as const), by: who, role }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), by: who }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('drop' as const), by: who }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('kick' as const), by: who, target: who, ban: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('swap' as const), by: who }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('answer' as const), by: who, accept: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('advance' as const), by: who, phase }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('role' as const), by: who, target: who, role }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('settings' as const),
      by: who,
      target: who,
      seats: fc.integer({ min: 2, max: 5 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('timer' as const),
      by: who,
      verb: fc.constantFrom('pause', 'resume'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('pass' as const),
      isConnected: fc.boolean(),
      ms: fc.oneof(fc.integer({ min: 1, max: 40 * SECOND }), fc.integer({ min: 1, max: 6 * MINUTE })),
    }),
  },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;

type Room = { roomId: string; roomCode: string };

function act(room: Room, one: Exclude<Step, { kind: 'pass' | 'drop' }>): Promise<{ status: number }> {
  const path = `/rooms/${room.roomId}`;
  const by = people[one.by] as Person;
  const target = 'target' in one ? (people[one.target] as Person).userId : '';
  const ask = (method: string, rest: string, body?: object) => world.ask(by, method, path + rest, body);
  switch (one.kind) {
    case 'join':
      return ask('POST', '/join', { roomCode: room.roomCode, ...(one.role && { requestedRole: one.role }) });
    case 'leave':
      return ask('POST', '/leave');
    case 'kick':
      return ask('DELETE', `/participants/${target}?ban=${one.ban}`);
    case 'swap':
      return ask('POST', '/control/role-swap');
    case 'answer': {
      const [swap] = world.rows<{ id: string; target_id: string }>(
        'SELECT * FROM role_swaps WHERE room_id = ? ORDER BY created_at DESC, id DESC LIMIT 1',
        room.roomId,
      );
      // Mostly who was asked; else anybody, who may not.
      const asked = people.find(({ userId }) => one.by < 3 && userId === swap?.target_id) ?? by;
      const answer = `${path}/control/role-swap/${swap?.id ?? room.roomId}/respond`;
      return world.ask(asked, 'POST', answer, { accept: one.accept });
    }
    case 'advance':
      return advance(world, by, room.roomId, one.phase);
    case 'role':
      return ask('PATCH', `/participants/${target}`, one.role ? { role: one.role } : { muted: true });
    case 'settings':
      return ask('PATCH', '/control/settings', {
        config: { maxParticipants: one.seats },
        ...(one.seats === 4 && { hostId: target }),
      });
    case 'timer':
      return ask('POST', `/control/${one.verb}-timer`);
  }
}

async function take(room: Room, one: Step): Promise<void> {
  if (one.kind === 'pass') {
    world.clock.pass(one.ms);
    if (one.isConnected) {
      const all = people.map(({ userId }) => ({ roomId: room.roomId, userId }));
      world.rooms.callbacks.participantsHeartbeat(all);
    }
    await world.rooms.sweeps.runOnce();
  } else if (one.kind === 'drop') {
    world.clock.pass(SECOND);
    const { userId } = people[one.by] as Person;
    const at = world.clock.now();
    await world.rooms.callbacks.userDisconnected({ roomId: room.roomId, userId, at, closeCode: 1006 });
  } else {
    world.clock.pass(SECOND);
    expect((await act(room, one)).status).toBeLessThan(500);
  }
}

/** After so long no further steps are made. */
const LONGEST_MS = 20_000;

const phases = ['waiting', 'warmup', 'coding', 'wrapup', 'finished'];

type Seen = { rank: number; elapsed: number };

/** What must hold after every step; gives what the next look is compared with. */
function look(roomId: string, before: Seen): Seen {
  const now = world.clock.now();
  const [room] = world.rows('SELECT * FROM rooms WHERE id = ?', roomId);
  const members = world.rows('SELECT * FROM room_participants WHERE room_id = ?', roomId);
  const active = members.filter((member: Body) => member.is_active === 1);
  const seated = members.filter((member: Body) => member.is_active === 1 || member.reserved_until > now);
  const holders = (name: string) => seated.filter((member: Body) => member.role === name).length;
  expect(holders('interviewer')).toBeLessThanOrEqual(room.mode === 'ai' ? 0 : 1);
  expect(holders('candidate')).toBeLessThanOrEqual(1);
  expect(seated.length).toBeLessThanOrEqual(room.max_participants);

  const host = members.find((member: Body) => member.user_id === room.host_id);
  expect(host).toBeDefined();
  expect(host.standing).not.toBe('banned');
  const rank = phases.indexOf(room.status);
  expect(rank).toBeGreaterThanOrEqual(before.rank);
  const isOver = room.status === 'finished';
  if (!isOver) {
    expect(room.idle_since !== null).toBe(active.length === 0);
    const isHostAway = active.length > 0 && host.is_active === 0;
    expect(room.host_away_until !== null).toBe(isHostAway);
  } else {
    expect([active.length, seated.length, room.room_code]).toEqual([0, 0, null]);
  }

  const running = room.running_since === null ? 0 : Math.max(0, now - room.running_since);
  const elapsed = room.accumulated_ms + running;
  if (rank === before.rank || room.status !== 'coding')
    expect(elapsed).toBeGreaterThanOrEqual(before.elapsed);
  expect(room.running_since !== null).toBe(room.status === 'coding' && room.pause_cause === null);
  if (active.length === 0) expect(room.running_since).toBeNull();
  if (active.length > 0) expect(room.pause_cause).not.toBe('nobody');

  for (const swap of world.rows(
    "SELECT * FROM role_swaps WHERE room_id = ? AND status = 'pending'",
    roomId,
  )) {
    const sides = active.filter((member: Body) =>
      [swap.requester_id, swap.target_id].includes(member.user_id),
    );
    const held = Object.fromEntries(sides.map((member: Body) => [member.user_id, member.role]));
    expect(held).toEqual({ [swap.requester_id]: swap.requester_role, [swap.target_id]: swap.target_role });
  }
  lookAtSession(room, active, isOver);
  return { rank, elapsed };
}

function lookAtSession(room: Body, active: Body[], isOver: boolean): void {
  if (room.session_id === null) {
    expect(['waiting', 'finished']).toContain(room.status);
    return;
  }
  const [session] = world.rows('SELECT * FROM sessions WHERE id = ?', room.session_id);
  expect(session.finished_at !== null).toBe(isOver);
  const present = world
    .rows('SELECT * FROM session_participants WHERE session_id = ? AND left_at IS NULL', room.session_id)
    .map((part: Body) => `${part.user_id} ${part.role}`);
  expect(present.sort()).toEqual(active.map((member: Body) => `${member.user_id} ${member.role}`).sort());
}

it.each(['peer', 'ai'])(
  '%s rooms keep their rules whatever people do, in whatever order',
  { timeout: 90_000 },
  async (mode) => {
    const until = performance.now() + LONGEST_MS;
    const begin = fc.constantFrom('waiting', 'warmup', 'coding');
    const walk = fc.asyncProperty(
      begin,
      fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }),
      async (first, steps) => {
        const opened = await open(world, people[0] as Person, { mode, config: { maxParticipants: 3 } });
        const room: Room = { roomId: opened.roomId, roomCode: opened.roomCode ?? '' };
        await join(world, people[1] as Person, opened);
        await lead(world, people[0] as Person, room.roomId, first);
        let seen = look(room.roomId, { rank: 0, elapsed: 0 });
        for (const one of steps) {
          // Each step is a request: on a busy machine fewer walks have to do. (An interruption by the library would
          // leave a walk going on beside the next test, and its clock with it.)
          if (performance.now() > until) return;
          await take(room, one);
          seen = look(room.roomId, seen);
        }
      },
    );
    await fc.assert(walk, { numRuns: 20, endOnFailure: true });
  },
);
