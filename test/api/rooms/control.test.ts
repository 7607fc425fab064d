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
  world.plane.isDown = false;
  world.pushes();
  world.told();
});
afterAll(() => world.close());

/** ada hosts and interviews, bob is candidate, cyd observes; in the phase asked for. */
async function roomIn(phase: string, body: object = {}): Promise<RoomDetail> {
  const room = await open(world, ada, { config: { maxParticipants: 4 }, ...body });
  await join(world, bob, room);
  await join(world, cyd, room);
  await lead(world, ada, room.roomId, phase);
  world.pushes();
  world.told();
  return room;
}
const control = (person: Person, room: { roomId: string }, method: string, verb: string, body?: object) =>
  world.ask(person, method, `/rooms/${room.roomId}/control/${verb}`, body);
const nobody = { roomId: '01890000-0000-7000-8000-000000000000' };

describe('advanceRoomPhase', () => {
  it('opens the session on leaving waiting', async () => {
    const room = await roomIn('waiting');
    const reply = await advance(world, ada, room.roomId, 'warmup');
    expect(reply.body).toMatchObject({
      roomId: room.roomId,
      previousStatus: 'waiting',
      currentStatus: 'warmup',
      transitionedBy: ada.userId,
    });
    const { sessionId } = reply.body;
    expect(world.pushes()).toEqual([
      {
        type: 'phase-change',
        data: {
          phase: 'warmup',
          previousPhase: 'waiting',
          sessionId,
          elapsedMs: 0,
          editorLocked: false,
          changedBy: ada.userId,
          reason: 'manual',
        },
      },
    ]);
    expect(
      world.rows('SELECT user_id FROM session_participants WHERE session_id = ?', sessionId),
    ).toHaveLength(3);
    expect(timeline(world, room.roomId)).toEqual([
      {
        type: 'session_started',
        userId: ada.userId,
        facts: { mode: 'peer', problemId: null, language: 'python' },
      },
      {
        type: 'phase_changed',
        userId: ada.userId,
        facts: { from: 'waiting', to: 'warmup', reason: 'manual' },
      },
    ]);
  });

  it('unlocks and starts the timer in coding, locks and freezes in wrapup', async () => {
    const room = await roomIn('warmup');
    await control(ada, room, 'POST', 'lock-editor');
    world.told();
    await advance(world, ada, room.roomId, 'coding');
    const lock = { roomId: room.roomId, changedBy: null };
    expect(world.told()).toContainEqual({ name: 'room.lockChanged', payload: { ...lock, locked: false } });
    world.clock.pass(3 * MINUTE);
    await advance(world, ada, room.roomId, 'wrapup');
    expect(world.told()).toContainEqual({ name: 'room.lockChanged', payload: { ...lock, locked: true } });
    world.clock.pass(MINUTE);
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      status: 'wrapup',
      elapsedMs: 3 * MINUTE,
      editorLocked: true,
      lockedBy: null,
      timerPaused: false,
    });
    const locks = timeline(world, room.roomId).filter(({ type }) => type.startsWith('editor_'));
    expect(locks.map(({ type, facts }) => [type, facts.reason])).toEqual([
      ['editor_locked', 'manual'],
      ['editor_unlocked', 'phase'],
      ['editor_locked', 'phase'],
    ]);
  });

  it('finishes: everybody inactive, code dead, session closed, waiting runs cancelled, documents to close', async () => {
    const room = await roomIn('coding');
    world.clock.pass(MINUTE);
    const reply = await advance(world, ada, room.roomId, 'finished');
    expect(reply.status).toBe(200);
    expect(world.pushes()).toEqual([
      {
        type: 'phase-change',
        data: expect.objectContaining({ phase: 'finished', previousPhase: 'coding', elapsedMs: MINUTE }),
      },
    ]);
    expect(world.cancelled.at(-1)).toEqual({ roomId: room.roomId, kinds: ['run'], waitingOnly: true });
    const [session] = world.rows('SELECT * FROM sessions WHERE room_id = ?', room.roomId);
    expect(session).toMatchObject({
      coding_ms: MINUTE,
      finished_at: world.clock.now(),
      end_reason: 'completed',
    });
    expect(world.rows('SELECT left_at FROM session_participants WHERE session_id = ?', session.id)).toEqual(
      Array(3).fill({ left_at: world.clock.now() }),
    );
    expect(timeline(world, room.roomId).slice(-2)).toEqual([
      {
        type: 'phase_changed',
        userId: ada.userId,
        facts: { from: 'coding', to: 'finished', reason: 'manual' },
      },
      {
        type: 'session_finished',
        userId: ada.userId,
        facts: { reason: 'completed', codingMs: MINUTE },
      },
    ]);
    world.plane.isDown = true;
    await expect(world.runChores()).rejects.toThrow();
    world.plane.isDown = false;
    await world.runChores();
    const closing = [room.roomId, { purge: false, reason: 'completed', language: 'python' }];
    expect(world.plane.callsOf('destroyDocument').at(-1)).toEqual(closing);
  });

  it('finishes from waiting without a session, also for a host who is away', async () => {
    const room = await roomIn('waiting');
    world.clock.pass(1);
    const at = world.clock.now();
    await world.rooms.callbacks.userDisconnected({
      roomId: room.roomId,
      userId: ada.userId,
      at,
      closeCode: null,
    });
    expect((await advance(world, ada, room.roomId, 'warmup')).code).toBe('ROOM_ACCESS_DENIED');
    const reply = await advance(world, ada, room.roomId, 'finished');
    expect([reply.status, reply.body.sessionId]).toEqual([200, null]);
  });

  it('lets one of two racing steps win; the other is judged by the new phase [S20]', async () => {
    const room = await roomIn('warmup');
    const replies = await Promise.all([
      advance(world, ada, room.roomId, 'coding'),
      advance(world, ada, room.roomId, 'coding'),
    ]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409]);
    const lost = replies.find(({ status }) => status === 409);
    expect(lost?.code).toBe('ROOM_INVALID_TRANSITION');
    expect(lost?.body.details).toEqual({ currentStatus: 'coding', allowed: ['wrapup', 'finished'] });
  });

  it('refuses in order', async () => {
    const room = await roomIn('waiting');
    expect((await advance(world, ada, nobody.roomId, 'warmup')).code).toBe('ROOM_NOT_FOUND');
    expect((await advance(world, dan, room.roomId, 'warmup')).code).toBe('ROOM_ACCESS_DENIED');
    expect((await advance(world, bob, room.roomId, 'coding')).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await advance(world, ada, room.roomId, 'waiting')).code).toBe('ROOM_INVALID_TRANSITION');
    expect((await advance(world, ada, room.roomId, 'coding')).code).toBe('ROOM_INVALID_TRANSITION');
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    expect((await advance(world, ada, room.roomId, 'warmup')).code).toBe('ROOM_ROLE_CONSTRAINT_VIOLATION');
    await advance(world, ada, room.roomId, 'finished');
    expect((await advance(world, cyd, room.roomId, 'warmup')).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await advance(world, ada, room.roomId, 'waiting')).code).toBe('ROOM_FINISHED');
  });
});

