import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/kernel/clock.ts';
import { type Guest, refusal, type Tab } from './support/guest.ts';
import { gather, openRoom, openStage, type Stage, type StageOptions } from './support/stage.ts';
import { until } from './support/wait.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let stage: Stage;
let names = 0;
afterEach(() => stage.close());

async function begin(options: StageOptions) {
  stage = await openStage(options);
  const host = await stage.guest(`person${++names}`);
  const guest = await stage.guest(`person${++names}`);
  return { host, guest };
}

/** The system's clock, which can be put forward. */
function createMovableClock() {
  let aheadMs = 0;
  return {
    now: () => systemClock.now() + aheadMs,
    pass: (ms: number) => {
      aheadMs += ms;
    },
  };
}

const quick = { 'timers.roomSweepMs': 50, 'timers.phaseCheckMs': 50, 'timers.heartbeatMs': 50 } as const;
const roomRow = (roomId: string) => stage.rows('SELECT * FROM rooms WHERE id = ?', roomId)[0] ?? {};
const read = (guest: Guest, roomId: string) => guest.api.call('GET /rooms/{roomId}', { params: { roomId } });

describe('a member who drops out', () => {
  const settings = { ...quick, 'timers.disconnectGraceMs': 100 };

  it('keeps seat and role, and is back by joining without a code', async () => {
    const { host, guest } = await begin({ settings });
    const { room, tabs } = await gather(host, [guest], { config: { maxParticipants: 2 } });
    const [hostTab, guestTab] = tabs as [Tab, Tab];
    await guestTab.type('half a thought');
    guest.leave();
    await hostTab.hears('participant-left', { userId: guest.userId, reason: 'disconnected', banned: false });
    const third = await stage.guest(`person${++names}`);
    expect(await refusal(third.join(room))).toBe('409 ROOM_FULL');
    const { room: active } = await guest.api.call('GET /users/me/active-room', {});
    expect(active).toMatchObject({ roomId: room.roomId });

    const joined = await guest.join({ roomId: room.roomId });
    expect([joined.assignedRole, joined.assignmentReason, joined.rejoined]).toEqual([
      'candidate',
      'retained',
      true,
    ]);
    const back = guest.open(room.roomId, joined.collab);
    await back.settled();
    await hostTab.hears('participant-joined', { role: 'candidate', isHost: false, rejoined: true });
    await back.type(', and the other half');
    await until('seen', () => `${hostTab.text()}` === 'half a thought, and the other half');
  });

  it('is back by the socket alone while the token lives', async () => {
    const { host, guest } = await begin({ settings });
    const { room, tabs } = await gather(host, [guest]);
    const [hostTab] = tabs as [Tab];
    const { collab } = await guest.join(room);
    guest.leave();
    await hostTab.hears('participant-left', { userId: guest.userId, reason: 'disconnected' });
    const back = guest.open(room.roomId, collab);
    await back.settled();
    await hostTab.hears('participant-joined', { role: 'candidate', rejoined: true });
    await back.type('here again');
  });

  it('and hosts: the room passes on when the time is over, and stays there', async () => {
    const { host, guest } = await begin({ settings: { ...settings, 'timers.seatReservationMs': 300 } });
    const { room, tabs } = await gather(host, [guest]);
    const guestTab = tabs[1] as Tab;
    host.leave();
    await guestTab.hears('host-change', {
      hostId: guest.userId,
      previousHostId: host.userId,
      reason: 'dropped',
    });
    const back = await host.enter(room);
    const state = await back.hears('room-state');
    expect(state.participants).toContainEqual(
      expect.objectContaining({ userId: guest.userId, isHost: true, role: 'candidate' }),
    );
  });
});

describe('a room that nobody is in', () => {
  it('stops its coding timer, and is finished as abandoned with its record closed', async () => {
    const { host, guest } = await begin({
      settings: { ...quick, 'timers.disconnectGraceMs': 50, 'timers.roomAbandonedMs': 400 },
    });
    const { room, tabs } = await gather(host, [guest]);
    const { roomId } = room;
    await host.advance(roomId, 'warmup');
    await host.advance(roomId, 'coding');
    await (tabs[0] as Tab).type('left behind');
    host.leave();
    guest.leave();
    // Looked at from outside: whoever asks for the room is there.
    await until('finished', () => roomRow(roomId).status === 'finished');
    const ended = await read(host, roomId);
    expect([ended.endReason, ended.roomCode, ended.collab]).toEqual(['abandoned', null, null]);
    const types = stage.timeline(roomId).map(({ type }) => type);
    // Snapshots arrive when they do.
    expect(types.filter((type) => type !== 'snapshot_captured')).toEqual([
      'session_started',
      'phase_changed',
      'phase_changed',
      'participant_left',
      'participant_left',
      'timer_paused',
      'phase_changed',
      'session_finished',
    ]);
    const [finished] = stage.timeline(roomId).filter(({ type }) => type === 'session_finished');
    expect(finished?.facts.reason).toBe('abandoned');
    expect(await stage.code(roomId)).toBe('left behind');
    expect(await refusal(host.join({ roomId }))).toBe('409 ROOM_FINISHED');
  });
});

