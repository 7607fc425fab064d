import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import {
  activeIn,
  atOnce,
  crowd,
  LONG_MS,
  type Person,
  roomRow,
  startWorld,
  tally,
  type World,
} from './world.ts';

let world: World;
let host: Person;
vi.setConfig({ testTimeout: LONG_MS, hookTimeout: LONG_MS });
beforeAll(async () => {
  world = await startWorld({ 'limits.wrongCodesPerAddressPerMinute': 0 });
  host = await world.person('host');
});
afterAll(() => world.close());

async function openRoom(maxParticipants: number): Promise<{ roomId: string; roomCode: string }> {
  const { body } = await world.post(host, '/rooms', { mode: 'peer', config: { maxParticipants } });
  return body;
}
const join = (who: Person, room: { roomId: string; roomCode: string }) =>
  world.post(who, `/rooms/${room.roomId}/join`, { roomCode: room.roomCode });

it('of 100 joins for one seat exactly one gets it', async () => {
  const guests = await crowd(world, 100);
  const room = await openRoom(2);
  const replies = await atOnce(100, (at) => join(guests[at] as Person, room));
  expect(tally(replies)).toEqual({ 200: 1, ROOM_FULL: 99 });
  const active = activeIn(world, room.roomId);
  expect(active).toHaveLength(2);
  expect(active.map(({ role }) => role).sort()).toEqual(['candidate', 'interviewer']);
  const winner = guests[replies.findIndex(({ status }) => status === 200)];
  expect(active.some(({ userId }) => userId === winner?.userId)).toBe(true);
  // Whoever was refused has left nothing in the room.
  expect(world.rows('SELECT 1 FROM room_participants WHERE room_id = ?', room.roomId)).toHaveLength(2);
});

it('roles are given once: of ten who ask for the candidate’s one gets it', async () => {
  const guests = await crowd(world, 10, 'candidate');
  const room = await openRoom(8);
  const replies = await atOnce(10, (at) =>
    world.post(guests[at] as Person, `/rooms/${room.roomId}/join`, {
      roomCode: room.roomCode,
      requestedRole: 'candidate',
    }),
  );
  expect(tally(replies)).toEqual({ 200: 1, ROOM_ROLE_UNAVAILABLE: 9 });
});

it('twenty tabs of one person are one participant', async () => {
  const guest = await world.person('tabs');
  const room = await openRoom(2);
  expect(tally(await atOnce(20, () => join(guest, room)))).toEqual({ 200: 20 });
  expect(activeIn(world, room.roomId)).toHaveLength(2);
});

it('a ban against joins of the banned: who is banned is out, whatever came first', async () => {
  for (let round = 0; round < 10; round += 1) {
    const guest = await world.person(`banned_${round}`);
    const room = await openRoom(4);
    await join(guest, room);
    const kick = world.ask(host, 'DELETE', `/rooms/${room.roomId}/participants/${guest.userId}?ban=true`);
    const joins = atOnce(8, () => join(guest, room));
    expect((await kick).status).toBe(204);
    for (const { status, code } of await joins)
      expect([200, 'ROOM_PARTICIPANT_REMOVED']).toContain(code || status);
    expect(activeIn(world, room.roomId)).toEqual([{ userId: host.userId, role: 'interviewer' }]);
    expect((await join(guest, room)).code).toBe('ROOM_PARTICIPANT_REMOVED');
  }
});

it('a kick against joins: seats stay seats, and everybody in the room has one', async () => {
  const [first, ...others] = (await crowd(world, 9, 'kicked')) as [Person, ...Person[]];
  for (let round = 0; round < 10; round += 1) {
    const room = await openRoom(2);
    await join(first, room);
    const kick = world.ask(host, 'DELETE', `/rooms/${room.roomId}/participants/${first.userId}?ban=false`);
    const replies = await atOnce(9, (at) => join([first, ...others][at] as Person, room));
    expect((await kick).status).toBe(204);
    expect(activeIn(world, room.roomId).length).toBeLessThanOrEqual(2);
    for (const { status, code } of replies) expect([200, 'ROOM_FULL']).toContain(code || status);
  }
});

it('fewer seats against joins: there are never more people than seats', async () => {
  const guests = await crowd(world, 7, 'seat');
  for (let round = 0; round < 10; round += 1) {
    const room = await openRoom(8);
    const settings = world.ask(host, 'PATCH', `/rooms/${room.roomId}/control/settings`, {
      config: { maxParticipants: 3 },
    });
    await atOnce(7, (at) => join(guests[at] as Person, room));
    const { status, code } = await settings;
    expect([200, 'ROOM_INVALID_STATE']).toContain(code || status);
    expect(activeIn(world, room.roomId).length).toBeLessThanOrEqual(
      roomRow(world, room.roomId).max_participants,
    );
  }
});

it('everybody leaves at once: each leaves once, and a room has one host', async () => {
  const guests = await crowd(world, 3, 'leaving');
  const room = await openRoom(4);
  for (const guest of guests) await join(guest, room);
  const people = [host, ...guests];
  const replies = await atOnce(20, (at) =>
    world.post(people[at % 4] as Person, `/rooms/${room.roomId}/leave`, undefined),
  );
  expect(tally(replies)).toEqual({ 204: 20 });
  expect(activeIn(world, room.roomId)).toEqual([]);
  expect(people.map(({ userId }) => userId)).toContain(roomRow(world, room.roomId).host_id);
});

it('ownership given away twice while the heirs leave ends with one who is there', async () => {
  for (let round = 0; round < 10; round += 1) {
    const [one, two] = (await crowd(world, 2, `heir_${round}`)) as [Person, Person];
    const room = await openRoom(4);
    await join(one, room);
    await join(two, room);
    const at = `/rooms/${room.roomId}`;
    const replies = await Promise.all([
      world.ask(host, 'PATCH', `${at}/control/settings`, { hostId: one.userId }),
      world.post(one, `${at}/leave`, undefined),
      world.ask(host, 'PATCH', `${at}/control/settings`, { hostId: two.userId }),
      world.post(host, `${at}/leave`, undefined),
    ]);
    for (const { status } of replies) expect(status).toBeLessThan(500);
    expect(activeIn(world, room.roomId).map(({ userId }) => userId)).toContain(
      roomRow(world, room.roomId).host_id,
    );
  }
});
