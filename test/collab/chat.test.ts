import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SettingKey } from '../../src/config/schema.ts';
import type { CollabChatMessage } from '../../src/generated/api.ts';
import type { FakeMember, FakeRoom } from './support/fake-rooms.ts';
import { startPlane, type TestPlane } from './support/plane-server.ts';
import { RawClient } from './support/raw-client.ts';
import { until } from './support/wait.ts';

let plane: TestPlane;
let room: FakeRoom;
let candidate: FakeMember;
let interviewer: FakeMember;
let one: RawClient;
let two: RawClient;

async function begin(settings: Partial<Record<SettingKey, unknown>> = {}) {
  plane = await startPlane({ settings });
  room = plane.control.addRoom();
  candidate = room.addMember('candidate');
  interviewer = room.addMember('interviewer');
  await plane.create(room);
  one = await open(candidate);
  two = await open(interviewer);
}
beforeEach(() => begin({ 'limits.chatMessagesPerFiveSeconds': 0 }));
async function end() {
  await Promise.all([one.close(), two.close()]);
  await plane.close();
}
afterEach(end);
async function restartWith(settings: Partial<Record<SettingKey, unknown>>) {
  await end();
  await begin(settings);
}
async function open(member: FakeMember): Promise<RawClient> {
  const client = await RawClient.open(plane.url);
  await client.join(room.roomId, plane.control.tokenOf(room, member));
  await client.message('chat-history');
  return client;
}
const say = async (client: RawClient, text: string, more: Record<string, unknown> = {}) => {
  const clientMessageId = randomUUID();
  client.stateless(room.roomId, 'chat-send', { clientMessageId, text, ...more });
  const { message } = await client.message(
    'chat-message-created',
    (data) => data.clientMessageId === clientMessageId,
  );
  return message as CollabChatMessage;
};
const stored = async () =>
  (await plane.plane.port.listChatMessages(room.roomId, { limit: 100, sortOrder: 'asc' })).data;

describe('messages', () => {
  it('are stamped by the server, stored, and reach everybody', async () => {
    const message = await say(one, 'hello', { mentions: [{ kind: 'ai', value: '@ai' }] });
    expect(message).toMatchObject({
      roomId: room.roomId,
      userId: candidate.userId,
      text: 'hello',
      replyToMessageId: null,
      mentions: [{ kind: 'ai', value: '@ai' }],
      reactions: [],
    });
    expect((await two.message('chat-message-created')).message).toEqual(message);
    expect(await stored()).toEqual([message]);
  });

  it('sent twice under one client id are one', async () => {
    const clientMessageId = randomUUID();
    for (let sent = 0; sent < 3; sent++)
      one.stateless(room.roomId, 'chat-send', { clientMessageId, text: 'once' });
    await until(
      'answered',
      () =>
        one.received.filter((it) => it.kind === 'stateless' && it.type === 'chat-message-created').length ===
        3,
    );
    expect(await stored()).toHaveLength(1);
    // The same id of another user is another message.
    two.stateless(room.roomId, 'chat-send', { clientMessageId, text: 'mine' });
    const heard = () =>
      two.received.filter((it) => it.kind === 'stateless' && it.type === 'chat-message-created');
    await until('heard', () => heard().length === 2);
    expect(await stored()).toHaveLength(2);
  });

  it('may answer a message of the room, not another', async () => {
    const first = await say(one, 'first');
    const reply = await say(two, 'reply', { replyToMessageId: first.messageId });
    expect(reply.replyToMessageId).toBe(first.messageId);
    one.stateless(room.roomId, 'chat-send', {
      clientMessageId: randomUUID(),
      text: 'x',
      replyToMessageId: randomUUID(),
    });
    expect(await one.message('error')).toMatchObject({ code: 'VALIDATION_FAILED', inReplyTo: 'chat-send' });
  });

  it('that are wrong are told so, and nothing is stored', async () => {
    const id = randomUUID();
    const wrong: [string, unknown][] = [
      ['chat-send', { clientMessageId: id, text: '' }],
      ['chat-send', { clientMessageId: id, text: 'x'.repeat(4_001) }],
      ['chat-send', { clientMessageId: 'no', text: 'x' }],
      ['chat-send', { clientMessageId: id, text: 'x', userId: interviewer.userId }],
      ['chat-react-toggle', { messageId: id, emoji: '💩' }],
      ['chat-react-toggle', { messageId: id, emoji: '👍' }],
      ['chat-load', { before: id, limit: 101 }],
      ['phase-change', { phase: 'finished' }],
    ];
    for (const [type, data] of wrong) one.stateless(room.roomId, type, data);
    one.stateless(room.roomId, 'chat-send', { clientMessageId: id, text: 'x'.repeat(40_000) });
    const errors = () => one.received.filter((it) => it.kind === 'stateless' && it.type === 'error');
    await until('all answered', () => errors().length === wrong.length + 1);
    expect(errors().every((it) => it.kind === 'stateless' && it.data.code === 'VALIDATION_FAILED')).toBe(
      true,
    );
    expect(two.received.some((it) => it.kind === 'stateless' && it.type === 'error')).toBe(false);
    expect(await stored()).toEqual([]);
  });

  it('are limited to 5 in 5 seconds of one user, across sockets', async () => {
    await restartWith({});
    for (let sent = 0; sent < 5; sent++) await say(one, `m${sent}`);
    const again = await open(candidate);
    const clientMessageId = randomUUID();
    again.stateless(room.roomId, 'chat-send', { clientMessageId, text: 'too many' });
    expect(await again.message('error')).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', clientMessageId });
    await say(two, 'another user may');
    await again.close();
  });

  it('are refused in a finished room', async () => {
    await plane.plane.port.publishRoomEvent(room.roomId, {
      type: 'phase-change',
      data: { phase: 'finished' },
      targetUserIds: null,
    });
    one.stateless(room.roomId, 'chat-send', { clientMessageId: randomUUID(), text: 'late' });
    expect(await one.message('error')).toMatchObject({ code: 'ROOM_FINISHED' });
  });

  it('beyond the newest are let go', async () => {
    await restartWith({ 'limits.chatMessagesKept': 3, 'limits.chatMessagesPerFiveSeconds': 0 });
    for (let sent = 0; sent < 6; sent++) await say(one, `m${sent}`);
    expect((await stored()).map(({ text }) => text)).toEqual(['m3', 'm4', 'm5']);
  });
});

