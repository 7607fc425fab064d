import type { Config } from '../config/schema.ts';
import type { Clock } from '../kernel/clock.ts';
import { isDomainError, RateLimitExceeded, ServiceUnavailable, ValidationFailed } from '../kernel/errors.ts';
import { createBucket } from './bucket.ts';
import type { Channel } from './channel.ts';
import type { Chat } from './chat.ts';
import type { CollabSocket, LiveRoom } from './live.ts';
import { type ClientMessage, type MessageFault, readClientMessage } from './messages.ts';

/** Messages that a client gets on connecting. */
const HISTORY_LENGTH = 100;
/** Reactions, read marks and look-ups of one user. */
const OTHER_MESSAGES = { perSecond: 5, burst: 20 };

export type ClientMessagesDeps = {
  readonly chat: Chat;
  readonly channel: Channel;
  readonly clock: Clock;
  readonly config: Config;
};

export type ClientMessages = {
  /** Tells a socket that has opened the code document where the room stands. */
  greet(socket: CollabSocket): void;
  /** Acts on a message beside Yjs; whatever is wrong with it is told to its sender. Rejects only on faults of ours. */
  handle(socket: CollabSocket, payload: string): Promise<void>;
};

type Fault = Pick<MessageFault, 'inReplyTo' | 'clientMessageId'> & {
  readonly code: string;
  readonly message: string;
};

/** The handler of client messages. */
export function createClientMessages(deps: ClientMessagesDeps): ClientMessages {
  const { channel, config } = deps;
  const fail = (socket: CollabSocket, { clientMessageId, ...fault }: Fault) =>
    void channel.send(socket, 'error', clientMessageId === undefined ? fault : { ...fault, clientMessageId });

  const greet = (socket: CollabSocket) => {
    const { admitted } = socket;
    if (!admitted || socket.isEnded) return;
    channel.sendRoomState(socket, { ...admitted.state });
    channel.send(socket, 'chat-history', {
      ...deps.chat.history(admitted.room.roomId, null, HISTORY_LENGTH),
    });
  };
  const handle = async (socket: CollabSocket, payload: string) => {
    const { admitted, claims } = socket;
    if (!admitted || !claims || socket.isEnded) return;
    const unread = { inReplyTo: null, clientMessageId: undefined, code: ValidationFailed.code };
    if (Buffer.byteLength(payload) > config['limits.messageBytes'])
      return fail(socket, { ...unread, message: 'The message is too long' });
    const message = readClientMessage(payload);
    if (!('type' in message)) {
      const { text, ...fault } = message;
      return fail(socket, { ...fault, code: ValidationFailed.code, message: text });
    }
    const of = {
      inReplyTo: message.type,
      clientMessageId: message.type === 'chat-send' ? message.data.clientMessageId : undefined,
    };
    const refusal = refusalOf(deps, socket, admitted.room, message.type);
    if (refusal) return fail(socket, { ...of, ...refusal });
    try {
      const fault = await act(deps, socket, admitted.room, message);
      if (fault) fail(socket, { ...of, code: ValidationFailed.code, message: fault });
    } catch (error) {
      if (!isDomainError(error, ServiceUnavailable)) throw error;
      fail(socket, { ...of, code: error.code, message: error.message });
    }
  };
  return { greet, handle };
}

function refusalOf(
  { clock, config }: ClientMessagesDeps,
  socket: CollabSocket,
  room: LiveRoom,
  type: ClientMessage['type'],
): { code: string; message: string } | null {
  const isReading = type === 'chat-load' || type === 'chat-mark-read';
  if (room.phase === 'finished') return { code: 'ROOM_FINISHED', message: 'This room is finished' };
  if (!isReading && !socket.admitted?.member.capabilities.has('chat:send'))
    return { code: 'ROOM_PERMISSION_DENIED', message: 'You may not write in this chat' };
  const userId = socket.claims?.userId ?? '';
  const perFiveSeconds = config['limits.chatMessagesPerFiveSeconds'];
  const buckets = room.chatBuckets.get(userId) ?? {
    send: createBucket({ perSecond: perFiveSeconds / 5, burst: perFiveSeconds }),
    other: createBucket(OTHER_MESSAGES),
  };
  room.chatBuckets.set(userId, buckets);
  const bucket = type === 'chat-send' ? buckets.send : buckets.other;
  return bucket.take(clock.now())
    ? null
    : { code: RateLimitExceeded.code, message: RateLimitExceeded.message };
}

/** Carries the message out; a sentence when it names something that is not there. */
async function act(
  { chat, channel }: ClientMessagesDeps,
  socket: CollabSocket,
  room: LiveRoom,
  message: ClientMessage,
): Promise<string | null> {
  const userId = socket.claims?.userId ?? '';
  switch (message.type) {
    case 'chat-send': {
      const sent = await chat.send(room.roomId, userId, message.data);
      if (!sent) return 'data.replyToMessageId: no such message';
      const data = { message: sent.message, clientMessageId: message.data.clientMessageId };
      // A repetition comes from somebody who missed the answer: only they are told again.
      if (sent.isNew) channel.broadcast(room, 'chat-message-created', data);
      else channel.send(socket, 'chat-message-created', data);
      return null;
    }
    case 'chat-react-toggle': {
      const reacted = await chat.toggleReaction(room.roomId, userId, message.data);
      if (!reacted) return 'data.messageId: no such message';
      channel.broadcast(room, 'chat-reaction-updated', reacted);
      return null;
    }
    case 'chat-mark-read': {
      const upToMs = message.data.upTo === undefined ? null : Date.parse(message.data.upTo);
      const moved = await chat.markRead(room.roomId, userId, upToMs);
      if (moved) channel.broadcast(room, 'chat-read-updated', moved);
      return null;
    }
    case 'chat-load':
      channel.send(socket, 'chat-history', {
        ...chat.history(room.roomId, message.data.before, message.data.limit),
      });
      return null;
  }
}
