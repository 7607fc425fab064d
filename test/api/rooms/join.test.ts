import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  advance,
  join,
  lead,
  MINUTE,
  open,
  type Person,
  type Reply,
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

const tryJoin = (person: Person, roomId: string, body?: object): Promise<Reply> =>
  world.ask(person, 'POST', `/rooms/${roomId}/join`, body);
const refusal = async (person: Person, roomId: string, body: object = {}) => {
  const { status, code } = await tryJoin(person, roomId, body);
  return [status, code];
};
const leave = (person: Person, roomId: string) => world.ask(person, 'POST', `/rooms/${roomId}/leave`);
const drop = (person: Person, roomId: string) => {
  world.clock.pass(1);
  return world.rooms.callbacks.userDisconnected({
    roomId,
    userId: person.userId,
    at: world.clock.now(),
    closeCode: 1006,
  });
};

describe('joinRoom', () => {
  it('admits with the code, gives the first free role and a token, and tells the others', async () => {
    const room = await open(world, ada);
    const reply = await tryJoin(bob, room.roomId, { roomCode: room.roomCode?.toLowerCase() });
    expect(reply.status).toBe(200);
    expect(reply.body).toMatchObject({
      assignedRole: 'candidate',
      requestedRole: null,
      assignmentReason: 'auto-assigned',
      rejoined: false,
      room: { myRole: 'candidate', isHost: false, participants: [{ username: 'ada' }, { username: 'bob' }] },
    });
    expect(reply.body.collab).toEqual(reply.body.room.collab);
    expect(await world.tokens.verify(reply.body.collab.token)).toMatchObject({ userId: bob.userId });
    expect(world.pushes()).toEqual([
      {
        type: 'participant-joined',
        data: {
          user: { userId: bob.userId, username: 'bob', displayName: null, avatarUrl: null },
          role: 'candidate',
          isHost: false,
          rejoined: false,
        },
      },
    ]);
  });

  it('changes nothing for who is in, and gives a fresh token; the wish for a role is ignored', async () => {
    const room = await open(world, ada);
    world.pushes();
    const reply = await tryJoin(ada, room.roomId, { requestedRole: 'observer' });
    expect(reply.body).toMatchObject({
      assignedRole: 'interviewer',
      requestedRole: 'observer',
      assignmentReason: 'retained',
      rejoined: true,
    });
    expect((await tryJoin(ada, room.roomId)).status).toBe(200);
    expect(world.pushes()).toEqual([]);
  });

  it('takes a public room without code, and a returning participant into a private one', async () => {
    const publicRoom = await open(world, ada, { config: { isPrivate: false } });
    expect((await tryJoin(bob, publicRoom.roomId, {})).status).toBe(200);
    const room = await open(world, ada);
    await join(world, bob, room);
    await leave(bob, room.roomId);
    expect((await tryJoin(bob, room.roomId, {})).body).toMatchObject({
      rejoined: true,
      assignedRole: 'candidate',
      assignmentReason: 'retained',
    });
  });

  it('keeps seat and role of who dropped out for five minutes, then gives them away', async () => {
    const room = await open(world, ada);
    await join(world, bob, room);
    await drop(bob, room.roomId);
    const wish = { roomCode: room.roomCode };
    expect(await refusal(cyd, room.roomId, wish)).toEqual([409, 'ROOM_FULL']);
    await world.ask(ada, 'PATCH', `/rooms/${room.roomId}/control/settings`, {
      config: { maxParticipants: 3 },
    });
    expect(await refusal(cyd, room.roomId, { ...wish, requestedRole: 'candidate' })).toEqual([
      409,
      'ROOM_ROLE_UNAVAILABLE',
    ]);
    world.clock.pass(5 * MINUTE);
    expect((await tryJoin(cyd, room.roomId, wish)).body.assignedRole).toBe('candidate');
    expect((await tryJoin(bob, room.roomId, {})).body).toMatchObject({
      assignedRole: 'observer',
      assignmentReason: 'fallback-observer',
    });
  });

  it('follows in the session: added, revived, role changed', async () => {
    const room = await open(world, ada, { config: { maxParticipants: 3 } });
    await join(world, bob, room);
    await lead(world, ada, room.roomId, 'warmup');
    await join(world, cyd, room);
    await leave(bob, room.roomId);
    await leave(cyd, room.roomId);
    await join(world, cyd, room, { requestedRole: 'candidate' });
    const record = world.rows(
      `SELECT u.username, p.role, p.was_candidate AS wasCandidate, p.left_at IS NOT NULL AS hasLeft
       FROM session_participants p JOIN sessions s ON s.id = p.session_id JOIN users u ON u.id = p.user_id
       WHERE s.room_id = ? ORDER BY u.username`,
      room.roomId,
    );
    expect(record).toEqual([
      { username: 'ada', role: 'interviewer', wasCandidate: 0, hasLeft: 0 },
      { username: 'bob', role: 'candidate', wasCandidate: 1, hasLeft: 1 },
      { username: 'cyd', role: 'candidate', wasCandidate: 1, hasLeft: 0 },
    ]);
    expect(timeline(world, room.roomId).slice(2)).toEqual([
      { type: 'participant_joined', userId: cyd.userId, facts: { role: 'observer', rejoined: false } },
      {
        type: 'participant_left',
        userId: bob.userId,
        facts: { targetUserId: bob.userId, reason: 'left' },
      },
      {
        type: 'participant_left',
        userId: cyd.userId,
        facts: { targetUserId: cyd.userId, reason: 'left' },
      },
      { type: 'participant_joined', userId: cyd.userId, facts: { role: 'candidate', rejoined: true } },
      {
        type: 'role_changed',
        userId: cyd.userId,
        facts: { targetUserId: cyd.userId, from: 'observer', to: 'candidate' },
      },
    ]);
  });

  it('refuses in order, and stores nothing', async () => {
    const room = await open(world, ada);
    const ai = await open(world, ada, { mode: 'ai' });
    expect(await refusal(bob, bob.userId)).toEqual([404, 'ROOM_NOT_FOUND']);
    expect(await refusal(bob, room.roomId)).toEqual([400, 'ROOM_INVALID_CODE']);
    expect(await refusal(bob, room.roomId, { roomCode: 'ZZZZZZ' })).toEqual([400, 'ROOM_INVALID_CODE']);
    const wish = { roomCode: ai.roomCode, requestedRole: 'interviewer' };
    expect(await refusal(bob, ai.roomId, wish)).toEqual([409, 'ROOM_NOT_PEER_MODE']);
    await join(world, bob, room);
    await world.ask(ada, 'DELETE', `/rooms/${room.roomId}/participants/${bob.userId}`);
    expect(await refusal(bob, room.roomId)).toEqual([403, 'ROOM_PARTICIPANT_REMOVED']);
    await lead(world, ada, ai.roomId, 'finished');
    expect(await refusal(bob, ai.roomId)).toEqual([409, 'ROOM_FINISHED']);
    expect(world.rows('SELECT 1 FROM room_participants WHERE room_id = ?', ai.roomId)).toHaveLength(1);
  });

  it('COLLAB_SERVICE_UNAVAILABLE while the documents cannot be opened: nothing is stored', async () => {
    const room = await open(world, ada);
    world.plane.isDown = true;
    expect(await refusal(bob, room.roomId, { roomCode: room.roomCode })).toEqual([
      503,
      'COLLAB_SERVICE_UNAVAILABLE',
    ]);
    expect(world.rows('SELECT 1 FROM room_participants WHERE room_id = ?', room.roomId)).toHaveLength(1);
  });

  it('is judged again after the documents were opened, and leaves none behind in a room that went meanwhile [S20]', async () => {
    const room = await open(world, ada);
    world.plane.meanwhile = async () => {
      await world.ask(ada, 'DELETE', `/rooms/${room.roomId}`);
    };
    expect(await refusal(bob, room.roomId, { roomCode: room.roomCode })).toEqual([404, 'ROOM_NOT_FOUND']);
    expect(world.plane.calls.at(-1)).toEqual([
      'destroyDocument',
      room.roomId,
      { purge: true, reason: 'destroyed' },
    ]);
  });

  it('gives the last seat to one of two', async () => {
    const room = await open(world, ada);
    const body = { roomCode: room.roomCode };
    const replies = await Promise.all([tryJoin(bob, room.roomId, body), tryJoin(cyd, room.roomId, body)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
  });

  it('counts refused joins, five a minute, and wrong codes of an address', async () => {
    const own = await startWorld({
      settings: { 'limits.joinsPerUserPerMinute': 5, 'limits.wrongCodesPerAddressPerMinute': 4 },
    });
    const [dan, eve] = [await own.person('dan'), await own.person('eve')];
    const room = await open(own, dan);
    const guess = (roomCode: string) => own.ask(eve, 'POST', `/rooms/${room.roomId}/join`, { roomCode });
    for (const letter of 'ABCD') expect((await guess(letter.repeat(6))).code).toBe('ROOM_INVALID_CODE');
    expect((await guess(room.roomCode ?? '')).code).toBe('RATE_LIMIT_EXCEEDED');
    own.clock.pass(MINUTE);
    for (let turn = 0; turn < 5; turn++) expect((await guess(room.roomCode ?? '')).status).toBe(200);
    expect((await guess(room.roomCode ?? '')).code).toBe('RATE_LIMIT_EXCEEDED');
    await own.close();
  });
});

describe('leaveRoom', () => {
  it('ends membership at once, closes the sockets and passes ownership on', async () => {
    const room = await open(world, ada, { config: { maxParticipants: 3 } });
    await join(world, bob, room);
    await join(world, cyd, room);
    world.pushes();
    world.told();
    expect((await leave(ada, room.roomId)).status).toBe(204);
    expect(world.pushes()).toEqual([
      { type: 'participant-left', data: { userId: ada.userId, reason: 'left', banned: false } },
      {
        type: 'host-change',
        data: { hostId: bob.userId, previousHostId: ada.userId, reason: 'left' },
      },
    ]);
    expect(world.told()).toEqual([
      {
        name: 'room.memberRemoved',
        payload: { roomId: room.roomId, userId: ada.userId, kind: 'left', reason: 'Left' },
      },
    ]);
    const seen = (await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body;
    expect(seen).toMatchObject({ isHost: true, myRole: 'candidate' });
    expect(seen.myCapabilities).toContain('participant:kick');
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      isHost: false,
      collab: null,
    });
  });

  it('leaves a lone host host, and never ends the room', async () => {
    const room = await open(world, ada);
    await leave(ada, room.roomId);
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      status: 'waiting',
      isHost: true,
      participants: [{ isActive: false }],
    });
    expect((await tryJoin(ada, room.roomId)).body).toMatchObject({
      assignedRole: 'interviewer',
      rejoined: true,
    });
  });

  it('is nothing for who is away, nor after the end', async () => {
    const room = await open(world, ada);
    await join(world, bob, room);
    await drop(bob, room.roomId);
    world.pushes();
    expect((await leave(bob, room.roomId)).status).toBe(204);
    expect(world.pushes()).toEqual([]);
    expect(
      world.rows(
        'SELECT standing FROM room_participants WHERE user_id = ? AND room_id = ?',
        bob.userId,
        room.roomId,
      ),
    ).toEqual([{ standing: 'member' }]);
    await advance(world, ada, room.roomId, 'finished');
    world.pushes();
    expect((await leave(ada, room.roomId)).status).toBe(204);
    expect(world.pushes()).toEqual([]);
  });

  it('ROOM_NOT_FOUND and ROOM_ACCESS_DENIED', async () => {
    const room = await open(world, ada);
    expect((await leave(ada, ada.userId)).code).toBe('ROOM_NOT_FOUND');
    expect((await leave(cyd, room.roomId)).code).toBe('ROOM_ACCESS_DENIED');
  });

  it('pauses a running timer when nobody is left, and lets it run when somebody comes back', async () => {
    const room = await open(world, ada, { mode: 'ai' });
    await lead(world, ada, room.roomId, 'coding');
    world.clock.pass(2 * MINUTE);
    world.pushes();
    await leave(ada, room.roomId);
    const paused = { timerPaused: true, elapsedMs: 2 * MINUTE, changedBy: null };
    expect(world.pushes()).toContainEqual({ type: 'timer-change', data: expect.objectContaining(paused) });
    world.clock.pass(3 * MINUTE);
    const { body } = await tryJoin(ada, room.roomId);
    expect(body.room).toMatchObject({ timerPaused: false, elapsedMs: 2 * MINUTE });
    world.clock.pass(MINUTE);
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body.elapsedMs).toBe(3 * MINUTE);
    expect(timeline(world, room.roomId).filter(({ type }) => type.startsWith('timer'))).toEqual([
      { type: 'timer_paused', userId: null, facts: { elapsedMs: 2 * MINUTE, reason: 'nobody_present' } },
      { type: 'timer_resumed', userId: null, facts: { elapsedMs: 2 * MINUTE, reason: 'nobody_present' } },
    ]);
  });
});
