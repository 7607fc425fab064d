import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { advance, join, lead, MINUTE, open, type Person, startWorld, timeline, type World } from './world.ts';

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
  world.pushes();
  world.told();
});
afterAll(() => world.close());

/** ada hosts and interviews, bob is candidate, cyd observes. */
async function roomIn(phase: string): Promise<RoomDetail> {
  const room = await open(world, ada, { config: { maxParticipants: 4 } });
  await join(world, bob, room);
  await join(world, cyd, room);
  await lead(world, ada, room.roomId, phase);
  world.pushes();
  world.told();
  return room;
}
const swapPath = (room: { roomId: string }) => `/rooms/${room.roomId}/control/role-swap`;
const request = (person: Person, room: { roomId: string }) => world.ask(person, 'POST', swapPath(room));
const respond = (person: Person, room: { roomId: string }, requestId: string, accept: boolean) =>
  world.ask(person, 'POST', `${swapPath(room)}/${requestId}/respond`, { accept });
const roles = async (room: RoomDetail) => {
  const { body } = await world.ask(ada, 'GET', `/rooms/${room.roomId}/participants`);
  return Object.fromEntries(body.data.map(({ username, role }: Record<string, string>) => [username, role]));
};
const statusOf = (requestId: string) =>
  world.rows<{ status: string }>('SELECT status FROM role_swaps WHERE id = ?', requestId)[0]?.status;

describe('requestRoleSwap', () => {
  it('asks the holder of the other role, and everybody sees it', async () => {
    const room = await roomIn('warmup');
    const reply = await request(bob, room);
    expect(reply.status).toBe(201);
    expect(reply.body).toMatchObject({
      requesterId: bob.userId,
      requesterRole: 'candidate',
      targetUserId: ada.userId,
      targetRole: 'interviewer',
      status: 'pending',
      expiresAt: new Date(world.clock.now() + 2 * MINUTE).toISOString(),
      respondedAt: null,
    });
    expect(world.pushes()).toEqual([{ type: 'role-swap-requested', data: reply.body }]);
    expect((await world.ask(cyd, 'GET', `/rooms/${room.roomId}`)).body.pendingRoleSwap).toEqual(reply.body);
  });

  it('is answered from the store for a repeated key; IDEMPOTENCY_CONFLICT while the first is under way', async () => {
    const room = await roomIn('waiting');
    const key = { 'idempotency-key': room.roomId };
    const send = () => world.ask(ada, 'POST', swapPath(room), undefined, key);
    // Writers wait at the closed gate, so whichever request comes first stays under way.
    const { gate } = world.test.db;
    gate.close();
    const both = [send(), send()];
    const early = await Promise.race(both);
    expect([early.code, early.body.details]).toEqual(['IDEMPOTENCY_CONFLICT', { reason: 'inProgress' }]);
    gate.open();
    const first = (await Promise.all(both)).find(({ status }) => status === 201);
    const again = await send();
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(again.body).toEqual(first?.body);
  });

  it('makes way for a new one when its time has passed unseen', async () => {
    const room = await roomIn('coding');
    const first = (await request(ada, room)).body;
    const pending = await request(bob, room);
    expect([pending.code, pending.body.details]).toEqual([
      'ROLE_SWAP_ALREADY_PENDING',
      { requestId: first.requestId },
    ]);
    world.clock.pass(2 * MINUTE);
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body.pendingRoleSwap).toBeNull();
    expect((await request(bob, room)).status).toBe(201);
    expect(statusOf(first.requestId)).toBe('expired');
  });

  it('refuses in order', async () => {
    const room = await roomIn('coding');
    const ai = await open(world, ada, { mode: 'ai' });
    expect((await request(ada, { roomId: ada.userId })).code).toBe('ROOM_NOT_FOUND');
    expect((await request(dan, room)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await request(cyd, room)).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await request(ada, ai)).code).toBe('ROOM_NOT_PEER_MODE');
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    expect((await request(ada, room)).code).toBe('PARTICIPANT_NOT_FOUND');
    await advance(world, ada, room.roomId, 'wrapup');
    expect((await request(ada, room)).code).toBe('ROOM_INVALID_STATE');
    await advance(world, ada, room.roomId, 'finished');
    expect((await request(cyd, room)).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await request(ada, room)).code).toBe('ROOM_FINISHED');
  });
});

