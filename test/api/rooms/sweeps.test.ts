import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { SettingKey } from '../../../src/config/schema.ts';
import type { RoomDetail } from '../../../src/generated/api.ts';
import {
  type Body,
  HOUR,
  join,
  lead,
  MINUTE,
  open,
  type Person,
  SECOND,
  startWorld,
  timeline,
  type World,
} from './world.ts';

/** The sweeps look every few milliseconds of real time; the times that they compare are the test's. */
const settings: Partial<Record<SettingKey, number>> = {
  'timers.phaseCheckMs': 5,
  'timers.codingTickMs': 5,
  'timers.presenceSweepMs': 5,
  'timers.roomSweepMs': 5,
};

let world: World;
let ada: Person;
let bob: Person;
beforeEach(async () => {
  world = await startWorld({ settings });
  ada = await world.person('ada');
  bob = await world.person('bob');
  await world.rooms.sweeps.start();
});
afterEach(async () => {
  await world.rooms.sweeps.stop();
  await world.close();
});

async function roomIn(phase: string, body: object = {}): Promise<RoomDetail> {
  const room = await open(world, ada, body);
  await join(world, bob, room);
  await lead(world, ada, room.roomId, phase);
  world.pushes();
  return room;
}
const detail = async (room: RoomDetail, person = ada): Promise<Body> =>
  (await world.ask(person, 'GET', `/rooms/${room.roomId}`)).body;
const alive = (room: RoomDetail, ...people: Person[]) =>
  world.rooms.callbacks.participantsHeartbeat(people.map(({ userId }) => ({ roomId: room.roomId, userId })));
/** Time passes; these people showed a sign of life at its end. */
const pass = (ms: number, room: RoomDetail, ...people: Person[]) => {
  world.clock.pass(ms);
  alive(room, ...people);
};
const row = (room: RoomDetail): Body => world.rows('SELECT * FROM rooms WHERE id = ?', room.roomId)[0];
const part = (room: RoomDetail, { userId }: Person): Body =>
  world.rows('SELECT * FROM room_participants WHERE room_id = ? AND user_id = ?', room.roomId, userId)[0];
const disconnect = (room: RoomDetail, { userId }: Person) => {
  world.clock.pass(1);
  const at = world.clock.now();
  return world.rooms.callbacks.userDisconnected({ roomId: room.roomId, userId, at, closeCode: 1006 });
};
const eventually = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000, interval: 5 });

describe('the time limit', () => {
  it('moves coding to wrapup by itself', async () => {
    const room = await roomIn('coding', { config: { maxDuration: 5 } });
    pass(5 * MINUTE - 1, room, ada, bob);
    expect((await detail(room)).status).toBe('coding');
    pass(1, room, ada, bob);
    await eventually(() => expect(row(room).status).toBe('wrapup'));
    expect(await detail(room)).toMatchObject({ elapsedMs: 5 * MINUTE, editorLocked: true, lockedBy: null });
    expect(world.pushes().find(({ type }) => type === 'phase-change')?.data).toMatchObject({
      phase: 'wrapup',
      changedBy: null,
      reason: 'time_limit',
    });
    expect(timeline(world, room.roomId)).toContainEqual({
      type: 'phase_changed',
      userId: null,
      facts: { from: 'coding', to: 'wrapup', reason: 'time_limit' },
    });
  });

  it('never ends a paused timer, and moves with maxDuration', async () => {
    const room = await roomIn('coding', { config: { maxDuration: 5 } });
    const control = (verb: string) => world.ask(ada, 'POST', `/rooms/${room.roomId}/control/${verb}`);
    await control('pause-timer');
    pass(10 * MINUTE, room, ada, bob);
    await control('resume-timer');
    const wider = { config: { maxDuration: 10 } };
    await world.ask(ada, 'PATCH', `/rooms/${room.roomId}/control/settings`, wider);
    pass(9 * MINUTE, room, ada, bob);
    expect(await detail(room)).toMatchObject({ status: 'coding', elapsedMs: 9 * MINUTE });
    pass(MINUTE, room, ada, bob);
    await eventually(() => expect(row(room).status).toBe('wrapup'));
  });
});

