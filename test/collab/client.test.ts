import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { connect as connectTo, createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { openMember, type TestMember } from './support/members.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient } from './support/raw-client.ts';
import { sleep, until } from './support/wait.ts';

let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
let interviewer: FakeMember;
const members: TestMember[] = [];

beforeEach(async () => {
  plane = await startPlane();
  room = plane.control.addRoom();
  candidate = room.addMember('candidate');
  interviewer = room.addMember('interviewer', true);
  await plane.create(room, { python: 'start' });
});
afterEach(async () => {
  for (const { connection } of members.splice(0)) connection.leave();
  await plane.close();
});
function open(member: FakeMember, more: Parameters<typeof openMember>[3] = {}): TestMember {
  const opened = openMember(plane, room, member, more);
  members.push(opened);
  return opened;
}
const readServer = () => plane.plane.port.readCode(room.roomId, 'python');
const setLock = (locked: boolean) => {
  room.state = { ...room.state, editorLocked: locked };
  return plane.plane.port.toggleEditorLock(room.roomId, { locked, changedBy: null });
};

/** A network that can be cut between client and server. */
async function createNetwork(to: string): Promise<{ url: string; cut(): void; heal(): void; close(): void }> {
  const target = Number(new URL(to).port);
  const pairs = new Set<Socket>();
  let isCut = false;
  const server: Server = createServer((near) => {
    if (isCut) return void near.destroy();
    const far = connectTo(target, '127.0.0.1');
    for (const end of [near, far]) {
      pairs.add(end);
      end.on('error', () => {});
      end.on('close', () => pairs.delete(end));
    }
    near.pipe(far).pipe(near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const cut = () => {
    isCut = true;
    for (const end of pairs) end.destroy();
  };
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/collab`,
    cut,
    heal: () => {
      isCut = false;
    },
    close: () => {
      cut();
      server.close();
    },
  };
}

describe('a member', () => {
  it('edits with others, and sees when the server has everything', async () => {
    const one = open(candidate);
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    expect(one.text()).toBe('start');
    one.type(' one');
    two.type(' two');
    expect(one.connection.state.status).toBe('saving');
    await Promise.all([one.saved(), two.saved()]);
    await until('equal', () => one.text() === two.text() && one.text().length === 'start one two'.length);
    expect(await readServer()).toBe(one.text());
    expect(one.connection.access).toEqual({ code: 'read-write', board: 'read-write', notes: 'read-write' });
  });

  it('merges what was edited offline, after showing it as offline', async () => {
    const network = await createNetwork(plane.url);
    const one = open(candidate, { url: network.url });
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    network.cut();
    await until('lost', () => one.connection.state.status === 'saving');
    for (let typed = 0; typed < 300; typed++) one.type('x');
    two.type(' here');
    await until('offline', () => one.connection.state.status === 'offline');
    expect(one.connection.canEdit('code')).toBe(true);
    network.heal();
    await one.saved();
    // Not a moment earlier than the server has it.
    expect((await readServer()).split('x')).toHaveLength(301);
    await until('equal', () => one.text() === two.text());
    network.close();
  });

  it('starts with a fresh copy when its edits crossed the lock, and may write after it', async () => {
    const one = open(candidate);
    await one.saved();
    const fresh: string[] = [];
    const two = open(interviewer, { handlers: { onDocument: (kind) => void fresh.push(kind) } });
    await two.saved();
    fresh.length = 0;
    two.type(' lost');
    // In the client's own buffer (it sends after 50 ms) while the lock comes.
    await setLock(true);
    await until('a fresh document', () => fresh.length > 0);
    expect(fresh).toEqual(['code']);
    await two.saved();
    expect(two.connection.state.status).toBe('read-only');
    expect(two.connection.canEdit('code')).toBe(false);
    expect(two.messages.some(({ type }) => type === 'write-rejected')).toBe(true);
    expect(two.text()).toBe('start');
    await setLock(false);
    await until('may write', () => two.connection.canEdit('code'));
    two.type(' kept');
    await two.saved();
    await until('the other has it', () => one.text() === 'start kept');
    expect(await readServer()).toBe('start kept');
  });

  it('stops when kicked', async () => {
    const one = open(candidate);
    await one.saved();
    candidate.removed = true;
    await plane.plane.port.kickUser(room.roomId, { userId: candidate.userId, kind: 'kicked' });
    await until('ended', () => one.states.at(-1) === 'ended: kicked');
    const asked = plane.control.asked.length;
    await sleep(1_500);
    expect(plane.control.asked.length).toBe(asked);
    expect(plane.plane.healthDetails().connections).toBe(0);
  });

  it('two tabs: the older stops without a duel, and can take the connection back', async () => {
    const older = open(candidate);
    await older.saved();
    const newer = open(candidate);
    await newer.saved();
    await until('ended', () => older.states.at(-1) === 'ended: connected-elsewhere');
    await sleep(1_500);
    expect(plane.control.asked).toHaveLength(2);
    older.connection.resume();
    await until('ended', () => newer.states.at(-1) === 'ended: connected-elsewhere');
    await older.saved();
  });

  it('joins again once when its token is not good any more, and stops at the second time', async () => {
    const one = open(candidate);
    await one.saved();
    plane.plane.port.endLogins(candidate.userId, 'all', 4001);
    await until('rejoined', () => one.calls.join === 1);
    await one.saved();
    // A lost connection is not called live for a moment longer.
    expect(one.states.slice(-2)).toEqual(['saving', 'live']);
    candidate.loginEnded = true;
    plane.plane.port.endLogins(candidate.userId, 'all', 4001);
    await until('ended', () => one.states.at(-1) === 'ended: unauthorized');
    expect(one.calls.join).toBe(2);
  });

  it('renews a token that is about to expire, once for three documents', async () => {
    const one = open(candidate, { tokenLifeMs: 30_000 });
    await one.saved();
    expect(one.calls).toEqual({ read: 1, join: 0 });
  });

  it('goes to the session when the room is closed', async () => {
    const one = open(candidate);
    await one.saved();
    room.state = { ...room.state, phase: 'finished' };
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' });
    await until('ended', () => one.states.at(-1) === 'ended: room-closed');
  });

  it('leaves behind nothing, and the server counts it as gone', async () => {
    const one = open(candidate);
    await one.saved();
    one.connection.leave();
    await until('gone', () => plane.plane.healthDetails().connections === 0);
    expect(one.states.at(-1)).toBe('ended: left');
  });

  it('sends a chat message until the server has it, and only once', async () => {
    const network = await createNetwork(plane.url);
    const one = open(candidate, { url: network.url });
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    network.cut();
    await until('lost', () => one.connection.state.status !== 'live');
    const clientMessageId = one.connection.sendChat({ text: 'hello' });
    network.heal();
    await until('received', () =>
      two.messages.some(
        ({ type, data }) => type === 'chat-message-created' && data.clientMessageId === clientMessageId,
      ),
    );
    const page = await plane.plane.port.listChatMessages(room.roomId, { limit: 10, sortOrder: 'desc' });
    expect(page.data.map(({ text, userId }) => [text, userId])).toEqual([['hello', candidate.userId]]);
    network.close();
  });

  it('a paste over the frame limit: a fresh copy, once', async () => {
    const fresh: string[] = [];
    const one = open(candidate, { handlers: { onDocument: (kind) => void fresh.push(kind) } });
    await one.saved();
    fresh.length = 0;
    one.type('y'.repeat(1_100_000));
    await until('a fresh document', () => fresh.length > 0);
    await one.saved();
    expect(one.text()).toBe('start');
    one.type('y'.repeat(1_100_000));
    await until('ended', () => one.states.at(-1) === 'ended: frame-too-large');
    expect(await readServer()).toBe('start');
  });
});

describe('presence', () => {
  it('shows who is there as the server knows them, and comes back at once after a reconnect', async () => {
    const network = await createNetwork(plane.url);
    const one = open(candidate, { url: network.url });
    const two = open(interviewer);
    await Promise.all([one.saved(), two.saved()]);
    one.connection.setPresence({ user: { id: 'forged', name: 'forged' }, language: 'python', foreign: 1 });
    const seen = () => {
      const states = two.connection.awareness('code')?.getStates() ?? new Map();
      return [...states.values()].find((state) => state.user?.id === candidate.userId);
    };
    await until('seen', () => seen()?.language === 'python');
    expect(seen()).toMatchObject({
      user: {
        id: candidate.userId,
        name: `name of ${candidate.userId.slice(0, 4)}`,
        role: 'candidate',
        isHost: false,
      },
    });
    expect(seen()).not.toHaveProperty('foreign');
    network.cut();
    await until('gone', () => !seen(), 1_000);
    network.heal();
    await until('back', () => seen());
    one.connection.leave();
    await until('gone again', () => !seen(), 1_000);
    network.close();
  });

  it('speaks only for its own client ids', async () => {
    const two = open(interviewer);
    await two.saved();
    two.connection.setPresence({ language: 'go' });
    const raw = await RawClient.open(plane.url);
    await raw.join(room.roomId, plane.control.tokenOf(room, candidate));
    const clientId = two.connection.document('code').clientID;
    await raw.expect('presence', (message) => message.kind === 'awareness' && message.states.has(clientId));
    raw.awareness(room.roomId, [
      { clientId, clock: 1_000, state: { user: { name: 'forged' } } },
      { clientId: 77, clock: 1, state: { active: true, user: { id: interviewer.userId } } },
    ]);
    const states = () => two.connection.awareness('code')?.getStates();
    await until('seen', () => states()?.has(77));
    expect(states()?.get(77)).toMatchObject({ active: true, user: { id: candidate.userId } });
    expect(states()?.get(clientId)?.user?.name).not.toBe('forged');
    await raw.close();
  });
});
