import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Doc, encodeStateAsUpdate, encodeStateVector } from 'yjs';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient, updateOf } from './support/raw-client.ts';
import { until } from './support/wait.ts';

const START = 'print(1)\n';
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
  await plane.create(room, { python: START });
});
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await plane.close();
});

async function open(member: FakeMember, from?: Doc): Promise<RawClient> {
  const client = await RawClient.open(plane.url);
  clients.push(client);
  if (from) client.docs.set(room.roomId, from);
  await client.join(room.roomId, plane.control.tokenOf(room, member));
  return client;
}
const readServer = () => plane.plane.port.readCode(room.roomId, 'python');
const setLock = (locked: boolean) => {
  room.state = { ...room.state, editorLocked: locked };
  return plane.plane.port.toggleEditorLock(room.roomId, { locked, changedBy: null });
};
/** Changes the client's own copy, as an editor would, and gives the update. */
const edit = (client: RawClient, change: (doc: Doc) => void) => {
  const doc = client.doc(room.roomId);
  const updates: Uint8Array[] = [];
  const keep = (update: Uint8Array) => updates.push(update);
  doc.on('update', keep);
  doc.transact(() => change(doc));
  doc.off('update', keep);
  return updates[0] ?? new Uint8Array([0, 0]);
};
const insert = (doc: Doc) => doc.getText('code:python').insert(0, 'forbidden');
const remove = (doc: Doc) => doc.getText('code:python').delete(0, 5);
const refused = async (client: RawClient, reason: string) => {
  expect(await client.closeCode()).toBe(4014);
  expect(client.closed?.reason).toBe('stale:code');
  expect(await client.message('write-rejected')).toEqual({ document: 'code', reason });
  expect(client.received.some((message) => message.kind === 'status' && message.isApplied)).toBe(false);
  expect(await readServer()).toBe(START);
};

describe('writing', () => {
  it('reaches the others and is acknowledged', async () => {
    const one = await open(candidate);
    const two = await open(observer);
    one.sync(
      room.roomId,
      2,
      edit(one, (doc) => doc.getText('code:python').insert(0, '# hello\n')),
    );
    await one.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    await until('the other has it', () =>
      two.doc(room.roomId).getText('code:python').toString().startsWith('# hello\n'),
    );
    expect(await readServer()).toBe(`# hello\n${START}`);
  });

  it('tells the scope by role and document', async () => {
    const client = await open(observer);
    const token = plane.control.tokenOf(room, observer);
    await client.join(`${room.roomId}/board`, token);
    await client.join(`${room.roomId}/notes`, token);
    const scopes = client.received.filter((message) => message.kind === 'authenticated');
    expect(scopes.map(({ scope }) => scope)).toEqual(['readonly', 'readonly', 'read-write']);
    expect((await client.message('room-state')).access).toEqual({
      code: 'readonly',
      board: 'readonly',
      notes: 'read-write',
    });
  });

  it('lets an observer annotate', async () => {
    const name = `${room.roomId}/notes`;
    const client = await RawClient.open(plane.url);
    clients.push(client);
    await client.join(name, plane.control.tokenOf(room, observer));
    const record = { id: 'a', type: 'rect', layer: 'annotation' };
    client.sync(
      name,
      2,
      updateOf(client.doc(name), (doc) => doc.getMap('whiteboard').set('a', record)),
    );
    await client.expect('ack', (message) => message.kind === 'status' && message.isApplied);
  });
});