describe('presence', () => {
  it('takes a member without a sign of life for 90 s for away since the last one', async () => {
    const room = await roomIn('warmup');
    pass(60 * SECOND, room, ada, bob);
    const last = world.clock.now();
    pass(89 * SECOND, room, ada);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(part(room, bob).is_active).toBe(1);
    pass(SECOND, room, ada);
    await eventually(() => expect(part(room, bob).is_active).toBe(0));
    expect(part(room, bob)).toMatchObject({
      left_at: last,
      reserved_until: last + 5 * MINUTE,
      standing: 'member',
    });
    expect(world.pushes()).toContainEqual({
      type: 'participant-left',
      data: { userId: bob.userId, reason: 'disconnected', banned: false },
    });
    expect(timeline(world, room.roomId).at(-1)).toEqual({
      type: 'participant_left',
      userId: null,
      facts: { targetUserId: bob.userId, reason: 'disconnected' },
    });
    expect(part(room, ada).is_active).toBe(1);
  });

  it('counts own calls in the room as signs of life', async () => {
    const room = await roomIn('warmup');
    for (let turn = 0; turn < 3; turn++) {
      pass(60 * SECOND, room, bob);
      expect((await detail(room)).participants[0].isActive).toBe(true);
    }
  });

  it('ignores a disconnection older than a later sign of life', async () => {
    const room = await roomIn('warmup');
    world.clock.pass(1000);
    const at = world.clock.now();
    world.clock.pass(500);
    alive(room, bob);
    const gone = { roomId: room.roomId, userId: bob.userId, at, closeCode: 1006 };
    await world.rooms.callbacks.userDisconnected(gone);
    expect(part(room, bob).is_active).toBe(1);
    await expect(
      world.rooms.callbacks.userDisconnected({ ...gone, roomId: bob.userId }),
    ).rejects.toMatchObject({
      code: 'ROOM_NOT_FOUND',
    });
  });
});

describe('a host who stays away', () => {
  it('keeps the room for five minutes, then it is the next one’s, also when the host comes back', async () => {
    const room = await roomIn('warmup');
    await disconnect(room, ada);
    pass(5 * MINUTE - 1, room, bob);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(row(room).host_id).toBe(ada.userId);
    pass(1, room, bob);
    await eventually(() => expect(row(room).host_id).toBe(bob.userId));
    expect(world.pushes()).toContainEqual({
      type: 'host-change',
      data: { hostId: bob.userId, previousHostId: ada.userId, reason: 'dropped' },
    });
    await join(world, ada, room);
    expect((await detail(room)).isHost).toBe(false);
  });

  it('comes back in time and stays host', async () => {
    const room = await roomIn('warmup');
    await disconnect(room, ada);
    pass(4 * MINUTE, room, bob);
    await join(world, ada, room);
    pass(10 * MINUTE, room, ada, bob);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(row(room).host_id).toBe(ada.userId);
  });

  it('has as long again once somebody returns to the empty room', async () => {
    const room = await roomIn('warmup');
    await disconnect(room, bob);
    await disconnect(room, ada);
    world.clock.pass(8 * MINUTE);
    await join(world, bob, room);
    pass(5 * MINUTE - 1, room, bob);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(row(room).host_id).toBe(ada.userId);
    pass(1, room, bob);
    await eventually(() => expect(row(room).host_id).toBe(bob.userId));
  });
});

