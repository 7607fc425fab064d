import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { afterEach, beforeEach, expect, it } from 'vitest';
import WebSocket from 'ws';
import { type Doc, parseUpdateMeta } from 'yjs';
import type { Db } from '../../src/db/types.ts';
import { openTestDb, type TestDb } from '../support/database.ts';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient, type RawMessage, readMessage } from './support/raw-client.ts';
import { sleep, until } from './support/wait.ts';

const DISK_MS = 15;
let database: TestDb;
let plane: TestPlane;
let room: FakeRoom;
let watch: ReturnType<typeof watchFrames>;

beforeEach(() => {
  database = openTestDb();
});
afterEach(async () => {
  watch.stop();
  await plane.close();
  await database.close();
});

/**
 * Slows the disk down, and compares every frame that a server's socket sends with what a returned fdatasync covered:
 * Yjs clocks of updates, acknowledged clocks by the order of acknowledgements, ids of chat messages.
 */
function watchFrames(db: Db) {
  const durable = { clocks: new Map<number, number>(), chat: new Set<string>() };
  const acknowledged = new Map<number, number[]>();
  const counts = { updates: 0, acks: 0, chat: 0, syncs: 0 };
  const violations: string[] = [];
  const rows = db.raw.prepare<[], { bytes: Buffer }>('SELECT bytes FROM collab_journal');
  const states = db.raw.prepare<[], { bytes: Buffer }>('SELECT state AS bytes FROM collab_documents');
  const chat = db.raw.prepare<[], string>('SELECT message_id FROM collab_chat_messages').pluck();

  const realSync = fs.fdatasync;
  const slowSync = (fd: number, done: (error: NodeJS.ErrnoException | null) => void) => {
    const stored = [...states.all(), ...rows.all()].map(({ bytes }) =>
      parseUpdateMeta(new Uint8Array(bytes)),
    );
    const messages = chat.all();
    counts.syncs += 1;
    setTimeout(() => {
      realSync(fd, (error) => {
        for (const { to } of stored)
          for (const [client, clock] of to)
            durable.clocks.set(client, Math.max(clock, durable.clocks.get(client) ?? 0));
        for (const id of messages) durable.chat.add(id);
        done(error);
      });
    }, DISK_MS);
  };
  const realSend = WebSocket.prototype.send;
  const check = (message: RawMessage, port: number) => {
    if (message.kind === 'update' || message.kind === 'step2') {
      counts.updates += 1;
      for (const [client, clock] of parseUpdateMeta(message.bytes).to)
        if (clock > (durable.clocks.get(client) ?? 0)) violations.push(`${message.kind} ${client}:${clock}`);
    }
    if (message.kind === 'status' && message.isApplied) {
      const [client = 0, clock = 0] = acknowledged.get(port)?.splice(0, 2) ?? [];
      counts.acks += 1;
      if (clock > (durable.clocks.get(client) ?? 0)) violations.push(`ack ${client}:${clock}`);
    }
    if (message.kind === 'stateless' && message.type === 'chat-message-created') {
      counts.chat += 1;
      const { messageId } = message.data.message as { messageId: string };
      if (!durable.chat.has(messageId)) violations.push(`chat ${messageId}`);
    }
  };
  WebSocket.prototype.send = function send(this: WebSocket, ...args: unknown[]) {
    const { _isServer: isServer, _socket: socket } = this as unknown as {
      _isServer: boolean;
      _socket: { remotePort: number };
    };
    if (isServer) check(readMessage(args[0] as Uint8Array), socket.remotePort);
    return (realSend as (...rest: unknown[]) => void).apply(this, args);
  } as typeof realSend;
  fs.fdatasync = slowSync as typeof fs.fdatasync;
  syncBuiltinESMExports();
  return {
    counts,
    violations,
    /** The client expects its next acknowledgement for its document as it is now. */
    expectAck: (client: RawClient, doc: Doc, clock: number) => {
      const { localPort } = (client.ws as unknown as { _socket: { localPort: number } })._socket;
      const expected = acknowledged.get(localPort) ?? [];
      expected.push(doc.clientID, clock);
      acknowledged.set(localPort, expected);
    },
    stop: () => {
      fs.fdatasync = realSync;
      WebSocket.prototype.send = realSend;
      syncBuiltinESMExports();
    },
  };
}

async function begin(db: Db) {
  plane = await startPlane({
    db,
    settings: { 'timers.compactionMs': 60_000, 'timers.compactionMaxMs': 60_000 },
  });
  room = plane.control.addRoom();
  await plane.create(room);
  watch = watchFrames(database.db);
}

/** Two writers, a reader, server writes and chat at once. */
async function traffic(): Promise<void> {
  const open = async (member: FakeMember) => {
    const client = await RawClient.open(plane.url);
    return { client, doc: await client.join(room.roomId, plane.control.tokenOf(room, member)) };
  };
  const writers = [await open(room.addMember('candidate')), await open(room.addMember('interviewer'))];
  const reader = await open(room.addMember('observer'));
  let sent = 0;
  for (let round = 0; round < 60; round++) {
    for (const { client, doc } of writers) {
      const updates: Uint8Array[] = [];
      const keep = (update: Uint8Array, origin: unknown) => origin !== 'server' && updates.push(update);
      doc.on('update', keep);
      doc.getText('code:python').insert(0, 'x');
      doc.off('update', keep);
      // One character an update, so that its clock is the number of updates.
      watch.expectAck(client, doc, round + 1);
      client.sync(room.roomId, 2, updates[0] as Uint8Array);
      sent += 1;
    }
    if (round % 10 === 3)
      writers[0]?.client.stateless(room.roomId, 'chat-send', {
        clientMessageId: crypto.randomUUID(),
        text: `round ${round}`,
      });
    if (round % 20 === 7) await plane.plane.port.replaceDocumentContent(room.roomId, { go: `// ${round}` });
    await sleep(3);
  }
  const acks = () =>
    writers.flatMap(({ client }) => client.received).filter(({ kind }) => kind === 'status').length;
  await until('all acknowledged', () => acks() === sent);
  await until('all chat', () => watch.counts.chat >= 5 * 3);
  await Promise.all([...writers, reader].map(({ client }) => client.close()));
}

it('no frame leaves before a flush has covered what it says', async () => {
  await begin(database.db);
  await traffic();
  expect(watch.violations).toEqual([]);
  expect(watch.counts.updates).toBeGreaterThan(60);
  expect(watch.counts.acks).toBe(120);
  expect(watch.counts.syncs).toBeGreaterThan(5);
});

it('this test would see it: without the gate frames are early', async () => {
  const open = new Proxy(database.db.durable, {
    get: (real, key) => {
      if (key === 'unflushed') return false;
      if (key === 'whenDurable') return (run: () => void) => run();
      return Reflect.get(real, key, real);
    },
  });
  await begin({ ...database.db, durable: open });
  await traffic();
  expect(watch.violations.some((text) => text.startsWith('update'))).toBe(true);
  expect(watch.violations.some((text) => text.startsWith('ack'))).toBe(true);
  expect(watch.violations.some((text) => text.startsWith('chat'))).toBe(true);
});
