import { z } from 'zod';

export const emojis = ['👍', '🔥', '✅', '💡'] as const;

const mention = z.strictObject({
  kind: z.enum(['user', 'ai']),
  value: z.string().min(1).max(64),
  userId: z.uuid().nullish(),
});

const data = {
  'chat-send': z.strictObject({
    clientMessageId: z.uuid(),
    text: z.string().min(1).max(4000),
    replyToMessageId: z.uuid().nullish(),
    mentions: z.array(mention).max(10).optional(),
  }),
  'chat-react-toggle': z.strictObject({ messageId: z.uuid(), emoji: z.enum(emojis) }),
  'chat-mark-read': z.strictObject({ upTo: z.iso.datetime({ offset: true }).optional() }),
  'chat-load': z.strictObject({ before: z.uuid(), limit: z.int().min(1).max(100) }),
} as const;

const message = <Type extends keyof typeof data>(type: Type) =>
  z.object({ type: z.literal(type), data: data[type], timestamp: z.string().max(64).optional() });

/** What a client may say beside Yjs, on the code document's channel. */
export const clientMessage = z.discriminatedUnion('type', [
  message('chat-send'),
  message('chat-react-toggle'),
  message('chat-mark-read'),
  message('chat-load'),
]);
export type ClientMessage = z.infer<typeof clientMessage>;
export type ChatSend = Extract<ClientMessage, { type: 'chat-send' }>['data'];
export type ChatReaction = Extract<ClientMessage, { type: 'chat-react-toggle' }>['data'];

/** What can be told of a message that is not one of ours: type and client id, where they are readable. */
const hints = z.object({
  type: z.string().max(64).optional().catch(undefined),
  data: z
    .object({ clientMessageId: z.string().max(64).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

export type MessageFault = {
  readonly inReplyTo: string | null;
  readonly clientMessageId: string | undefined;
  readonly text: string;
};

/** A client's message, or what is wrong with it. */
export function readClientMessage(payload: string): ClientMessage | MessageFault {
  let json: unknown;
  try {
    json = JSON.parse(payload);
  } catch {
    return { inReplyTo: null, clientMessageId: undefined, text: 'The message is not JSON' };
  }
  const read = clientMessage.safeParse(json);
  if (read.success) return read.data;
  const hint = hints.safeParse(json);
  const [issue] = read.error.issues;
  const path = issue?.path.join('.') ?? '';
  return {
    inReplyTo: (hint.success && hint.data.type) || null,
    clientMessageId: hint.success ? hint.data.data?.clientMessageId : undefined,
    text: `${path === '' ? 'message' : path}: ${issue?.message ?? 'invalid'}`,
  };
}

/** A message of the server as it stands on the wire. */
export function serverMessage(type: string, content: Record<string, unknown>, nowMs: number): string {
  return JSON.stringify({ type, data: content, timestamp: new Date(nowMs).toISOString() });
}
