import { randomBytes } from 'node:crypto';
import * as encoding from 'lib0/encoding';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyUpdate, Doc, decodeUpdate, encodeStateAsUpdate, encodeStateVector } from 'yjs';
import type { SettingKey } from '../../src/config/schema.ts';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { openMember, type TestMember } from './support/members.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient, syncFrame, updateOf } from './support/raw-client.ts';
import { sleep, until } from './support/wait.ts';

let plane: TestPlane;
let room: FakeRoom;
let abuser: FakeMember;
let other: TestMember;
const clients: RawClient[] = [];

async function begin(settings: Partial<Record<SettingKey, unknown>> = {}) {
  plane = await startPlane({ settings });
  room = plane.control.addRoom();
  abuser = room.addMember('candidate');
  await plane.create(room, { python: 'start' });
  other = openMember(plane, room, room.addMember('interviewer'));
  await other.saved();
}
beforeEach(() => begin());
async function end() {
  other.connection.leave();
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await plane.close();
}
afterEach(end);
async function restartWith(settings: Partial<Record<SettingKey, unknown>>) {
  await end();
  await begin(settings);
}
async function open(): Promise<RawClient> {
  const client = await RawClient.open(plane.url);
  clients.push(client);
  await client.join(room.roomId, plane.control.tokenOf(room, abuser));
  return client;
}
const readServer = () => plane.plane.port.readCode(room.roomId, 'python');
/** The others still work, and nothing of the abuse is in the document. */
const unaffected = async () => {
  await until('the other is live', () => other.connection.state.status === 'live', 30_000);
  const before = other.text();
  other.type('!');
  await other.saved();
  expect(await readServer()).toBe(`${before}!`);
};

