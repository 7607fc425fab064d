import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RoomDetail } from '../../../src/generated/api.ts';
import { createIds } from '../../../src/kernel/ids.ts';
import { systemRandom } from '../../../src/kernel/random.ts';
import { advance, join, lead, MINUTE, open, type Person, startWorld, type World } from './world.ts';

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
  world.pushes();
  world.told();
});
afterAll(() => world.close());

async function roomIn(phase: string): Promise<RoomDetail> {
  const room = await open(world, ada);
  await join(world, bob, room);
  await lead(world, ada, room.roomId, phase);
  world.pushes();
  return room;
}
const now = () => new Date(world.clock.now()).toISOString();
const ask = (room: { roomId: string }, { userId, sid }: Person, tokenIssuedAt: string | null = now()) =>
  world.rooms.callbacks.authorizeJoin({ roomId: room.roomId, userId, sid, tokenIssuedAt });
const drop = (room: RoomDetail, { userId }: Person) => {
  world.clock.pass(1);
  const at = world.clock.now();
  return world.rooms.callbacks.userDisconnected({ roomId: room.roomId, userId, at, closeCode: 1006 });
};

describe('authorizeJoin', () => {
  it('answers a first document with role, rights and the whole state of the room', async () => {
    const room = await roomIn('coding');
    world.clock.pass(MINUTE);
    const answer = await ask(room, bob);
    expect(answer).toMatchObject({ authorized: true, role: 'candidate', isHost: false, displayName: 'bob' });
    expect(answer.capabilities).toContain('code:edit');
    expect(answer.roomState).toEqual({
      phase: 'coding',
      editorLocked: false,
      lockedBy: null,
      language: 'python',
      problemId: null,
      timer: { timerPaused: false, elapsedMs: MINUTE, maxDurationMs: 120 * MINUTE },
      participants: [
        expect.objectContaining({ username: 'ada', isHost: true }),
        expect.objectContaining({ username: 'bob', isHost: false }),
      ],
      recording: expect.objectContaining({ status: 'off' }),
      serverTime: now(),
    });
  });

  it('answers the repeated question with what is needed for rights', async () => {
    const room = await roomIn('warmup');
    const { authorized, isHost, roomState } = await ask(room, ada, null);
    expect([authorized, isHost]).toEqual([true, true]);
    expect(roomState).toEqual({ phase: 'warmup', editorLocked: false, language: 'python' });
  });

  it('brings back who dropped out while the seat is kept, by a token only', async () => {
    const room = await roomIn('warmup');
    await drop(room, bob);
    expect(await ask(room, bob, null)).toEqual({ authorized: false, reason: 'participant-inactive' });
    world.pushes();
    expect(await ask(room, bob)).toMatchObject({ authorized: true, role: 'candidate' });
    expect(world.pushes()).toEqual([
      { type: 'participant-joined', data: expect.objectContaining({ role: 'candidate', rejoined: true }) },
    ]);
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body.collab).not.toBeNull();
    await drop(room, bob);
    world.clock.pass(5 * MINUTE);
    expect(await ask(room, bob)).toEqual({ authorized: false, reason: 'participant-inactive' });
  });

  it('refuses tokens older than a leave, but not those of the same second', async () => {
    const room = await roomIn('warmup');
    const early = now();
    world.clock.pass(5_000 - (world.clock.now() % 1000));
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/join`, {});
    expect(await ask(room, bob, early)).toEqual({ authorized: false, reason: 'token-superseded' });
    expect((await ask(room, bob)).authorized).toBe(true);
  });

  it('denies strangers, the banned, ended logins, closed accounts, ended and unknown rooms', async () => {
    const room = await roomIn('warmup');
    const reasonFor = async (target: { roomId: string }, person: Person) =>
      (await ask(target, person)).reason;
    const unknown = createIds(world.clock, systemRandom).next();
    expect(await reasonFor({ roomId: unknown }, ada)).toBe('room-not-found');
    expect(await reasonFor(room, cyd)).toBe('not-participant');
    expect(await reasonFor(room, { ...bob, sid: unknown })).toBe('login-ended');
    await world.change('UPDATE users SET banned_at = 1 WHERE id = ?', cyd.userId);
    expect(await reasonFor(room, cyd)).toBe('account-disabled');
    await world.ask(ada, 'DELETE', `/rooms/${room.roomId}/participants/${bob.userId}`);
    expect(await reasonFor(room, bob)).toBe('participant-removed');
    await advance(world, ada, room.roomId, 'finished');
    expect(await reasonFor(room, ada)).toBe('room-finished');
  });
});

describe('writeInRoom', () => {
  it('repeats the rules that admitted, first thing in the transaction', async () => {
    const room = await roomIn('coding');
    const rules = { presence: 'active', capability: 'code:run', unlocked: true } as const;
    const scope = world.rooms.access.enter(world.test.db, room.roomId, bob.userId, rules);
    expect(scope.can('code:run')).toBe(true);
    const write = () =>
      world.rooms.door.writeInRoom(scope, (_tx, { me, room: fresh }) => [me.role, fresh.status]);
    expect(await write()).toEqual(['candidate', 'coding']);
    await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/lock-editor`);
    await expect(write()).rejects.toMatchObject({ code: 'ROOM_EDITOR_LOCKED' });
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    await expect(write()).rejects.toMatchObject({ code: 'ROOM_ACCESS_DENIED' });
  });

  it('checks in the order exists, participation, rights, finished, mode, phase, lock', async () => {
    const room = await roomIn('warmup');
    const enter = (person: Person, rules: object) => {
      try {
        const all = { presence: 'active', ...rules } as const;
        world.rooms.access.enter(world.test.db, room.roomId, person.userId, all);
        return 'in';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const all = {
      capability: 'room:settings',
      unfinished: true,
      mode: 'ai',
      phases: ['coding'],
      unlocked: true,
    };
    await world.ask(ada, 'POST', `/rooms/${room.roomId}/control/lock-editor`);
    expect(enter(cyd, all)).toBe('ROOM_ACCESS_DENIED');
    expect(enter(bob, all)).toBe('ROOM_PERMISSION_DENIED');
    expect(enter(bob, { host: true })).toBe('ROOM_PERMISSION_DENIED');
    expect(enter(bob, { roles: ['interviewer'] })).toBe('ROOM_PERMISSION_DENIED');
    expect(enter(ada, all)).toBe('ROOM_NOT_AI_MODE');
    expect(enter(ada, { ...all, mode: 'peer' })).toBe('ROOM_INVALID_STATE');
    expect(enter(ada, { ...all, mode: 'peer', phases: ['warmup'] })).toBe('ROOM_EDITOR_LOCKED');
    expect(enter(ada, { ...all, mode: 'peer', phases: ['warmup'], unlocked: false })).toBe('in');
    await drop(room, ada);
    expect(enter(ada, {})).toBe('ROOM_ACCESS_DENIED');
    expect(enter(ada, { awayHost: true })).toBe('in');
    expect(enter(ada, { presence: 'member' })).toBe('in');
    expect(enter(bob, { awayHost: true })).toBe('in');
    await drop(room, bob);
    expect(enter(bob, { awayHost: true })).toBe('ROOM_ACCESS_DENIED');
    await advance(world, ada, room.roomId, 'finished');
    expect(enter(bob, { capability: 'room:settings', unfinished: true })).toBe('ROOM_PERMISSION_DENIED');
    expect(enter(ada, all)).toBe('ROOM_FINISHED');
    expect(enter(bob, {})).toBe('in');
  });
});