describe('lockRoomEditor, unlockRoomEditor', () => {
  it('set the flag, tell the collab plane, and are idempotent', async () => {
    const room = await roomIn('warmup');
    const at = new Date(world.clock.now()).toISOString();
    const state = { roomId: room.roomId, editorLocked: true };
    const locked = await control(ada, room, 'POST', 'lock-editor');
    expect(locked.body).toEqual({ ...state, changed: true, changedAt: at, changedBy: ada.userId });
    expect(world.told()).toEqual([
      { name: 'room.lockChanged', payload: { roomId: room.roomId, locked: true, changedBy: ada.userId } },
    ]);
    const again = await control(ada, room, 'POST', 'lock-editor');
    expect(again.body).toEqual({ ...state, changed: false, changedAt: null, changedBy: null });
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body.lockedBy).toBe(ada.userId);
    expect((await control(ada, room, 'POST', 'unlock-editor')).body).toMatchObject({
      editorLocked: false,
      changed: true,
    });
    expect((await control(ada, room, 'POST', 'unlock-editor')).body.changed).toBe(false);
    // The plane broadcasts the lock itself.
    expect(world.pushes()).toEqual([]);
  });

  it.each(['lock-editor', 'unlock-editor'])('%s refuses in order', async (verb) => {
    const room = await roomIn('warmup');
    expect((await control(ada, nobody, 'POST', verb)).code).toBe('ROOM_NOT_FOUND');
    expect((await control(dan, room, 'POST', verb)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await control(bob, room, 'POST', verb)).code).toBe('ROOM_PERMISSION_DENIED');
    await advance(world, ada, room.roomId, 'finished');
    expect((await control(bob, room, 'POST', verb)).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await control(ada, room, 'POST', verb)).code).toBe('ROOM_FINISHED');
  });
});