describe('the process lives and others are unaffected', () => {
  it('by garbage, before and after admission', async () => {
    for (const isAdmitted of [false, true])
      for (let round = 0; round < 40; round++) {
        const client = isAdmitted ? await open() : await RawClient.open(plane.url);
        clients.push(client);
        client.send(randomBytes(1 + (round % 30)));
        client.send(syncFrame(room.roomId, 2, randomBytes(20)));
        client.send(syncFrame(room.roomId, 0, randomBytes(20)));
        await client.close();
      }
    await unaffected();
  });

  it.each([
    ['an unknown type', (name: string) => frame(name, 42)],
    ['a server-only broadcast', (name: string) => frame(name, 6)],
    ['a sync message without content', (name: string) => frame(name, 0)],
    ['a session of its own', (name: string) => frame(`${name}\0session`, 0, 0)],
    ['an update that does not decode', (name: string) => syncFrame(name, 2, new Uint8Array([1, 1, 255, 3]))],
    ['a state vector that does not decode', (name: string) => syncFrame(name, 0, new Uint8Array([255, 255]))],
  ])('by %s: 4205', async (_what, make) => {
    const client = await open();
    client.send(make(room.roomId));
    expect(await client.closeCode()).toBe(4205);
    await unaffected();
  });

  it('by a text frame: 1003', async () => {
    const client = await open();
    client.ws.send('hello');
    expect(await client.closeCode()).toBe(1003);
    await unaffected();
  });

  it('by a frame of 2 MiB: 1009 [S29]', async () => {
    const client = await open();
    client.send(new Uint8Array(2 * 1024 * 1024));
    expect(await client.closeCode()).toBe(1009);
    await unaffected();
  });

  it('by 500 messages at once: 4029, and what was not acknowledged comes with the next handshake [S29]', async () => {
    const client = await open();
    const doc = client.doc(room.roomId);
    const updates: Uint8Array[] = [];
    doc.on('update', (update: Uint8Array) => updates.push(update));
    for (let typed = 0; typed < 500; typed++) doc.getText('code:python').insert(0, 'z');
    for (const update of updates) client.sync(room.roomId, 2, update);
    expect(await client.closeCode()).toBe(4029);
    const acks = client.received.filter((message) => message.kind === 'status' && message.isApplied).length;
    expect((await readServer()).split('z').length - 1).toBe(acks);

    const back = await open();
    back.sync(room.roomId, 1, encodeStateAsUpdate(doc));
    await until('the others have all', () => other.text().split('z').length === 501);
    await unaffected();
  });

  it('by asking for the whole document again and again: 4029', async () => {
    const client = await open();
    for (let sent = 0; sent < 40; sent++) client.sync(room.roomId, 0, encodeStateVector(new Doc()));
    expect(await client.closeCode()).toBe(4029);
    await unaffected();
  });

  it('by a reader that does not read: 1013', async () => {
    await restartWith({ 'limits.socketUnsentBytes': 300_000 });
    const client = await open();
    client.ws.pause();
    for (let round = 0; round < 40 && plane.plane.healthDetails().connections > 1; round++) {
      other.connection
        .document('board')
        .getMap('whiteboard')
        .set('a', record('x'.repeat(15_000)));
      other.connection.document('code').getText('code:go').insert(0, 'x'.repeat(200_000));
      await other.saved();
      other.connection.document('code').getText('code:go').delete(0, 200_000);
      await other.saved();
    }
    await until('cut off', () => plane.plane.healthDetails().connections === 1);
  }, 60_000);

  it('by an update that decodes and yet cannot be applied', async () => {
    const client = await open();
    const poison = findPoison(client.doc(room.roomId));
    client.sync(room.roomId, 2, poison);
    expect(await client.closeCode()).toBe(4205);
    // The document is loaded anew, without it.
    await until('the other is back', () => other.connection.state.status === 'live', 30_000);
    await unaffected();
    await plane.plane.port.destroyDocument(room.roomId, { purge: false, reason: 'completed' });
    expect(await readServer()).toBe('start!');
    expect(plane.db.raw.prepare('SELECT count(*) FROM collab_quarantine').pluck().get()).toBe(0);
  }, 60_000);

  it('by an update that waits for another, and then breaks it', async () => {
    const client = await open();
    const [innocent, poison] = findWaitingPoison(client.doc(room.roomId));
    client.sync(room.roomId, 2, poison);
    await client.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    client.sync(room.roomId, 2, innocent);
    expect(await client.closeCode()).toBe(4205);
    const back = await open();
    back.sync(room.roomId, 2, innocent);
    await back.expect('ack', (message) => message.kind === 'status' && message.isApplied);
    await until('the other is back and has it', () => other.text().includes('hello'), 30_000);
    await unaffected();
    expect(plane.lines.filter(({ alert }) => alert === true)).toHaveLength(1);
  }, 60_000);

  it('by a message handler that throws', async () => {
    plane.db.raw.exec('ALTER TABLE collab_chat_reads RENAME TO gone');
    const client = await open();
    client.stateless(room.roomId, 'chat-mark-read', {});
    await until('logged', () => plane.lines.some(({ hook }) => hook === 'onStateless'));
    plane.db.raw.exec('ALTER TABLE gone RENAME TO collab_chat_reads');
    expect(client.closed).toBe(null);
    await unaffected();
  });

  it('by a control plane that throws', async () => {
    plane.control.authorizeJoin = (() => {
      throw new Error('broken');
    }) as typeof plane.control.authorizeJoin;
    const client = await RawClient.open(plane.url);
    client.auth(room.roomId, plane.control.tokenOf(room, abuser));
    expect(await client.closeCode()).toBe(1013);
    await unaffected();
  });

  it('by presence that floods', async () => {
    const client = await open();
    for (let round = 0; round < 100; round++)
      client.awareness(room.roomId, [{ clientId: 1_000 + round, clock: 1, state: { active: true } }]);
    client.awareness(room.roomId, [{ clientId: 5, clock: 1, state: { language: 'x'.repeat(100_000) } }]);
    await sleep(200);
    expect(client.closed).toBe(null);
    const ids = [...(other.connection.awareness('code')?.getStates().keys() ?? [])];
    expect(ids.filter((id) => id >= 1_000 && id < 1_100).length).toBeLessThanOrEqual(4);
    await unaffected();
  });
});