describe('respondToRoleSwap', () => {
  it('trades the roles in room and session when accepted, and nothing else', async () => {
    const room = await roomIn('coding');
    const { requestId } = (await request(ada, room)).body;
    world.pushes();
    world.clock.pass(1);
    const reply = await respond(bob, room, requestId, true);
    expect(reply.body).toMatchObject({
      status: 'accepted',
      respondedAt: new Date(world.clock.now()).toISOString(),
    });
    expect(await roles(room)).toEqual({ ada: 'candidate', bob: 'interviewer', cyd: 'observer' });
    expect(world.pushes().map(({ type, data }) => [type, data.userId, data.role])).toEqual([
      ['role-swap-resolved', undefined, undefined],
      ['participant-updated', ada.userId, 'candidate'],
      ['participant-updated', bob.userId, 'interviewer'],
    ]);
    expect(timeline(world, room.roomId).at(-1)).toEqual({
      type: 'role_swapped',
      userId: bob.userId,
      facts: { requestId, interviewerId: bob.userId, candidateId: ada.userId },
    });
    expect(
      world.rows(
        `SELECT role, was_interviewer, was_candidate FROM session_participants p
         JOIN sessions s ON s.id = p.session_id WHERE s.room_id = ? AND user_id = ?`,
        room.roomId,
        ada.userId,
      ),
    ).toEqual([{ role: 'candidate', was_interviewer: 1, was_candidate: 1 }]);
    const seen = (await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body;
    expect(seen).toMatchObject({ isHost: true, editorLocked: false, timerPaused: false });
    expect((await respond(bob, room, requestId, true)).status).toBe(200);
    expect((await respond(bob, room, requestId, false)).code).toBe('ROLE_SWAP_ALREADY_RESOLVED');
  });

  it('may be declined by the target or withdrawn by the requester', async () => {
    const room = await roomIn('waiting');
    const declined = (await request(ada, room)).body.requestId;
    expect((await respond(bob, room, declined, false)).body.status).toBe('declined');
    const withdrawn = (await request(ada, room)).body.requestId;
    expect((await respond(ada, room, withdrawn, false)).body.status).toBe('declined');
    expect((await respond(bob, room, withdrawn, true)).code).toBe('ROLE_SWAP_ALREADY_RESOLVED');
    expect(await roles(room)).toEqual({ ada: 'interviewer', bob: 'candidate', cyd: 'observer' });
  });

  type End = [string, (room: RoomDetail) => Promise<unknown>];
  it.each<End>([
    ['leaves', (room) => world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`)],
    ['is removed', (room) => world.ask(ada, 'DELETE', `/rooms/${room.roomId}/participants/${bob.userId}`)],
    [
      'drops out',
      (room) => {
        world.clock.pass(1);
        const at = world.clock.now();
        const gone = { roomId: room.roomId, userId: bob.userId, at, closeCode: 1006 };
        return world.rooms.callbacks.userDisconnected(gone);
      },
    ],
    [
      'changes role',
      (room) =>
        world.ask(ada, 'PATCH', `/rooms/${room.roomId}/participants/${bob.userId}`, { role: 'observer' }),
    ],
  ])('lapses when a side %s', async (_, end) => {
    const room = await roomIn('waiting');
    const { requestId } = (await request(ada, room)).body;
    world.pushes();
    await end(room);
    expect(statusOf(requestId)).toBe('expired');
    expect(world.pushes().map(({ type }) => type)).toContain('role-swap-resolved');
    const answer = await respond(ada, room, requestId, false);
    expect([answer.status, answer.code]).toEqual([410, 'ROLE_SWAP_EXPIRED']);
  });

  it('lapses in wrapup, at the end, and after two minutes; others coming and going do not matter', async () => {
    const room = await roomIn('coding');
    const first = (await request(ada, room)).body.requestId;
    await world.ask(cyd, 'POST', `/rooms/${room.roomId}/leave`);
    expect(statusOf(first)).toBe('pending');
    world.clock.pass(2 * MINUTE);
    expect((await respond(bob, room, first, true)).code).toBe('ROLE_SWAP_EXPIRED');
    const second = (await request(ada, room)).body.requestId;
    await advance(world, ada, room.roomId, 'wrapup');
    expect(statusOf(second)).toBe('expired');
    const other = await roomIn('warmup');
    const third = (await request(ada, other)).body.requestId;
    await advance(world, ada, other.roomId, 'finished');
    expect(statusOf(third)).toBe('expired');
  });

  it('refuses in order', async () => {
    const room = await roomIn('coding');
    const { requestId } = (await request(ada, room)).body;
    expect((await respond(bob, { roomId: ada.userId }, requestId, true)).code).toBe('ROOM_NOT_FOUND');
    expect((await respond(dan, room, requestId, true)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await respond(bob, room, room.roomId, true)).code).toBe('ROLE_SWAP_NOT_FOUND');
    expect((await respond(cyd, room, requestId, false)).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await respond(ada, room, requestId, true)).code).toBe('ROOM_PERMISSION_DENIED');
    const other = await roomIn('waiting');
    expect((await respond(bob, other, requestId, true)).code).toBe('ROLE_SWAP_NOT_FOUND');
    await advance(world, ada, room.roomId, 'finished');
    expect((await respond(bob, room, requestId, true)).code).toBe('ROOM_FINISHED');
  });
});