describe('pauseRoomTimer, resumeRoomTimer', () => {
  it('stop and start the clock, once each', async () => {
    const room = await roomIn('coding');
    world.clock.pass(MINUTE);
    const paused = await control(ada, room, 'POST', 'pause-timer');
    expect(paused.body).toMatchObject({
      timerPaused: true,
      elapsedMs: MINUTE,
      maxDurationMs: 120 * MINUTE,
      changed: true,
      changedBy: ada.userId,
    });
    expect(world.pushes()).toEqual([
      {
        type: 'timer-change',
        data: expect.objectContaining({ timerPaused: true, elapsedMs: MINUTE, changedBy: ada.userId }),
      },
    ]);
    world.clock.pass(MINUTE);
    const again = await control(ada, room, 'POST', 'pause-timer');
    expect(again.body).toMatchObject({ elapsedMs: MINUTE, changed: false, changedAt: null, changedBy: null });
    expect((await control(ada, room, 'POST', 'resume-timer')).body).toMatchObject({
      timerPaused: false,
      elapsedMs: MINUTE,
      changed: true,
    });
    world.clock.pass(MINUTE);
    const running = await control(ada, room, 'POST', 'resume-timer');
    expect(running.body).toMatchObject({ elapsedMs: 2 * MINUTE, changed: false });
    const events = timeline(world, room.roomId).filter(({ type }) => type.startsWith('timer'));
    expect(events.map(({ type, facts }) => [type, facts.elapsedMs, facts.reason])).toEqual([
      ['timer_paused', MINUTE, 'manual'],
      ['timer_resumed', MINUTE, 'manual'],
    ]);
  });

  it('keeps the pause of a person when everybody goes and comes back', async () => {
    const room = await roomIn('coding');
    await control(ada, room, 'POST', 'pause-timer');
    for (const person of [ada, bob, cyd]) await world.ask(person, 'POST', `/rooms/${room.roomId}/leave`);
    await join(world, bob, room);
    expect((await world.ask(bob, 'GET', `/rooms/${room.roomId}`)).body.timerPaused).toBe(true);
  });

  it.each(['pause-timer', 'resume-timer'])('%s refuses in order', async (verb) => {
    const room = await roomIn('warmup');
    expect((await control(ada, nobody, 'POST', verb)).code).toBe('ROOM_NOT_FOUND');
    expect((await control(dan, room, 'POST', verb)).code).toBe('ROOM_ACCESS_DENIED');
    expect((await control(bob, room, 'POST', verb)).code).toBe('ROOM_PERMISSION_DENIED');
    const early = await control(ada, room, 'POST', verb);
    expect([early.code, early.body.details]).toEqual([
      'ROOM_INVALID_STATE',
      { currentStatus: 'warmup', allowed: ['coding'] },
    ]);
    await advance(world, ada, room.roomId, 'finished');
    expect((await control(ada, room, 'POST', verb)).code).toBe('ROOM_FINISHED');
  });
});

