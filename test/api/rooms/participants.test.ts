import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { join, lead, open, type Person, startWorld, timeline, type World } from './world.ts';

let world: World;
let ada: Person;
let bob: Person;
let cyd: Person;
let dan: Person;
beforeAll(async () => {
  world = await startWorld();
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
  dan = await world.person('dan');
});
afterEach(() => {
  world.plane.isDown = false;
  world.pushes();
  world.told();
});
afterAll(() => world.close());

/** ada hosts and interviews, bob is candidate, cyd observes. */
async function full(body: object = {}): Promise<RoomDetail> {
  const room = await open(world, ada, { config: { maxParticipants: 4 }, ...body });
  await join(world, bob, room);
  await join(world, cyd, room);
  world.pushes();
  world.told();
  return room;
}

const update = (person: Person, room: RoomDetail, target: Person, body: object) =>
  world.ask(person, 'PATCH', `/rooms/${room.roomId}/participants/${target.userId}`, body);
const kick = (person: Person, room: RoomDetail, target: Person, query = '') =>
  world.ask(person, 'DELETE', `/rooms/${room.roomId}/participants/${target.userId}${query}`);
const names = (body: { data: { username: string }[] }) => body.data.map(({ username }) => username);

describe('listParticipants', () => {
  it('lists by join time, filtered and paged; the removed only to the host', async () => {
    const room = await open(world, ada, { config: { maxParticipants: 4 } });
    for (const person of [bob, cyd, dan]) {
      world.clock.pass(1);
      await join(world, person, room);
    }
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    await kick(ada, room, dan);
    const list = async (person: Person, query = '') =>
      (await world.ask(person, 'GET', `/rooms/${room.roomId}/participants${query}`)).body;
    expect(names(await list(bob))).toEqual(['ada', 'bob', 'cyd']);
    expect(names(await list(cyd, '?sortOrder=desc'))).toEqual(['cyd', 'bob', 'ada']);
    expect(names(await list(ada, '?active=true'))).toEqual(['ada', 'cyd']);
    expect(names(await list(ada, '?active=false'))).toEqual(['bob']);
    expect(names(await list(ada, '?removed=true'))).toEqual(['dan']);
    expect(names(await list(cyd, '?removed=true'))).toEqual([]);
    const first = await list(ada, '?limit=2');
    expect(first.pagination.hasMore).toBe(true);
    expect(names(await list(ada, `?limit=2&cursor=${first.pagination.nextCursor}`))).toEqual(['cyd']);
  });

  it('ROOM_NOT_FOUND, ROOM_ACCESS_DENIED', async () => {
    const room = await full();
    const list = (person: Person, roomId: string) =>
      world.ask(person, 'GET', `/rooms/${roomId}/participants`);
    expect((await list(ada, ada.userId)).code).toBe('ROOM_NOT_FOUND');
    expect((await list(dan, room.roomId)).code).toBe('ROOM_ACCESS_DENIED');
    await kick(ada, room, bob);
    expect((await list(bob, room.roomId)).code).toBe('ROOM_ACCESS_DENIED');
  });
});

