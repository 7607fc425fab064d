import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSessionStats } from '../../../src/control/sessions/index.ts';
import type { RoomDetail } from '../../../src/generated/api.ts';
import {
  advance,
  HOUR,
  join,
  lead,
  MINUTE,
  open,
  type Person,
  startWorld,
  timeline,
  type World,
} from './world.ts';

let world: World;
let ada: Person;
let bob: Person;
let cyd: Person;
beforeAll(async () => {
  world = await startWorld();
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
});
afterEach(() => {
  world.plane.isDown = false;
  world.pushes();
  world.told();
});
afterAll(() => world.close());

async function roomIn(phase: string): Promise<RoomDetail> {
  const room = await open(world, ada);
  await join(world, bob, room);
  await lead(world, ada, room.roomId, phase);
  await world.runChores();
  world.pushes();
  world.told();
  return room;
}
const destroy = (person: Person, roomId: string) => world.ask(person, 'DELETE', `/rooms/${roomId}`);

describe('destroyRoom', () => {
  it('erases a room in waiting with everybody in it; its code stays taken', async () => {
    const room = await roomIn('waiting');
    const reply = await destroy(ada, room.roomId);
    expect(reply.body).toEqual({
      roomId: room.roomId,
      sessionId: null,
      collabDeleted: true,
      mediaDeleted: true,
      destroyedAt: new Date(world.clock.now()).toISOString(),
    });
    expect(world.rows('SELECT 1 FROM rooms WHERE id = ?', room.roomId)).toEqual([]);
    expect(world.rows('SELECT 1 FROM room_participants WHERE room_id = ?', room.roomId)).toEqual([]);
    expect(world.rows('SELECT 1 FROM room_codes WHERE code = ?', room.roomCode)).toHaveLength(1);
    expect(world.plane.callsOf('destroyDocument').at(-1)).toEqual([
      room.roomId,
      { purge: true, reason: 'destroyed' },
    ]);
    expect((await destroy(ada, room.roomId)).code).toBe('ROOM_NOT_FOUND');
    expect(
      world.rows("SELECT 1 FROM audit_log WHERE action = 'room.destroy' AND target_id = ?", room.roomId),
    ).toHaveLength(1);
  });

  it('withdraws a later one: gone for everybody, session closed, jobs cancelled', async () => {
    const room = await roomIn('coding');
    world.clock.pass(MINUTE);
    const reply = await destroy(ada, room.roomId);
    expect(reply.body.sessionId).not.toBeNull();
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).code).toBe('ROOM_NOT_FOUND');
    expect((await world.ask(bob, 'GET', '/rooms')).body.data).not.toContainEqual(
      expect.objectContaining({ roomId: room.roomId }),
    );
    expect((await world.ask(bob, 'GET', `/rooms/lookup/${room.roomCode}`)).code).toBe('ROOM_NOT_FOUND');
    expect(world.cancelled.at(-1)).toEqual({
      roomId: room.roomId,
      kinds: ['run', 'submission'],
      waitingOnly: false,
    });
    expect(world.rows('SELECT coding_ms, end_reason FROM sessions WHERE room_id = ?', room.roomId)).toEqual([
      { coding_ms: MINUTE, end_reason: 'destroyed' },
    ]);
    expect(
      timeline(world, room.roomId)
        .slice(-2)
        .map(({ type, facts }) => [type, facts.reason]),
    ).toEqual([
      ['phase_changed', 'destroyed'],
      ['session_finished', 'destroyed'],
    ]);
    expect(world.plane.callsOf('destroyDocument').at(-1)).toEqual([
      room.roomId,
      { purge: false, reason: 'destroyed', language: 'python' },
    ]);
    expect(world.rooms.door.isParticipant(world.test.db, room.roomId, bob.userId)).toBe(true);
  });

  it('says what could not be torn down, and does it later', async () => {
    const room = await roomIn('waiting');
    world.plane.isDown = true;
    expect((await destroy(ada, room.roomId)).body.collabDeleted).toBe(false);
    world.plane.isDown = false;
    const before = world.plane.calls.length;
    expect(await world.runChores()).toBe(1);
    expect(world.plane.calls.slice(before)).toEqual([
      ['destroyDocument', room.roomId, { purge: true, reason: 'destroyed' }],
    ]);
  });

  it('is for the host, even away', async () => {
    const room = await roomIn('warmup');
    expect((await destroy(cyd, room.roomId)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await destroy(bob, room.roomId)).code).toBe('ROOM_PERMISSION_DENIED');
    world.clock.pass(1);
    const at = world.clock.now();
    await world.rooms.callbacks.userDisconnected({
      roomId: room.roomId,
      userId: ada.userId,
      at,
      closeCode: null,
    });
    expect((await destroy(ada, room.roomId)).status).toBe(200);
    const finished = await roomIn('finished');
    expect((await destroy(ada, finished.roomId)).code).toBe('ROOM_FINISHED');
    expect((await destroy(ada, ada.userId)).code).toBe('ROOM_NOT_FOUND');
  });
});