describe('the coding time limit', () => {
  it('moves the room to wrapup, locks the editor and freezes the timer; raised in time it does not', async () => {
    const clock = createMovableClock();
    const { host, guest } = await begin({ clock, settings: quick });
    const { room, tabs } = await gather(host, [guest], { config: { maxParticipants: 2, maxDuration: 5 } });
    const { roomId } = room;
    const [hostTab, guestTab] = tabs as [Tab, Tab];
    await host.advance(roomId, 'warmup');
    await host.advance(roomId, 'coding');
    await guestTab.type('in time');
    clock.pass(4 * MINUTE);
    await host.api.call('PATCH /rooms/{roomId}/control/settings', {
      params: { roomId },
      body: { config: { maxDuration: 10 } },
    });
    clock.pass(4 * MINUTE);
    await guestTab.type(' still in time');
    expect((await read(guest, roomId)).status).toBe('coding');
    clock.pass(2 * MINUTE);
    for (const tab of [hostTab, guestTab]) {
      await tab.hears('phase-change', { phase: 'wrapup', reason: 'time_limit', changedBy: null });
      await tab.hears('editor-lock', { locked: true, lockedBy: null });
      expect(tab.connection.canEdit('code')).toBe(false);
    }
    guestTab.text().insert(0, 'too late ');
    await guestTab.closed(4014);
    await guestTab.settled();
    await until('as it was', () => `${guestTab.text()}` === 'in time still in time');
    const submit = guest.api.call('POST /rooms/{roomId}/submit', {
      params: { roomId },
      body: { language: 'python', code: 'print(1)' },
    });
    expect(await refusal(submit)).toBe('409 ROOM_INVALID_STATE');
    const row = roomRow(roomId);
    expect([row.running_since, Number(row.accumulated_ms) >= 10 * MINUTE]).toEqual([null, true]);
  });

  it('does not pass while the timer is paused', async () => {
    const clock = createMovableClock();
    const { host, guest } = await begin({ clock, settings: quick });
    const paused = await gather(host, [guest], { config: { maxParticipants: 2, maxDuration: 5 } });
    const running = await gather(host, [guest], { config: { maxParticipants: 2, maxDuration: 5 } });
    for (const { roomId } of [paused.room, running.room]) {
      await host.advance(roomId, 'warmup');
      await host.advance(roomId, 'coding');
    }
    const params = { roomId: paused.room.roomId };
    await host.api.call('POST /rooms/{roomId}/control/pause-timer', { params });
    clock.pass(6 * MINUTE);
    await (running.tabs[0] as Tab).hears('phase-change', { phase: 'wrapup', reason: 'time_limit' });
    expect(roomRow(params.roomId).status).toBe('coding');
    await host.api.call('POST /rooms/{roomId}/control/resume-timer', { params });
    clock.pass(5 * MINUTE);
    await (paused.tabs[1] as Tab).hears('phase-change', { phase: 'wrapup', reason: 'time_limit' });
  });
});

describe('the longest life of a room', () => {
  it('is announced before it ends, and then the room closes whoever is there', async () => {
    const clock = createMovableClock();
    const { host, guest } = await begin({ clock, settings: quick });
    const { room, tabs } = await gather(host, [guest]);
    const { roomId } = room;
    const others = await openRoom(guest);
    clock.pass(24 * HOUR - 4 * MINUTE);
    const at = new Date(Date.parse(room.createdAt) + 24 * HOUR).toISOString();
    for (const tab of tabs) await tab.hears('room-closing', { reason: 'expired', at });
    await (tabs[1] as Tab).type('last words');
    clock.pass(4 * MINUTE);
    for (const tab of tabs) {
      await tab.hears('room-closed', { reason: 'expired' });
      await tab.closed(4003);
      await tab.ended('room-closed');
      expect(tab.heard('room-closing')).toHaveLength(1);
    }
    expect(await stage.code(roomId)).toBe('last words');
    await until('the empty one too', () => roomRow(others.roomId).end_reason === 'expired');
  });
});
