import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Guest, refusal, type Tab } from './support/guest.ts';
import { gather, openStage, type Stage } from './support/stage.ts';
import { until } from './support/wait.ts';

let stage: Stage;
let names = 0;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage.close());

const newcomer = () => stage.guest(`person${++names}`);
const kick = (host: Guest, roomId: string, guest: Guest, ban: boolean) =>
  host.api.call('DELETE /rooms/{roomId}/participants/{userId}', {
    params: { roomId, userId: guest.userId },
    query: { ban },
  });

async function pair() {
  const host = await newcomer();
  const guest = await newcomer();
  const { room, tabs } = await gather(host, [guest]);
  const [hostTab, guestTab] = tabs as [Tab, Tab];
  return { host, guest, room, roomId: room.roomId, hostTab, guestTab };
}

describe('a kick [S29]', () => {
  it('with a ban closes the socket with 4002, and neither token nor code open the room again', async () => {
    const { host, guest, room, roomId, hostTab, guestTab } = await pair();
    const { collab } = await guest.join(room);
    await guestTab.type('mine');
    await kick(host, roomId, guest, true);
    expect((await guestTab.closed(4002)).reason).toBe('Removed by the host');
    await guestTab.ended('kicked');
    await hostTab.hears('participant-left', { userId: guest.userId, reason: 'kicked', banned: true });

    const again = guest.open(roomId, collab);
    await again.closed(4007);
    await again.ended('forbidden');
    expect(await refusal(guest.join(room))).toBe('403 ROOM_PARTICIPANT_REMOVED');
    const read = guest.api.call('GET /rooms/{roomId}', { params: { roomId } });
    expect(await refusal(read)).toBe('403 ROOM_ACCESS_DENIED');
    expect(`${hostTab.text()}`).toBe('mine');
    expect(hostTab.connection.state.status).toBe('live');
  });

  it('without a ban lets the person come back without the code, with a new token only', async () => {
    const { host, guest, roomId, guestTab } = await pair();
    await kick(host, roomId, guest, false);
    await guestTab.closed(4002);
    const back = await guest.enter({ roomId });
    await back.type('back');
    expect(await stage.code(roomId)).toBe('back');
  });
});

describe("the operator's ban", () => {
  it('closes sockets everywhere, refuses every token, and leaves the rooms of others alone', async () => {
    const { guest, roomId, hostTab, guestTab } = await pair();
    const { collab } = await guest.join({ roomId });
    await stage.operate('admin.ban', { user: guest.name, reason: 'shares solutions' });
    await guestTab.closed(4007);
    await guestTab.ended('forbidden');
    await hostTab.hears('participant-left', {
      userId: guest.userId,
      reason: 'account_closed',
      banned: true,
    });

    expect(await refusal(guest.api.call('GET /users/me', {}))).toBe('403 USER_BANNED');
    expect(await refusal(guest.signIn())).toBe('403 USER_BANNED');
    const again = guest.open(roomId, collab);
    await again.closed(4007);
    expect(hostTab.connection.state.status).toBe('live');
    await hostTab.type('goes on');
  });

  it('of a host ends the room for everybody', async () => {
    const { host, guest, roomId, hostTab, guestTab } = await pair();
    await host.advance(roomId, 'warmup');
    await stage.operate('admin.ban', { user: host.name, reason: null });
    await Promise.all([hostTab.ended('forbidden'), guestTab.ended('room-closed')]);
    expect(guestTab.closes.at(-1)?.code).toBe(4003);
    await guestTab.hears('room-closed', { reason: 'admin_closed' });
    const room = await guest.api.call('GET /rooms/{roomId}', { params: { roomId } });
    expect([room.status, room.endReason, room.collab]).toEqual(['finished', 'admin_closed', null]);
  });
});

describe('a logout', () => {
  it("closes the sockets of this login, not those of the same person's other one", async () => {
    const { guest, roomId, guestTab } = await pair();
    const elsewhere = await stage.again(guest);
    const other = await gather(elsewhere, [await newcomer()]);
    const { collab } = await guest.join({ roomId });
    await guest.api.call('POST /auth/logout', {});
    await guestTab.closed(4001);
    await guestTab.ended('unauthorized');
    const again = guest.open(roomId, collab);
    await again.closed(4001);
    const [otherTab] = other.tabs as [Tab];
    await otherTab.type('still here');
    expect(otherTab.closes).toEqual([]);
  });
});

describe('two tabs', () => {
  it('the newer takes over with 4009, the older stops and can take it back; nothing typed is lost', async () => {
    const { guest, roomId, hostTab, guestTab: older } = await pair();
    await older.type('old ');
    const newer = await guest.enter({ roomId });
    await older.closed(4009);
    await older.ended('connected-elsewhere');
    await newer.type('new ');
    older.text().insert(older.text().length, 'offline ');
    older.connection.resume();
    await newer.ended('connected-elsewhere');
    await older.settled();
    await until('all three parts', () => `${hostTab.text()}`.length === 'old new offline '.length);
    expect(`${older.text()}`).toBe(`${hostTab.text()}`);
    expect(hostTab.heard('participant-left')).toEqual([]);
  });
});

describe('the host leaves', () => {
  it('and the room belongs to the candidate, who keeps the role and has the rights at once', async () => {
    const { host, guest, roomId, hostTab, guestTab } = await pair();
    const rename = () =>
      guest.api.call('PATCH /rooms/{roomId}/control/settings', {
        params: { roomId },
        body: { name: 'Mine now' },
      });
    expect(await refusal(rename())).toBe('403 ROOM_PERMISSION_DENIED');
    await host.api.call('POST /rooms/{roomId}/leave', { params: { roomId } });
    await hostTab.ended('left');
    await guestTab.hears('participant-left', { userId: host.userId, reason: 'left', banned: false });
    await guestTab.hears('host-change', {
      hostId: guest.userId,
      previousHostId: host.userId,
      reason: 'left',
    });
    await guestTab.hears('access-changed', { isHost: true, role: 'candidate', reason: 'host' });
    expect((await rename()).name).toBe('Mine now');
    await guestTab.hears('settings-change', { name: 'Mine now', changedBy: guest.userId });
    expect(guestTab.closes).toEqual([]);

    const back = await host.enter({ roomId });
    const state = await back.hears('room-state');
    expect(state.participants).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ userId: guest.userId, isHost: true, role: 'candidate' }),
        expect.objectContaining({ userId: host.userId, isHost: false, role: 'interviewer' }),
      ]),
    );
  });
});