describe('a closed account', () => {
  it('ends the rooms it hosts and leaves the others as by a ban', async () => {
    const hosted = await roomIn('coding');
    const joined = await open(world, bob);
    await join(world, ada, joined);
    const left = await open(world, cyd);
    await join(world, ada, left);
    await world.ask(ada, 'POST', `/rooms/${left.roomId}/leave`);
    world.pushes();
    world.told();
    await world.write((tx) => world.rooms.closeRoomsOf(tx, ada.userId));
    expect((await world.ask(bob, 'GET', `/rooms/${hosted.roomId}`)).body).toMatchObject({
      status: 'finished',
      endReason: 'admin_closed',
    });
    expect(world.pushes().filter(({ type }) => type === 'participant-left')).toEqual([
      { type: 'participant-left', data: { userId: ada.userId, reason: 'account_closed', banned: true } },
    ]);
    expect(world.told().filter(({ name }) => name === 'room.memberRemoved')).toEqual([
      {
        name: 'room.memberRemoved',
        payload: { roomId: joined.roomId, userId: ada.userId, kind: 'disabled', reason: 'Account closed' },
      },
    ]);
    for (const { roomId } of [joined, left]) {
      expect((await world.ask(ada, 'POST', `/rooms/${roomId}/join`, {})).code).toBe(
        'ROOM_PARTICIPANT_REMOVED',
      );
    }
    await world.runChores();
    expect(world.plane.callsOf('kickUser').at(-1)).toEqual([
      joined.roomId,
      { userId: ada.userId, kind: 'disabled', reason: 'Account closed' },
    ]);
  });

  it('closeRoom ends any room from outside, once', async () => {
    const room = await roomIn('warmup');
    await world.write((tx) => world.rooms.closeRoom(tx, room.roomId));
    expect(timeline(world, room.roomId).at(-1)).toMatchObject({
      userId: null,
      facts: { reason: 'admin_closed' },
    });
    const again = world.write((tx) => world.rooms.closeRoom(tx, room.roomId));
    await expect(again).rejects.toMatchObject({ code: 'ROOM_FINISHED' });
    const unknown = world.write((tx) => world.rooms.closeRoom(tx, ada.userId));
    await expect(unknown).rejects.toMatchObject({ code: 'ROOM_NOT_FOUND' });
  });
});

describe('session statistics', () => {
  it('count finished sessions that were not deleted, and their UTC days, newest first', async () => {
    const eve = await world.person('eve');
    const days: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const room = await open(world, eve, { mode: 'ai' });
      await lead(world, eve, room.roomId, 'finished');
      days.unshift(Math.floor(world.clock.now() / (24 * HOUR)));
      world.clock.pass(25 * HOUR);
    }
    const running = await open(world, eve, { mode: 'ai' });
    await advance(world, eve, running.roomId, 'warmup');
    const stats = () => readSessionStats(world.test.db, eve.userId, world.clock.now());
    expect(stats()).toEqual({ totalSessions: 3, finishedDays: days });
    await world.change(
      `UPDATE session_participants SET hidden_at = 1 WHERE user_id = ? AND session_id =
         (SELECT id FROM sessions ORDER BY finished_at DESC NULLS LAST LIMIT 1)`,
      eve.userId,
    );
    expect(stats()).toEqual({ totalSessions: 2, finishedDays: days.slice(1) });
  });
});