describe('refused writes of the raw protocol never reach the document, nor after the reason has gone [S29]', () => {
  const ways = [
    ['an insertion as Update', 2, insert],
    ['a deletion as Update', 2, remove],
    ['an insertion as SyncStep2', 1, insert],
    ['a deletion as SyncStep2', 1, remove],
  ] as const;

  for (const [what, step, change] of ways) {
    it(`${what} by an observer`, async () => {
      const client = await open(observer);
      client.sync(room.roomId, step, edit(client, change));
      await refused(client, 'read-only');

      // Promoted, the observer brings the same copy again: by handshake, then by Update.
      room.members.set(observer.userId, { ...observer, role: 'candidate' });
      for (const again of [1, 2] as const) {
        const back = await open(observer, client.doc(room.roomId));
        const bytes =
          again === 1 ? encodeStateAsUpdate(client.doc(room.roomId)) : edit(back, (doc) => insert(doc));
        back.sync(room.roomId, again, bytes);
        await refused(back, 'stale');
      }
    });

    it(`${what} while locked`, async () => {
      const client = await open(candidate);
      await setLock(true);
      expect(await client.message('editor-lock')).toEqual({ locked: true, lockedBy: null });
      expect(await client.message('access-changed')).toMatchObject({
        access: { code: 'readonly', board: 'read-write', notes: 'read-write' },
        reason: 'lock',
      });
      client.sync(room.roomId, step, edit(client, change));
      await refused(client, 'locked');

      await setLock(false);
      const back = await open(candidate, client.doc(room.roomId));
      back.sync(room.roomId, 1, encodeStateAsUpdate(client.doc(room.roomId)));
      await refused(back, 'stale');
    });
  }

  it('updates that cross the lock are either in and acknowledged, or neither', async () => {
    for (let round = 0; round < 10; round++) {
      const client = await open(candidate);
      client.sync(room.roomId, 1, encodeStateAsUpdate(client.doc(room.roomId)));
      await client.expect('ack', (message) => message.kind === 'status' && message.isApplied);
      const before = (await readServer()).length;
      let locking: Promise<unknown> | undefined;
      for (let sent = 0; sent < 60; sent++) {
        client.sync(
          room.roomId,
          2,
          edit(client, (doc) => doc.getText('code:python').insert(0, 'x')),
        );
        if (sent === 20 + round) locking = setLock(true);
        if (sent % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      await locking;
      expect(await client.closeCode()).toBe(4014);
      const acks = client.received.filter((message) => message.kind === 'status' && message.isApplied);
      // One for the handshake.
      expect((await readServer()).length - before).toBe(acks.length - 1);
      await setLock(false);
    }
  });

  it('the mark outlives a restart', async () => {
    const client = await open(candidate);
    await setLock(true);
    client.sync(room.roomId, 2, edit(client, insert));
    await refused(client, 'locked');
    await setLock(false);
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' });
    await plane.create(room);

    const back = await open(candidate, client.doc(room.roomId));
    back.sync(room.roomId, 1, encodeStateAsUpdate(client.doc(room.roomId)));
    await refused(back, 'stale');
  });

  it('a fresh copy clears the mark with its first handshake, and may write again', async () => {
    const client = await open(candidate);
    await setLock(true);
    client.sync(room.roomId, 2, edit(client, insert));
    await refused(client, 'locked');
    await setLock(false);

    const fresh = await open(candidate);
    fresh.sync(room.roomId, 1, encodeStateAsUpdate(fresh.doc(room.roomId)));
    fresh.sync(
      room.roomId,
      2,
      edit(fresh, (doc) => doc.getText('code:python').insert(0, 'ok ')),
    );
    await until('the server has it', async () => (await readServer()) === `ok ${START}`);
  });

  it('a handshake that brings nothing new is fine while locked', async () => {
    const client = await open(candidate);
    await setLock(true);
    client.sync(room.roomId, 1, encodeStateAsUpdate(client.doc(room.roomId)));
    await client.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    client.sync(room.roomId, 0, encodeStateVector(new Doc()));
    await until('still served', () => client.received.filter(({ kind }) => kind === 'step2').length === 2);
  });
});

describe('changes of rights on open sockets [S29]', () => {
  const pushes: [string, (userId: string) => Record<string, unknown>][] = [
    ['participant-updated', (userId) => ({ userId, role: 'candidate' })],
    ['participant-joined', (userId) => ({ user: { userId }, role: 'candidate' })],
    ['role-swap-resolved', (userId) => ({ requesterId: 'x', targetUserId: userId, status: 'accepted' })],
  ];
  it.each(pushes)(
    'a new role takes effect with %s and is told, without a reconnect',
    async (type, dataOf) => {
      const client = await open(observer);
      observer.role = 'candidate';
      const data = dataOf(observer.userId);
      await plane.plane.port.publishRoomEvent(room.roomId, { type, data, targetUserIds: null });
      expect(await client.message('access-changed')).toMatchObject({
        role: 'candidate',
        access: { code: 'read-write' },
        reason: 'role',
      });
      client.sync(
        room.roomId,
        2,
        edit(client, (doc) => doc.getText('code:python').insert(0, 'now ')),
      );
      await until('the server has it', async () => (await readServer()) === `now ${START}`);
    },
  );

  it('a new host is told so, though the documents stay as they are', async () => {
    const client = await open(candidate);
    candidate.isHost = true;
    const data = { hostId: candidate.userId, previousHostId: observer.userId, reason: 'handover' };
    await plane.plane.port.publishRoomEvent(room.roomId, { type: 'host-change', data, targetUserIds: null });
    expect(await client.message('access-changed')).toMatchObject({ isHost: true, reason: 'host' });
  });

  it('the finished phase makes everything read-only', async () => {
    const client = await open(candidate);
    room.state = { ...room.state, phase: 'finished' };
    await plane.plane.port.publishRoomEvent(room.roomId, {
      type: 'phase-change',
      data: { phase: 'finished', previousPhase: 'coding' },
      targetUserIds: null,
    });
    expect(await client.message('access-changed')).toMatchObject({
      access: { code: 'readonly', board: 'readonly', notes: 'readonly' },
      reason: 'phase',
    });
    client.sync(room.roomId, 2, edit(client, insert));
    await refused(client, 'read-only');
  });

  it('the lock says what it changed', async () => {
    await open(candidate);
    await open(observer);
    expect(await setLock(true)).toMatchObject({ locked: true, changed: true, affectedConnections: 1 });
    expect(await setLock(true)).toMatchObject({ locked: true, changed: false, affectedConnections: 0 });
    expect(await setLock(false)).toMatchObject({ locked: false, changed: true, lockedAt: null });
  });

  it('what the server itself writes passes the lock', async () => {
    const client = await open(candidate);
    await setLock(true);
    await plane.plane.port.replaceDocumentContent(room.roomId, { python: 'new', go: 'package main' });
    expect(await readServer()).toBe('new');
    expect(await plane.plane.port.readCode(room.roomId, 'go')).toBe('package main');
    await until(
      'the client has it',
      () => client.doc(room.roomId).getText('code:python').toString() === 'new',
    );
  });
});

describe('facts that cross', () => {
  const accesses = (client: RawClient) =>
    client.received.flatMap((message) =>
      message.kind === 'stateless' && message.type === 'access-changed'
        ? [(message.data.access as { code: string }).code]
        : [],
    );

  it('making sure of the documents does not undo a lock that comes meanwhile, not even for a moment', async () => {
    const client = await open(candidate);
    const making = plane.create(room);
    const locking = setLock(true);
    await Promise.all([making, locking]);
    expect((await locking).changed).toBe(true);
    await client.message('editor-lock', ({ locked }) => locked === true);
    expect(accesses(client)).toEqual(['readonly']);
    const update = edit(client, insert);
    client.sync(room.roomId, 2, update);
    await refused(client, 'locked');
  });

  it('a lock that is under way when the documents are made sure of is told, and kept as a snapshot', async () => {
    const client = await open(candidate);
    const locking = setLock(true);
    const making = plane.create(room);
    await Promise.all([making, locking]);
    await client.message('editor-lock', ({ locked }) => locked === true);
    expect(accesses(client)).toEqual(['readonly']);
    await until('kept', () =>
      [...plane.control.snapshots.values()].some(({ trigger }) => trigger === 'manual'),
    );
  });

  it('facts that nothing has overtaken are taken over', async () => {
    const client = await open(candidate);
    room.state = { ...room.state, editorLocked: true, language: 'go' };
    await plane.create(room);
    await until('locked', () => accesses(client).at(-1) === 'readonly');
    expect((await plane.plane.port.takeSnapshot(room.roomId)).language).toBe('go');
  });

  it('lock and unlock at once leave it unlocked, and tell both', async () => {
    const client = await open(candidate);
    await Promise.all([setLock(true), setLock(false)]);
    await client.message('editor-lock', ({ locked }) => locked === true);
    await client.message('editor-lock', ({ locked }) => locked === false);
    expect(accesses(client)).toEqual(['readonly', 'read-write']);
  });
});

it('a new role stands in the presence at once, and the owner goes on from there', async () => {
  const watcher = await open(room.addMember('interviewer'));
  const client = await open(candidate);
  const show = (clock: number, active: boolean) =>
    client.awareness(room.roomId, [{ clientId: 7, clock, state: { active } }]);
  const seen = (fits: (state: { user: { role: string }; active: boolean }) => boolean) =>
    watcher.expect('presence', (message) => {
      const state = message.kind === 'awareness' ? message.states.get(7) : undefined;
      return state !== undefined && state !== null && fits(state as never);
    });
  show(1, true);
  await seen(({ user }) => user.role === 'candidate');
  candidate.role = 'observer';
  const data = { userId: candidate.userId, role: 'observer', muted: false, isReady: false, changedBy: null };
  await plane.plane.port.publishRoomEvent(room.roomId, {
    type: 'participant-updated',
    data,
    targetUserIds: null,
  });
  await seen(({ user, active }) => user.role === 'observer' && active);
  const own = await client.expect('own presence', (message) => {
    const state = message.kind === 'awareness' ? message.states.get(7) : undefined;
    return (state as { user?: { role: string } } | undefined)?.user?.role === 'observer';
  });
  expect(own).toBeDefined();
  show(3, false);
  await seen(({ user, active }) => user.role === 'observer' && !active);
});