describe('selectProblem', () => {
  const select = (person: Person, room: { roomId: string }, body: object) =>
    control(person, room, 'PUT', 'problem', body);

  it('chooses a problem, and the texts follow as a chore that is repeated until it is done', async () => {
    const first = await world.problem('First', { starterCode: { python: 'a' } });
    const second = await world.problem('Second', { starterCode: { python: 'b', go: 'c' } });
    const room = await roomIn('warmup', { problemId: first });
    const reply = await select(ada, room, { problemId: second });
    expect(reply.body).toMatchObject({ problemId: second, problem: { title: 'Second' } });
    const change = { problemId: second, problemTitle: 'Second', codeReset: true, changedBy: ada.userId };
    expect(world.pushes()).toEqual([{ type: 'problem-change', data: change }]);
    expect(timeline(world, room.roomId).at(-1)).toEqual({
      type: 'problem_selected',
      userId: ada.userId,
      facts: { fromProblemId: first, problemId: second, codeReset: true },
    });
    expect(world.rows('SELECT problem_id FROM sessions WHERE room_id = ?', room.roomId)).toEqual([
      { problem_id: second },
    ]);
    world.plane.isDown = true;
    await expect(world.runChores()).rejects.toThrow();
    world.plane.isDown = false;
    await world.runChores();
    expect(world.plane.callsOf('replaceDocumentContent').at(-1)).toEqual([
      room.roomId,
      { python: 'b', go: 'c' },
    ]);
  });

  it('leaves the text with resetCode false; the present problem again is nothing, even withdrawn', async () => {
    const problemId = await world.problem('Third');
    const room = await roomIn('waiting');
    await world.runChores();
    const before = world.plane.callsOf('replaceDocumentContent').length;
    await select(ada, room, { problemId, resetCode: false });
    await world.change('UPDATE problems SET is_published = 0 WHERE id = ?', problemId);
    world.pushes();
    expect((await select(ada, room, { problemId })).status).toBe(200);
    expect(world.pushes()).toEqual([]);
    await world.runChores();
    expect(world.plane.callsOf('replaceDocumentContent').length).toBe(before);
  });

  it('clears the choice in waiting only, emptying the texts', async () => {
    const problemId = await world.problem('Fourth');
    const room = await roomIn('waiting', { problemId });
    expect((await select(ada, room, { problemId: null })).body).toMatchObject({
      problemId: null,
      problem: null,
    });
    await world.runChores();
    expect(world.plane.callsOf('replaceDocumentContent').at(-1)).toEqual([room.roomId, {}]);
    await select(ada, room, { problemId });
    await advance(world, ada, room.roomId, 'warmup');
    const late = await select(ada, room, { problemId: null });
    expect([late.code, late.body.details.allowed]).toEqual(['ROOM_INVALID_STATE', ['waiting']]);
  });

  it('has nothing to replace once the room has ended', async () => {
    const problemId = await world.problem('Fifth');
    const room = await roomIn('coding');
    await world.runChores();
    const before = world.plane.callsOf('replaceDocumentContent').length;
    await select(ada, room, { problemId });
    await advance(world, ada, room.roomId, 'finished');
    await world.runChores();
    expect(world.plane.callsOf('replaceDocumentContent').length).toBe(before);
  });

  it('refuses in order', async () => {
    const problemId = await world.problem('Sixth');
    const draft = await world.problem('Sketch', { isPublished: false });
    const room = await roomIn('coding');
    expect((await select(ada, nobody, { problemId })).code).toBe('ROOM_NOT_FOUND');
    expect((await select(dan, room, { problemId })).code).toBe('ROOM_ACCESS_DENIED');
    expect((await select(bob, room, { problemId })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await select(ada, room, { problemId: draft })).code).toBe('PROBLEM_NOT_FOUND');
    await advance(world, ada, room.roomId, 'wrapup');
    expect((await select(ada, room, { problemId })).code).toBe('ROOM_INVALID_STATE');
    await advance(world, ada, room.roomId, 'finished');
    expect((await select(ada, room, { problemId })).code).toBe('ROOM_FINISHED');
  });
});

