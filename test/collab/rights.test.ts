import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { encodeStateAsUpdate } from 'yjs';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient, updateOf } from './support/raw-client.ts';
import { sleep, until } from './support/wait.ts';

let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
let observer: FakeMember;
const clients: RawClient[] = [];

beforeEach(async () => {
  plane = await startPlane();
  room = plane.control.addRoom();
  candidate = room.addMember('candidate');
  observer = room.addMember('observer');
  await plane.create(room, { python: 'print(1)\n' });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await plane.close();
});

async function open(member: FakeMember, name = room.roomId): Promise<RawClient> {
  const client = await RawClient.open(plane.url);
  clients.push(client);
  await client.join(name, plane.control.tokenOf(room, member));
  return client;
}
const serverText = () => plane.plane.port.readCode(room.roomId, 'python');
const setLock = (locked: boolean) => {
  room.state = { ...room.state, editorLocked: locked };
  return plane.plane.port.toggleEditorLock(room.roomId, { locked, changedBy: null });
};
const insert = (client: RawClient, text: string) =>
  updateOf(client.doc(room.roomId), (doc) => doc.getText('code:python').insert(0, text));

describe('writing', () => {
  it('reaches the others and is acknowledged', async () => {
    const one = await open(candidate);
    const two = await open(observer);
    one.sync(room.roomId, 2, insert(one, '# hello\n'));
    await one.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    await until('the other has it', () =>
      two.doc(room.roomId).getText('code:python').toString().startsWith('# hello\n'),
    );
    expect(await serverText()).toBe('# hello\nprint(1)\n');
  });
});
