import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Random } from '../../../src/kernel/random.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { advance, join, lead, MINUTE, open, type Person, START, startWorld, type World } from './world.ts';

/** Draws that a test fixes; afterwards chance again. */
const fixed: number[] = [];
const random: Random = {
  bytes: (length) => systemRandom.bytes(length),
  below: (limit) => (limit === 31 ? (fixed.shift() ?? systemRandom.below(31)) : systemRandom.below(limit)),
};

let world: World;
let ada: Person;
let bob: Person;
let cyd: Person;
beforeAll(async () => {
  world = await startWorld({ random });
  ada = await world.person('ada');
  bob = await world.person('bob');
  cyd = await world.person('cyd');
});
afterEach(() => {
  world.plane.isDown = false;
  fixed.length = 0;
  world.pushes();
});
afterAll(() => world.close());

describe('createRoom', () => {
  it('opens a private peer room for two with the caller as host and interviewer', async () => {
    const reply = await world.ask(ada, 'POST', '/rooms', { mode: 'peer' });
    expect(reply.status).toBe(201);
    expect(reply.headers.get('location')).toBe(`/rooms/${reply.body.roomId}`);
    expect(reply.body).toMatchObject({
      roomCode: expect.stringMatching(/^[A-HJKMNP-Z2-9]{6}$/),
      name: null,
      status: 'waiting',
      hostId: ada.userId,
      sessionId: null,
      problem: null,
      language: 'python',
      config: { maxParticipants: 2, maxDuration: 120, isPrivate: true },
      myRole: 'interviewer',
      isHost: true,
      elapsedMs: 0,
      timerPaused: false,
      editorLocked: false,
      recording: { status: 'off', allConsented: false, missingUserIds: [ada.userId] },
      pendingRoleSwap: null,
      mediaEnabled: false,
      endReason: null,
    });
    expect(reply.body.participants).toEqual([
      expect.objectContaining({ userId: ada.userId, username: 'ada', isActive: true, leftAt: null }),
    ]);
    const claims = await world.tokens.verify(reply.body.collab.token);
    expect(claims).toMatchObject({ userId: ada.userId, sid: ada.sid, roomId: reply.body.roomId });
    const [audit] = world.rows(`SELECT * FROM audit_log WHERE target_id = ?`, reply.body.roomId);
    expect(audit).toMatchObject({ action: 'room.create', actor_id: ada.userId });
  });

  it('takes name, problem, language, role and settings over, and seeds the documents', async () => {
    const problemId = await world.problem('Two sums', { starterCode: { go: 'package main' } });
    const room = await open(world, ada, {
      name: '  Friday  ',
      problemId,
      language: 'go',
      hostRole: 'observer',
      config: { maxParticipants: 5, maxDuration: 30, isPrivate: false },
    });
    expect(room).toMatchObject({
      name: 'Friday',
      problemId,
      problem: { title: 'Two sums' },
      language: 'go',
      myRole: 'observer',
      config: { maxParticipants: 5, maxDuration: 30, isPrivate: false },
    });
    expect(world.plane.callsOf('createDocument').at(-1)).toEqual([
      {
        roomId: room.roomId,
        initialContentByLanguage: { go: 'package main' },
        initialLanguage: 'go',
        initialPhase: 'waiting',
        editorLocked: false,
      },
    ]);
  });

  it('makes the host of an AI room its candidate, and nothing else', async () => {
    expect((await open(world, ada, { mode: 'ai' })).myRole).toBe('candidate');
    const reply = await world.ask(ada, 'POST', '/rooms', { mode: 'ai', hostRole: 'interviewer' });
    expect([reply.status, reply.code]).toEqual([400, 'VALIDATION_FAILED']);
    expect(reply.body.details.fields).toEqual([
      { field: 'hostRole', constraint: 'isIn', value: 'interviewer' },
    ]);
  });

  it('stores the room while the collab plane is down; the next getRoom gives the token', async () => {
    world.plane.isDown = true;
    const room = await open(world, ada);
    expect(room.collab).toBeNull();
    world.plane.isDown = false;
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body.collab).toMatchObject({
      url: 'ws://127.0.0.1/collab',
      documentName: room.roomId,
    });
  });

  it('PROBLEM_NOT_FOUND: unknown, or not published', async () => {
    const draft = await world.problem('Draft', { isPublished: false });
    for (const problemId of [draft, ada.userId]) {
      const reply = await world.ask(ada, 'POST', '/rooms', { mode: 'peer', problemId });
      expect([reply.status, reply.code]).toEqual([404, 'PROBLEM_NOT_FOUND']);
    }
  });

  it('answers a repeated key with the stored room without its token; another body is IDEMPOTENCY_CONFLICT', async () => {
    const key = { 'idempotency-key': ada.sid };
    const first = await world.ask(ada, 'POST', '/rooms', { mode: 'peer' }, key);
    const again = await world.ask(ada, 'POST', '/rooms', { mode: 'peer' }, key);
    expect(again.status).toBe(201);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.body).toEqual({ ...first.body, collab: null });
    const other = await world.ask(ada, 'POST', '/rooms', { mode: 'ai' }, key);
    expect([other.status, other.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
  });

  it('ROOM_INVITE_CODE_EXHAUSTED after five codes that rooms have or ever had (chance is injected)', async () => {
    fixed.push(0, 0, 0, 0, 0, 0);
    const room = await open(world, ada);
    expect(room.roomCode).toBe('AAAAAA');
    await world.ask(ada, 'DELETE', `/rooms/${room.roomId}`);
    const before = world.rows('SELECT count(*) AS count FROM rooms');
    fixed.push(...Array<number>(30).fill(0));
    const reply = await world.ask(ada, 'POST', '/rooms', { mode: 'peer' });
    expect([reply.status, reply.code]).toEqual([503, 'ROOM_INVITE_CODE_EXHAUSTED']);
    expect(world.rows('SELECT count(*) AS count FROM rooms')).toEqual(before);
    fixed.push(...Array<number>(24).fill(0), 1, 1, 1, 1, 1, 1);
    expect((await open(world, ada)).roomCode).toBe('BBBBBB');
  });
});