describe('role swaps', () => {
  it('lapse after two minutes and everybody is told', async () => {
    const room = await roomIn('warmup');
    const { body } = await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/role-swap`);
    world.pushes();
    pass(2 * MINUTE, room, ada, bob);
    await eventually(() =>
      expect(world.rows('SELECT status FROM role_swaps WHERE id = ?', body.requestId)).toEqual([
        { status: 'expired' },
      ]),
    );
    expect(world.pushes()).toEqual([{ type: 'role-swap-resolved', data: { ...body, status: 'expired' } }]);
  });
});

describe('the end of rooms', () => {
  it('abandoned after ten minutes without anybody; one who comes back in time saves it', async () => {
    const room = await roomIn('coding');
    await disconnect(room, ada);
    await disconnect(room, bob);
    world.clock.pass(9 * MINUTE);
    await join(world, bob, room);
    pass(2 * MINUTE, room, bob);
    expect((await detail(room, bob)).status).toBe('coding');
    await disconnect(room, bob);
    world.clock.pass(10 * MINUTE);
    await eventually(() => expect(row(room)).toMatchObject({ status: 'finished', end_reason: 'abandoned' }));
    expect(
      timeline(world, room.roomId)
        .slice(-2)
        .map(({ userId, facts }) => [userId, facts.reason]),
    ).toEqual([
      [null, 'abandoned'],
      [null, 'abandoned'],
    ]);
    await world.runChores();
    expect(world.plane.callsOf('destroyDocument').at(-1)).toEqual([
      room.roomId,
      { purge: false, reason: 'abandoned', language: 'python' },
    ]);
  });

  it('expired a day after its creation, whoever is there, with one warning five minutes before', async () => {
    const room = await roomIn('warmup');
    pass(24 * HOUR - 5 * MINUTE, room, ada, bob);
    await eventually(() => expect(row(room).closing_warned).toBe(1));
    const end = new Date(Date.parse(room.createdAt) + 24 * HOUR).toISOString();
    expect(world.pushes()).toEqual([{ type: 'room-closing', data: { reason: 'expired', at: end } }]);
    pass(5 * MINUTE, room, ada, bob);
    await eventually(() => expect(row(room)).toMatchObject({ status: 'finished', end_reason: 'expired' }));
    expect(world.pushes().map(({ type }) => type)).toEqual(['phase-change']);
  });
});

describe('a restart', () => {
  it('counts the time that the server was down for no clock, and gives everybody 90 s to show up', async () => {
    const room = await roomIn('coding');
    const idle = await open(world, ada);
    await world.ask(ada, 'POST', `/rooms/${idle.roomId}/leave`);
    pass(2 * MINUTE, room, ada, bob);
    await disconnect(room, bob);
    pass(MINUTE, room, ada);
    await world.rooms.sweeps.stop();
    const down = 3 * HOUR;
    world.clock.pass(down);
    const restarted = world.restart();
    await restarted.sweeps.start();
    expect(part(room, ada).is_active).toBe(1);
    expect(part(room, bob).reserved_until - world.clock.now()).toBe(4 * MINUTE);
    expect(row(idle).idle_since).toBe(world.clock.now() - 3 * MINUTE - 1);
    expect(row(room)).toMatchObject({ accumulated_ms: 3 * MINUTE + 1, running_since: world.clock.now() });
    world.clock.pass(89 * SECOND);
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(part(room, ada).is_active).toBe(1);
    world.clock.pass(SECOND);
    await eventually(() => expect(part(room, ada).is_active).toBe(0));
    expect(row(room)).toMatchObject({ pause_cause: 'nobody', accumulated_ms: 3 * MINUTE + 1 + 90 * SECOND });
    await restarted.sweeps.stop();
  });

  it('after a crash counts until the last tick', async () => {
    const room = await roomIn('coding');
    pass(2 * MINUTE, room, ada, bob);
    await eventually(() =>
      expect(world.rows('SELECT ticked_at AS at FROM room_clock')).toEqual([{ at: world.clock.now() }]),
    );
    await world.rooms.sweeps.stop();
    // As if the process had died 7 s after that tick, and been away for an hour.
    const tick = world.clock.now();
    world.clock.pass(7 * SECOND + HOUR);
    await world.change('UPDATE room_clock SET ticked_at = ?', tick);
    const restarted = world.restart();
    await restarted.sweeps.start();
    expect(row(room)).toMatchObject({ accumulated_ms: 2 * MINUTE, running_since: world.clock.now() });
    await restarted.sweeps.stop();
  });
});