describe('content limits', () => {
  it('a text over the limit loses its tail, and its author is told', async () => {
    await restartWith({ 'limits.codeTextBytes': 100 });
    const client = await open();
    client.sync(
      room.roomId,
      2,
      updateOf(client.doc(room.roomId), (doc) => doc.getText('code:python').insert(5, 'x'.repeat(200))),
    );
    expect(await client.message('write-rejected')).toEqual({ document: 'code', reason: 'too-large' });
    await until('cut', async () => (await readServer()) === `start${'x'.repeat(95)}`);
    expect(client.closed).toBe(null);
  });

  it('records and comments that are too many, too large or of the wrong layer are taken back', async () => {
    await restartWith({ 'limits.whiteboardRecords': 2, 'limits.inlineComments': 1 });
    const client = await open();
    const token = plane.control.tokenOf(room, abuser);
    const board = await client.join(`${room.roomId}/board`, token);
    const put = (key: string, value: unknown) =>
      client.sync(
        `${room.roomId}/board`,
        2,
        updateOf(board, (doc) => doc.getMap('whiteboard').set(key, value)),
      );
    const keys = () => [...other.connection.document('board').getMap('whiteboard').keys()].sort();
    put('a', record('first'));
    put('large', record('x'.repeat(20_000)));
    put('layer', { ...record('wrong'), layer: 'annotation' });
    put('plain', 'text');
    put('b', record('second'));
    put('c', record('third'));
    await until(
      'all handled',
      () =>
        client.received.filter((message) => message.kind === 'stateless' && message.type === 'write-rejected')
          .length === 4,
    );
    await until('only the fit ones', () => keys().join() === 'a,b');
    expect(await client.message('write-rejected')).toEqual({ document: 'board', reason: 'too-large' });
  });

  it('a state over the limit: 4013, and the document stays as it was [S29]', async () => {
    await restartWith({ 'limits.boardStateBytes': 5_000 });
    const client = await open();
    const name = `${room.roomId}/board`;
    const board = await client.join(name, plane.control.tokenOf(room, abuser));
    client.sync(
      name,
      2,
      updateOf(board, (doc) => doc.getMap('whiteboard').set('a', record('x'.repeat(6_000)))),
    );
    expect(await client.closeCode()).toBe(4013);
    expect(client.closed?.reason).toBe('too-large:board');
    expect(other.connection.document('board').getMap('whiteboard').size).toBe(0);
  });
});

const record = (text: string) => ({ id: 'id', type: 'text', layer: 'drawing', props: { text } });

function frame(name: string, ...numbers: number[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, name);
  for (const number of numbers) encoding.writeVarUint(encoder, number);
  return encoding.toUint8Array(encoder);
}

/** An update that decodes, and throws when it is applied to a copy of the document: found by flipping bytes. */
function findPoison(doc: Doc): Uint8Array {
  const base = encodeStateAsUpdate(doc);
  for (let attempt = 0; attempt < 200_000; attempt++) {
    const update = updateOf(doc, (copy) => {
      copy.getText('code:python').insert(2, 'hello');
      copy.getText('code:python').delete(1, 3);
      copy.getMap('other').set('k', { a: 1 });
    });
    const bytes = Buffer.from(update);
    for (let flip = 0; flip < 2; flip++)
      bytes[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256);
    if (decodes(bytes) && !applies(base, bytes)) return new Uint8Array(bytes);
  }
  throw new Error('no such update found');
}

/** Two updates of one author: the second, changed, waits for the first; together they throw. */
function findWaitingPoison(doc: Doc): [innocent: Uint8Array, poison: Uint8Array] {
  const base = encodeStateAsUpdate(doc);
  for (let attempt = 0; attempt < 200_000; attempt++) {
    const copy = new Doc();
    applyUpdate(copy, base);
    const updates: Uint8Array[] = [];
    copy.on('update', (update: Uint8Array) => updates.push(update));
    copy.getText('code:python').insert(2, 'hello');
    copy.transact(() => {
      copy.getText('code:python').insert(4, 'again');
      copy.getText('code:python').delete(1, 3);
    });
    const [innocent, second] = updates as [Uint8Array, Uint8Array];
    const poison = Buffer.from(second);
    for (let flip = 0; flip < 2; flip++)
      poison[Math.floor(Math.random() * poison.length)] = Math.floor(Math.random() * 256);
    const waits = decodes(poison) && applies(base, poison);
    if (waits && !applies(base, poison, innocent)) return [innocent, new Uint8Array(poison)];
  }
  throw new Error('no such update found');
}

function decodes(update: Uint8Array): boolean {
  try {
    decodeUpdate(update);
    return true;
  } catch {
    return false;
  }
}

function applies(base: Uint8Array, ...updates: Uint8Array[]): boolean {
  const copy = new Doc();
  applyUpdate(copy, base);
  try {
    for (const update of updates) applyUpdate(copy, update);
    return true;
  } catch {
    return false;
  }
}