describe('history', () => {
  it('comes on connecting, oldest first, and older ones by request', async () => {
    for (let sent = 0; sent < 105; sent++) await say(sent % 2 ? one : two, `m${sent}`);
    const late = await open(candidate);
    const history = (await late.message('chat-history')) as {
      messages: CollabChatMessage[];
      hasMore: boolean;
    };
    expect(history.messages.map(({ text }) => text)).toEqual(
      Array.from({ length: 100 }, (_unused, index) => `m${index + 5}`),
    );
    expect(history.hasMore).toBe(true);
    late.stateless(room.roomId, 'chat-load', { before: history.messages[0]?.messageId, limit: 3 });
    const older = await late.message('chat-history', (data) => (data.messages as unknown[]).length === 3);
    expect((older.messages as CollabChatMessage[]).map(({ text }) => text)).toEqual(['m2', 'm3', 'm4']);
    expect(older.hasMore).toBe(true);
    await late.close();
  });

  it('is paged for the control plane, in either order', async () => {
    for (let sent = 0; sent < 5; sent++) await say(one, `m${sent}`);
    const list = plane.plane.port.listChatMessages;
    for (const sortOrder of ['asc', 'desc'] as const) {
      const texts: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await list(room.roomId, { limit: 2, sortOrder, cursor });
        texts.push(...page.data.map(({ text }) => text));
        cursor = page.pagination.nextCursor ?? undefined;
      } while (cursor);
      expect(texts).toEqual(
        sortOrder === 'asc' ? ['m0', 'm1', 'm2', 'm3', 'm4'] : ['m4', 'm3', 'm2', 'm1', 'm0'],
      );
    }
    await expect(list(randomUUID(), { limit: 2, sortOrder: 'asc' })).rejects.toMatchObject({
      code: 'COLLAB_DOCUMENT_NOT_FOUND',
    });
  });
});

describe('reactions and read marks', () => {
  it('a reaction is toggled by its sender', async () => {
    const { messageId } = await say(one, 'hello');
    const toggle = (client: RawClient, emoji: string) =>
      client.stateless(room.roomId, 'chat-react-toggle', { messageId, emoji });
    toggle(one, '👍');
    await two.message('chat-reaction-updated', (data) => JSON.stringify(data.reactions).includes('👍'));
    toggle(two, '👍');
    toggle(two, '🔥');
    await one.message('chat-reaction-updated', (data) => (data.reactions as unknown[]).length === 2);
    toggle(one, '👍');
    await until('taken back', async () => {
      const [message] = await stored();
      return message?.reactions.find(({ emoji }) => emoji === '👍')?.userIds.join() === interviewer.userId;
    });
  });

  it('a read mark never moves back, nor into the future', async () => {
    const mark = (upTo?: string) => one.stateless(room.roomId, 'chat-mark-read', upTo ? { upTo } : {});
    mark();
    const { lastReadAt } = await two.message('chat-read-updated');
    mark('2020-01-01T00:00:00.000Z');
    mark('2999-01-01T00:00:00.000Z');
    const later = await two.message('chat-read-updated', (data) => data.lastReadAt !== lastReadAt);
    expect(Date.parse(later.lastReadAt as string)).toBeGreaterThan(Date.parse(lastReadAt as string));
    expect(Date.parse(later.lastReadAt as string)).toBeLessThanOrEqual(Date.now());
    const late = await open(candidate);
    expect((await late.message('chat-history')).readStates).toEqual([
      { userId: candidate.userId, lastReadAt: later.lastReadAt },
    ]);
    await late.close();
  });
});

describe('pushes of the control plane', () => {
  it('reach everybody or those named, once the room is in memory', async () => {
    const push = (targetUserIds: string[] | null) =>
      plane.plane.port.publishRoomEvent(room.roomId, {
        type: 'run-started',
        data: { jobId: 'x' },
        targetUserIds,
      });
    expect(await push(null)).toEqual({ delivered: 2 });
    expect(await push([interviewer.userId])).toEqual({ delivered: 1 });
    const heard = (client: RawClient) =>
      client.received.filter((it) => it.kind === 'stateless' && it.type === 'run-started').length;
    await until('all', () => heard(one) === 1 && heard(two) === 2);
  });

  it('a room-state carries the access of whom it goes to', async () => {
    await plane.plane.port.publishRoomEvent(room.roomId, {
      type: 'room-state',
      data: { problemId: 'p' },
      targetUserIds: null,
    });
    expect(await one.message('room-state', (data) => data.problemId === 'p')).toMatchObject({
      access: { code: 'read-write' },
      phase: 'coding',
      editorLocked: false,
    });
  });

  it('too large ones are refused', async () => {
    await expect(
      plane.plane.port.publishRoomEvent(room.roomId, {
        type: 'run-started',
        data: { text: 'x'.repeat(33_000) },
        targetUserIds: null,
      }),
    ).rejects.toMatchObject({ code: 'COLLAB_INVALID_REQUEST' });
  });
});