describe('updateRoomSettings', () => {
  const settings = (person: Person, room: { roomId: string }, body: object) =>
    control(person, room, 'PATCH', 'settings', body);

  it('changes name, seats, time and privacy at once and tells of it; the same again is nothing', async () => {
    const room = await roomIn('waiting');
    const wanted = { name: 'Late', config: { maxParticipants: 6, maxDuration: 45, isPrivate: false } };
    expect((await settings(ada, room, wanted)).body).toMatchObject(wanted);
    const change = { ...wanted, roomCodeChanged: false, changedBy: ada.userId };
    expect(world.pushes()).toEqual([{ type: 'settings-change', data: change }]);
    expect((await settings(ada, room, wanted)).status).toBe(200);
    expect(world.pushes()).toEqual([]);
    expect((await settings(ada, room, { name: null })).body.name).toBeNull();
  });

  it('lets who edits change the language, and follows in the session', async () => {
    const room = await roomIn('warmup');
    expect((await settings(bob, room, { language: 'rust' })).body.language).toBe('rust');
    expect(world.pushes()).toEqual([
      { type: 'language-change', data: { language: 'rust', changedBy: bob.userId } },
    ]);
    expect(timeline(world, room.roomId).at(-1)).toEqual({
      type: 'language_changed',
      userId: bob.userId,
      facts: { from: 'python', to: 'rust' },
    });
    expect(world.rows('SELECT language FROM sessions WHERE room_id = ?', room.roomId)).toEqual([
      { language: 'rust' },
    ]);
    expect((await settings(cyd, room, { language: 'go' })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await settings(bob, room, { language: 'go', name: 'x' })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await settings(bob, room, { regenerateRoomCode: true })).code).toBe('ROOM_PERMISSION_DENIED');
  });

  it('replaces the invite code; the old one is dead', async () => {
    const room = await roomIn('waiting');
    const { body } = await settings(ada, room, { regenerateRoomCode: true });
    expect(body.roomCode).not.toBe(room.roomCode);
    expect(world.pushes()[0]?.data).toMatchObject({ roomCodeChanged: true });
    expect((await world.ask(dan, 'GET', `/rooms/lookup/${room.roomCode}`)).code).toBe('ROOM_NOT_FOUND');
    expect((await world.ask(dan, 'GET', `/rooms/lookup/${body.roomCode}`)).status).toBe(200);
  });

  it('hands the room over to somebody who is there; roles stay', async () => {
    const room = await roomIn('coding');
    const { body } = await settings(ada, room, { hostId: cyd.userId });
    expect(body).toMatchObject({ hostId: cyd.userId, isHost: false, myRole: 'interviewer' });
    const change = { hostId: cyd.userId, previousHostId: ada.userId, reason: 'handover' };
    expect(world.pushes()).toEqual([{ type: 'host-change', data: change }]);
    expect((await settings(ada, room, { name: 'mine' })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await settings(cyd, room, { hostId: dan.userId })).code).toBe('PARTICIPANT_NOT_FOUND');
    const transfer = 'PARTICIPANT_CANNOT_TRANSFER_OWNERSHIP';
    expect((await settings(cyd, room, { hostId: cyd.userId })).code).toBe(transfer);
    await world.ask(bob, 'POST', `/rooms/${room.roomId}/leave`);
    expect((await settings(cyd, room, { hostId: bob.userId })).code).toBe(transfer);
  });

  it('keeps seats in use and time used, as a whole or not at all', async () => {
    const room = await roomIn('coding');
    world.clock.pass(10 * MINUTE);
    const seats = await settings(ada, room, { name: 'half', config: { maxParticipants: 2 } });
    expect([seats.code, seats.body.details.field]).toEqual(['ROOM_INVALID_STATE', 'config.maxParticipants']);
    const time = await settings(ada, room, { name: 'half', config: { maxDuration: 10 } });
    expect([time.code, time.body.details.field]).toEqual(['ROOM_INVALID_STATE', 'config.maxDuration']);
    expect((await world.ask(ada, 'GET', `/rooms/${room.roomId}`)).body.name).toBeNull();
    expect((await settings(ada, room, { config: { maxDuration: 11 } })).status).toBe(200);
    await advance(world, ada, room.roomId, 'wrapup');
    expect((await settings(ada, room, { config: { maxDuration: 60 } })).code).toBe('ROOM_INVALID_STATE');
  });

  it('ROOM_INVITE_CODE_EXHAUSTED (every code that is drawn is put into the database before)', async () => {
    const stuck = await startWorld({ random: { bytes: (length) => new Uint8Array(length), below: () => 0 } });
    const eve = await stuck.person('eve');
    const room = await open(stuck, eve);
    const path = `/rooms/${room.roomId}/control/settings`;
    const reply = await stuck.ask(eve, 'PATCH', path, { regenerateRoomCode: true, name: 'x' });
    expect([reply.status, reply.code]).toEqual([503, 'ROOM_INVITE_CODE_EXHAUSTED']);
    expect((await stuck.ask(eve, 'GET', `/rooms/${room.roomId}`)).body).toMatchObject({
      name: null,
      roomCode: room.roomCode,
    });
    await stuck.close();
  });

  it('refuses in order', async () => {
    const room = await roomIn('waiting');
    expect((await settings(ada, nobody, { name: 'x' })).code).toBe('ROOM_NOT_FOUND');
    expect((await settings(dan, room, { name: 'x' })).code).toBe('ROOM_ACCESS_DENIED');
    expect((await settings(ada, room, {})).code).toBe('VALIDATION_FAILED');
    await advance(world, ada, room.roomId, 'finished');
    expect((await settings(bob, room, { name: 'x' })).code).toBe('ROOM_PERMISSION_DENIED');
    expect((await settings(ada, room, { name: 'x' })).code).toBe('ROOM_FINISHED');
  });
});