describe('limits of createRoom', () => {
  it('QUOTA_EXCEEDED with as many unfinished rooms as one may host; a finished one makes room', async () => {
    const own = await startWorld({ settings: { 'limits.hostedRooms': 2, 'limits.roomsPerUserPerHour': 3 } });
    const dan = await own.person('dan');
    const first = await open(own, dan);
    await open(own, dan);
    const reply = await own.ask(dan, 'POST', '/rooms', { mode: 'peer' });
    expect([reply.status, reply.code]).toEqual([429, 'QUOTA_EXCEEDED']);
    expect(reply.body.details).toEqual({ quota: 'rooms', used: 2, limit: 2, resetsAt: null });
    expect(reply.headers.get('retry-after')).toBeNull();
    await advance(own, dan, first.roomId, 'finished');
    await open(own, dan);
    const limited = await own.ask(dan, 'POST', '/rooms', { mode: 'peer' });
    expect([limited.status, limited.code]).toEqual([429, 'RATE_LIMIT_EXCEEDED']);
    await own.close();
  });
});

describe('getRoom', () => {
  it('shows each participant the own view, and mints tokens for active ones only', async () => {
    const room = await open(world, ada);
    await join(world, bob, room);
    const path = `/rooms/${room.roomId}`;
    const seen = (await world.ask(bob, 'GET', path)).body;
    expect(seen).toMatchObject({ myRole: 'candidate', isHost: false, roomCode: room.roomCode });
    expect(seen.myCapabilities).not.toContain('room:change-phase');
    expect((await world.tokens.verify(seen.collab.token)).userId).toBe(bob.userId);
    await world.ask(bob, 'POST', `${path}/leave`);
    expect((await world.ask(bob, 'GET', path)).body).toMatchObject({ collab: null, myRole: 'candidate' });
  });

  it('tells the collab plane again what changed while it opened the documents', async () => {
    const room = await open(world, ada);
    world.plane.meanwhile = async () => {
      await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/lock-editor`);
    };
    const { body } = await world.ask(ada, 'GET', `/rooms/${room.roomId}`);
    expect(body).toMatchObject({ editorLocked: true, collab: { documentName: room.roomId } });
    const told = world.plane.callsOf('createDocument').slice(-2);
    expect(told.map(([request]) => (request as { editorLocked: boolean }).editorLocked)).toEqual([
      false,
      true,
    ]);
  });

  it('keeps a finished room as a record without code and token', async () => {
    const room = await open(world, ada, { mode: 'ai' });
    await lead(world, ada, room.roomId, 'finished');
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      status: 'finished',
      roomCode: null,
      collab: null,
      endReason: 'completed',
      participants: [{ isActive: false }],
    });
  });

  it('ROOM_NOT_FOUND and ROOM_ACCESS_DENIED', async () => {
    const room = await open(world, ada);
    const unknown = await world.ask(ada, 'GET', `/rooms/${ada.userId}`);
    expect([unknown.status, unknown.code]).toEqual([404, 'ROOM_NOT_FOUND']);
    const stranger = await world.ask(cyd, 'GET', `/rooms/${room.roomId}`);
    expect([stranger.status, stranger.code]).toEqual([403, 'ROOM_ACCESS_DENIED']);
  });
});

describe('lookupRoom', () => {
  it('previews a room for who has the code, in either case', async () => {
    const room = await open(world, ada, { name: 'Look', config: { maxParticipants: 2 } });
    const look = async (person: Person) =>
      (await world.ask(person, 'GET', `/rooms/lookup/${room.roomCode?.toLowerCase()}`)).body;
    expect(await look(bob)).toMatchObject({
      roomId: room.roomId,
      name: 'Look',
      hostName: 'ada',
      participantCount: 1,
      isFull: false,
      availableRoles: ['candidate', 'observer'],
      isParticipant: false,
    });
    await join(world, bob, room);
    expect(await look(cyd)).toMatchObject({ participantCount: 2, isFull: true, availableRoles: [] });
    expect(await look(bob)).toMatchObject({ isFull: false, isParticipant: true });
  });

  it('ROOM_NOT_FOUND for unknown, replaced and dead codes alike', async () => {
    const room = await open(world, ada, { mode: 'ai' });
    const path = `/rooms/${room.roomId}`;
    const renewed = await world.ask(ada, 'PATCH', `${path}/control/settings`, { regenerateRoomCode: true });
    await lead(world, ada, room.roomId, 'finished');
    for (const code of ['ZZZZZZ', room.roomCode, renewed.body.roomCode]) {
      const reply = await world.ask(bob, 'GET', `/rooms/lookup/${code}`);
      expect([reply.status, reply.code]).toEqual([404, 'ROOM_NOT_FOUND']);
    }
  });

  it('ROOM_PARTICIPANT_REMOVED for the banned', async () => {
    const room = await open(world, ada);
    await join(world, bob, room);
    await world.ask(ada, 'DELETE', `/rooms/${room.roomId}/participants/${bob.userId}`);
    const reply = await world.ask(bob, 'GET', `/rooms/lookup/${room.roomCode}`);
    expect([reply.status, reply.code]).toEqual([403, 'ROOM_PARTICIPANT_REMOVED']);
  });

  it('VALIDATION_FAILED for letters that codes do not have', async () => {
    const reply = await world.ask(bob, 'GET', '/rooms/lookup/ABCDE0');
    expect([reply.status, reply.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('listRooms', () => {
  it('lists joined, hosted and open rooms page by page, each once', async () => {
    const own = await startWorld();
    const [dan, eve] = [await own.person('dan'), await own.person('eve')];
    const ids: string[] = [];
    for (const language of ['python', 'go', 'go', 'rust', 'python']) {
      own.clock.pass(1);
      ids.push((await open(own, dan, { language, config: { isPrivate: false } })).roomId);
    }
    const list = async (person: Person, query: string) => {
      const found: string[] = [];
      for (let cursor: string | null = ''; cursor !== null; ) {
        const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
        const { body } = await own.ask(person, 'GET', `/rooms?limit=2&${query}${after}`);
        found.push(...body.data.map(({ roomId }: { roomId: string }) => roomId));
        cursor = body.pagination.nextCursor;
      }
      return found;
    };
    const [first = '', second = '', third = '', fourth = '', fifth = ''] = ids;
    expect(await list(dan, 'sortOrder=asc')).toEqual(ids);
    expect(await list(dan, 'scope=hosted')).toEqual(ids.toReversed());
    expect(await list(dan, 'scope=open')).toEqual([]);
    expect(await list(eve, '')).toEqual([]);
    expect(await list(eve, 'scope=open&language=go')).toEqual([third, second]);
    await own.ask(eve, 'POST', `/rooms/${second}/join`, {});
    expect(await list(eve, '')).toEqual([second]);
    expect(await list(eve, 'scope=hosted')).toEqual([]);
    expect(await list(eve, 'scope=open')).toEqual([fifth, fourth, third, first]);
    await own.ask(dan, 'DELETE', `/rooms/${fifth}`);
    await lead(own, dan, second, 'coding');
    expect(await list(dan, 'sortBy=status&sortOrder=desc')).toEqual([second, fourth, third, first]);
    expect(await list(dan, 'status=coding')).toEqual([second]);
    expect(await list(dan, 'mode=ai')).toEqual([]);
    await own.close();
  });

  it('shows codes and roles to participants, and neither in open rooms', async () => {
    const own = await startWorld();
    const [dan, eve] = [await own.person('dan'), await own.person('eve')];
    const problemId = await own.problem('Ladders');
    const room = await open(own, dan, { problemId, config: { isPrivate: false } });
    const [mine] = (await own.ask(dan, 'GET', '/rooms')).body.data;
    expect(mine).toMatchObject({
      roomCode: room.roomCode,
      myRole: 'interviewer',
      isHost: true,
      hostName: 'dan',
      problemTitle: 'Ladders',
      problemDifficulty: 'easy',
      participantCount: 1,
    });
    const [shown] = (await own.ask(eve, 'GET', '/rooms?scope=open')).body.data;
    expect(shown).toMatchObject({ roomId: room.roomId, roomCode: null, myRole: null, isHost: false });
    await own.ask(eve, 'POST', `/rooms/${room.roomId}/join`, {});
    const third = await own.person('fay');
    expect((await own.ask(third, 'GET', '/rooms?scope=open')).body.data).toEqual([]);
    await own.ask(dan, 'DELETE', `/rooms/${room.roomId}/participants/${eve.userId}`);
    expect((await own.ask(eve, 'GET', '/rooms')).body.data).toEqual([]);
    expect((await own.ask(eve, 'GET', '/rooms?scope=open')).body.data).toEqual([]);
    expect((await own.ask(third, 'GET', '/rooms?scope=open')).body.data).toHaveLength(1);
    await own.close();
  });

  it('VALIDATION_FAILED on a cursor of another list', async () => {
    await open(world, ada);
    await open(world, ada);
    const { body } = await world.ask(ada, 'GET', '/rooms?limit=1');
    const reply = await world.ask(
      ada,
      'GET',
      `/rooms?limit=1&scope=hosted&cursor=${body.pagination.nextCursor}`,
    );
    expect([reply.status, reply.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

describe('getMyActiveRoom', () => {
  it('names the unfinished room last joined, also after a drop, until it is left', async () => {
    const own = await startWorld();
    const [dan, eve] = [await own.person('dan'), await own.person('eve')];
    const mine = async () => (await own.ask(eve, 'GET', '/users/me/active-room')).body;
    expect(await mine()).toEqual({ room: null, role: null, isHost: false, joinedAt: null });
    const early = await open(own, eve);
    own.clock.pass(MINUTE);
    const late = await open(own, dan);
    await join(own, eve, late);
    expect(await mine()).toMatchObject({
      room: { roomId: late.roomId },
      role: 'candidate',
      isHost: false,
      joinedAt: new Date(START + MINUTE).toISOString(),
    });
    own.clock.pass(1);
    await own.rooms.callbacks.userDisconnected({
      roomId: late.roomId,
      userId: eve.userId,
      at: own.clock.now(),
      closeCode: 1006,
    });
    own.clock.pass(10 * MINUTE);
    expect((await mine()).room.roomId).toBe(late.roomId);
    await join(own, eve, late);
    await own.ask(eve, 'POST', `/rooms/${late.roomId}/leave`);
    expect(await mine()).toMatchObject({ room: { roomId: early.roomId }, role: 'interviewer', isHost: true });
    await own.ask(eve, 'DELETE', `/rooms/${early.roomId}`);
    expect((await mine()).room).toBeNull();
    await own.close();
  });
});
