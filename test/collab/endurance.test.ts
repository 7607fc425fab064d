import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openTestDb, type TestDb } from '../support/database.ts';
import type { FakeRoom } from './support/fake-rooms.ts';
import { openMember, type TestMember } from './support/members.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient } from './support/raw-client.ts';
import { until } from './support/wait.ts';

let database: TestDb;
let plane: TestPlane;

beforeEach(async () => {
  database = openTestDb();
});
afterEach(async () => {
  await plane.close();
  await database.close();
});

const collect = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
})();
async function heapBytes(): Promise<number> {
  for (let round = 0; round < 3; round++) {
    collect();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return process.memoryUsage().heapUsed;
}
const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;

describe('joins and leaves', () => {
  it('1,000 of them leave heap, documents, sockets and timers where they were', async () => {
    plane = await startPlane({
      db: database.db,
      settings: { 'timers.documentUnloadMs': 20, 'timers.disconnectGraceMs': 10 },
    });
    const room = plane.control.addRoom();
    await plane.create(room, { python: 'x'.repeat(10_000) });
    const member = room.addMember('candidate');
    const joinAndLeave = async (times: number) => {
      for (let count = 0; count < times; count++) {
        const client = await RawClient.open(plane.url);
        await client.join(room.roomId, plane.control.tokenOf(room, member));
        client.awareness(room.roomId, [{ clientId: count + 1, clock: 1, state: { active: true } }]);
        if (count % 2) client.ws.close();
        await client.close();
      }
      await until('all gone', () => plane.plane.healthDetails().connections === 0);
      await until('unloaded', () => plane.plane.healthDetails().rooms === 0);
      await until('told', () => plane.control.disconnected.length > 0);
      plane.control.asked.length = 0;
      plane.control.disconnected.length = 0;
      plane.lines.length = 0;
    };
    await joinAndLeave(100);
    const before = { heap: await heapBytes(), timers: timers() };
    await joinAndLeave(1_000);
    const after = { heap: await heapBytes(), timers: timers() };
    expect(after.timers).toBeLessThanOrEqual(before.timers + 2);
    // 1 KB a join would be a leak worth finding.
    expect(after.heap - before.heap).toBeLessThan(1_000_000);
  }, 120_000);

  it('leave no presence behind in a room that stays', async () => {
    plane = await startPlane({ db: database.db });
    const room = plane.control.addRoom();
    await plane.create(room);
    const stays = await RawClient.open(plane.url);
    await stays.join(room.roomId, plane.control.tokenOf(room, room.addMember('interviewer')));
    const member = room.addMember('candidate');
    for (let count = 0; count < 50; count++) {
      const client = await RawClient.open(plane.url);
      await client.join(room.roomId, plane.control.tokenOf(room, member));
      // The same id again and again, as a provider after a reconnect has it.
      client.awareness(room.roomId, [{ clientId: 9, clock: count + 1, state: { active: true } }]);
      await stays.expect(
        'shown',
        (message) => message.kind === 'awareness' && message.states.get(9) !== null,
      );
      stays.received.length = 0;
      await client.close();
      await stays.expect(
        'removed',
        (message) => message.kind === 'awareness' && message.states.get(9) === null,
        1_000,
      );
      stays.received.length = 0;
    }
    await stays.close();
  }, 60_000);
});

describe('a restart', () => {
  it('50 rooms of 3 clients are all live again, with equal texts on all clients and the server', async () => {
    plane = await startPlane({ db: database.db });
    const { control } = plane;
    const rooms: { room: FakeRoom; members: TestMember[] }[] = [];
    // Clients must find the next server at the same address.
    const port = Number(new URL(plane.url).port);
    for (let count = 0; count < 50; count++) {
      const room = control.addRoom();
      await plane.create(room, { python: `room ${count};` });
      const who = (['interviewer', 'candidate', 'observer'] as const).map((role) => room.addMember(role));
      rooms.push({ room, members: who.map((member) => openMember(plane, room, member)) });
    }
    const all = rooms.flatMap(({ members }) => members);
    await Promise.all(all.map((member) => member.saved()));
    for (const { members } of rooms) for (const member of members.slice(0, 2)) member.type('before;');
    await Promise.all(all.map((member) => member.saved()));

    await plane.close();
    for (const { members } of rooms) members[0]?.type('meanwhile;');
    plane = await startPlane({ db: database.db, control, port });
    const isEqual = async ({ room, members }: (typeof rooms)[number]) => {
      const text = await plane.plane.port.readCode(room.roomId, 'python');
      return text.includes('meanwhile;') && members.every((member) => member.text() === text);
    };
    await Promise.all(all.map((member) => member.saved()));
    for (const one of rooms) await until('equal texts', () => isEqual(one));
    for (const member of all) member.connection.leave();
  }, 120_000);
});