describe('updateParticipant', () => {
  it('changes role and microphone together and tells of it; the same again is nothing', async () => {
    const room = await full();
    const reply = await update(ada, room, bob, { role: 'observer', muted: true });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({ userId: bob.userId, role: 'observer', muted: true, isReady: false });
    const data = { userId: bob.userId, role: 'observer', muted: true, isReady: false, changedBy: ada.userId };
    expect(world.pushes()).toEqual([{ type: 'participant-updated', data }]);
    expect((await update(ada, room, bob, { role: 'observer', muted: true })).status).toBe(200);
    expect(world.pushes()).toEqual([]);
  });

  it('takes the own word on readiness only, and forgets it when the session begins', async () => {
    const room = await full();
    expect((await update(cyd, room, cyd, { isReady: true })).body).toMatchObject({ isReady: true });
    expect((await update(ada, room, bob, { isReady: true })).code).toBe('ROOM_PERMISSION_DENIED');
    await lead(world, ada, room.roomId, 'warmup');
    const { body } = await world.ask(ada, 'GET', `/rooms/${room.roomId}`);
    expect(body.participants.map(({ isReady }: { isReady: boolean }) => isReady)).toEqual([
      false,
      false,
      false,
    ]);
  });

  it('lets a host who gave the role away keep the room', async () => {
    const room = await full();
    await update(ada, room, ada, { role: 'observer' });
    expect((await update(ada, room, cyd, { role: 'interviewer' })).body.role).toBe('interviewer');
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      isHost: true,
      myRole: 'observer',
    });
  });

  it('is all or nothing', async () => {
    const room = await full();
    expect((await update(ada, room, cyd, { role: 'candidate', muted: true })).code).toBe(
      'ROOM_ROLE_CONSTRAINT_VIOLATION',
    );
    const { body } = await world.ask(ada, 'GET', `/rooms/${room.roomId}/participants`);
    expect(body.data.find(({ userId }: { userId: string }) => userId === cyd.userId).muted).toBe(false);
  });

  it('refuses in order', async () => {
    const room = await full();
    const ai = await open(world, ada, { mode: 'ai' });
    await join(world, bob, ai);
    expect((await update(ada, { ...room, roomId: ada.userId }, bob, { muted: true })).code).toBe(
      'ROOM_NOT_FOUND',
    );
    expect((await update(dan, room, bob, { muted: true })).code).toBe('ROOM_ACCESS_DENIED');
    expect((await update(bob, room, bob, { muted: false })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await update(bob, room, bob, { isReady: true, role: 'candidate' })).code).toBe(
      'ROOM_PERMISSION_DENIED',
    );
    expect((await update(ada, room, dan, { muted: true })).code).toBe('PARTICIPANT_NOT_FOUND');
    expect((await update(ada, ai, bob, { role: 'interviewer' })).code).toBe('ROOM_NOT_PEER_MODE');
    expect((await update(ada, room, bob, {})).code).toBe('VALIDATION_FAILED');
    await world.ask(cyd, 'POST', `/rooms/${room.roomId}/leave`);
    expect((await update(ada, room, cyd, { muted: true })).code).toBe('PARTICIPANT_NOT_FOUND');
    await lead(world, ada, room.roomId, 'warmup');
    expect((await update(ada, room, bob, { role: 'observer' })).code).toBe('ROOM_ROLES_LOCKED');
    expect((await update(bob, room, bob, { isReady: true })).code).toBe('ROOM_ROLES_LOCKED');
    expect((await update(ada, room, bob, { muted: true })).status).toBe(200);
    await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/transition`, { targetStatus: 'finished' });
    expect((await update(bob, room, bob, { muted: true })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await update(ada, room, bob, { muted: true })).code).toBe('ROOM_FINISHED');
    expect((await update(bob, room, bob, { isReady: true })).code).toBe('ROOM_FINISHED');
  });
});

describe('kickParticipant', () => {
  it('bans for good: out at once, tokens worthless, no way back, session kept', async () => {
    const room = await full();
    await lead(world, ada, room.roomId, 'warmup');
    world.pushes();
    expect((await kick(ada, room, bob)).status).toBe(204);
    expect(world.pushes()).toEqual([
      { type: 'participant-left', data: { userId: bob.userId, reason: 'kicked', banned: true } },
    ]);
    expect(world.cancelled.at(-1)).toEqual({
      roomId: room.roomId,
      kinds: ['run', 'submission'],
      waitingOnly: false,
      userId: bob.userId,
    });
    expect(world.told()).toContainEqual({
      name: 'room.memberRemoved',
      payload: { roomId: room.roomId, userId: bob.userId, kind: 'kicked', reason: 'Removed by the host' },
    });
    expect(world.cancelled.at(-1)).toEqual({
      roomId: room.roomId,
      kinds: ['run', 'submission'],
      waitingOnly: false,
      userId: bob.userId,
    });
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).code).toBe('ROOM_ACCESS_DENIED');
    const rejoin = await world.ask(bob, 'POST', `/rooms/${room.roomId}/join`, { roomCode: room.roomCode });
    expect(rejoin.code).toBe('ROOM_PARTICIPANT_REMOVED');
    const socket = await world.rooms.callbacks.authorizeJoin({
      roomId: room.roomId,
      userId: bob.userId,
      sid: bob.sid,
      tokenIssuedAt: new Date(world.clock.now()).toISOString(),
    });
    expect(socket).toEqual({ authorized: false, reason: 'participant-removed' });
    expect(timeline(world, room.roomId).at(-1)).toEqual({
      type: 'participant_kicked',
      userId: ada.userId,
      facts: { targetUserId: bob.userId, banned: true },
    });
    expect(world.rows('SELECT 1 FROM session_participants WHERE user_id = ?', bob.userId)).not.toEqual([]);
    const [audit] = world.rows(
      "SELECT * FROM audit_log WHERE action = 'room.participant_kick' ORDER BY id DESC",
    );
    expect(audit).toMatchObject({ actor_id: ada.userId, target_id: room.roomId });
  });

  it('closes the sockets by a chore too, until the collab plane has done it', async () => {
    const room = await full();
    await kick(ada, room, bob);
    world.plane.isDown = true;
    await expect(world.runChores()).rejects.toThrow();
    world.plane.isDown = false;
    await world.runChores();
    expect(world.plane.callsOf('kickUser').at(-1)).toEqual([
      room.roomId,
      { userId: bob.userId, kind: 'kicked', reason: 'Removed by the host' },
    ]);
    world.plane.isEmpty = true;
    await kick(ada, room, cyd);
    expect(await world.runChores()).toBe(1);
    world.plane.isEmpty = false;
  });

  it('with ban=false only puts out: free to come back, and the late chore leaves the new socket alone', async () => {
    const room = await full();
    await kick(ada, room, bob, '?ban=false');
    world.clock.pass(10);
    await join(world, bob, room, { roomCode: undefined });
    const before = world.plane.callsOf('kickUser').length;
    await world.runChores();
    expect(world.plane.callsOf('kickUser').length).toBe(before);
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    world.pushes();
    expect((await kick(ada, room, bob, '?ban=false')).status).toBe(204);
    expect(world.pushes()).toEqual([]);
    expect((await kick(ada, room, bob)).status).toBe(204);
    expect(world.pushes()).toEqual([
      { type: 'participant-left', data: { userId: bob.userId, reason: 'kicked', banned: true } },
    ]);
  });

  it('refuses in order', async () => {
    const room = await full();
    expect((await kick(ada, { ...room, roomId: ada.userId }, bob)).code).toBe('ROOM_NOT_FOUND');
    expect((await kick(dan, room, bob)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await kick(bob, room, cyd)).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await kick(ada, room, dan)).code).toBe('PARTICIPANT_NOT_FOUND');
    const self = await kick(ada, room, ada);
    expect(self.body.details.fields).toEqual([expect.objectContaining({ field: 'path.userId' })]);
    await kick(ada, room, bob);
    expect((await kick(ada, room, bob)).code).toBe('PARTICIPANT_NOT_FOUND');
    await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/transition`, { targetStatus: 'finished' });
    expect((await kick(ada, room, cyd)).code).toBe('ROOM_FINISHED');
  });
});
