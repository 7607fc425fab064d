import { statement } from '../db/client.ts';
import type { Reader, Tx } from '../db/types.ts';
import type { CollabChatMessage } from '../generated/api.ts';
import { isoTime } from '../kernel/clock.ts';
import type { PageRequest } from '../kernel/paging.ts';

export type ChatRow = {
  readonly messageId: string;
  readonly roomId: string;
  readonly userId: string | null;
  readonly clientMessageId: string | null;
  readonly text: string;
  readonly replyToMessageId: string | null;
  /** JSON. */
  readonly mentions: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
};

const COLUMNS = `message_id AS messageId, room_id AS roomId, user_id AS userId, client_message_id AS clientMessageId,
  text, reply_to_message_id AS replyToMessageId, mentions, created_at AS createdAtMs, updated_at AS updatedAtMs`;

const insert = statement<[ChatRow]>(
  `INSERT INTO collab_chat_messages VALUES (@messageId, @roomId, @userId, @clientMessageId, @text,
   @replyToMessageId, @mentions, @createdAtMs, @updatedAtMs)`,
);
const byId = statement<[string, string], ChatRow>(
  `SELECT ${COLUMNS} FROM collab_chat_messages WHERE room_id = ? AND message_id = ?`,
);
const byClientId = statement<[string, string, string], ChatRow>(
  `SELECT ${COLUMNS} FROM collab_chat_messages WHERE room_id = ? AND user_id = ? AND client_message_id = ?`,
);
const newest = statement<[string, string, number], ChatRow>(
  `SELECT ${COLUMNS} FROM collab_chat_messages WHERE room_id = ? AND message_id < ?
   ORDER BY message_id DESC LIMIT ?`,
);
const oldest = statement<[string, string, number], ChatRow>(
  `SELECT ${COLUMNS} FROM collab_chat_messages WHERE room_id = ? AND message_id > ?
   ORDER BY message_id LIMIT ?`,
);
const deleteBeyond = statement<[string, string, number]>(
  `DELETE FROM collab_chat_messages WHERE room_id = ? AND message_id <=
   (SELECT message_id FROM collab_chat_messages WHERE room_id = ? ORDER BY message_id DESC LIMIT 1 OFFSET ?)`,
);
const touchMessage = statement<[number, string]>(
  'UPDATE collab_chat_messages SET updated_at = max(updated_at, ?) WHERE message_id = ?',
);
const deleteReaction = statement<[string, string, string]>(
  'DELETE FROM collab_chat_reactions WHERE message_id = ? AND emoji = ? AND user_id = ?',
);
const insertReaction = statement<[string, string, string, number]>(
  'INSERT INTO collab_chat_reactions VALUES (?, ?, ?, ?)',
);
const reactionsOf = statement<[string], { emoji: string; userId: string }>(
  `SELECT emoji, user_id AS userId FROM collab_chat_reactions WHERE message_id = ?
   ORDER BY reacted_at, user_id LIMIT 400`,
);
const upsertRead = statement<[string, string, number]>(
  `INSERT INTO collab_chat_reads VALUES (?, ?, ?) ON CONFLICT (room_id, user_id)
   DO UPDATE SET last_read_at = excluded.last_read_at WHERE excluded.last_read_at > last_read_at`,
);
const readsOf = statement<[string], { userId: string; lastReadAtMs: number }>(
  'SELECT user_id AS userId, last_read_at AS lastReadAtMs FROM collab_chat_reads WHERE room_id = ?',
);

/** Greater than every message id. */
const END = '~';

export function insertMessage(tx: Tx, row: ChatRow): void {
  insert(tx).run(row);
}

/** Removes what is beyond the newest `kept` messages of the room. */
export function trimMessages(tx: Tx, roomId: string, kept: number): void {
  deleteBeyond(tx).run(roomId, roomId, kept);
}

export function findMessage(reader: Reader, roomId: string, messageId: string): ChatRow | null {
  return byId(reader).get(roomId, messageId) ?? null;
}

/** The message that the user has sent under this id of the client's own. */
export function findSentMessage(
  reader: Reader,
  roomId: string,
  userId: string,
  clientMessageId: string,
): ChatRow | null {
  return byClientId(reader).get(roomId, userId, clientMessageId) ?? null;
}

/** Up to `limit` messages before a message (null: the newest), newest first. */
export function listMessagesBefore(
  reader: Reader,
  roomId: string,
  before: string | null,
  limit: number,
): ChatRow[] {
  return newest(reader).all(roomId, before ?? END, limit);
}

/** One page and a row more, by message id. */
export function listMessages(reader: Reader, roomId: string, page: PageRequest): ChatRow[] {
  const limit = page.limit + 1;
  return page.sortOrder === 'desc'
    ? newest(reader).all(roomId, page.after?.id ?? END, limit)
    : oldest(reader).all(roomId, page.after?.id ?? '', limit);
}

/** Takes the user's reaction back, or sets it. */
export function toggleReaction(
  tx: Tx,
  messageId: string,
  emoji: string,
  by: { userId: string; nowMs: number },
): void {
  const { changes } = deleteReaction(tx).run(messageId, emoji, by.userId);
  if (changes === 0) insertReaction(tx).run(messageId, emoji, by.userId, by.nowMs);
  touchMessage(tx).run(by.nowMs, messageId);
}

/** Moves the user's read mark forward; false when it stands there or further. */
export function moveReadMark(tx: Tx, roomId: string, userId: string, toMs: number): boolean {
  return upsertRead(tx).run(roomId, userId, toMs).changes > 0;
}

export function listReadMarks(reader: Reader, roomId: string): { userId: string; lastReadAtMs: number }[] {
  return readsOf(reader).all(roomId);
}

/** Reactions of a message as clients see them. */
export function listReactions(reader: Reader, messageId: string): CollabChatMessage['reactions'] {
  const byEmoji = new Map<string, string[]>();
  for (const { emoji, userId } of reactionsOf(reader).all(messageId))
    byEmoji.set(emoji, [...(byEmoji.get(emoji) ?? []), userId]);
  return [...byEmoji].map(([emoji, userIds]) => ({
    emoji: emoji as CollabChatMessage['reactions'][number]['emoji'],
    userIds: userIds.slice(0, 100),
  }));
}

/** The row with its reactions as clients see it. */
export function showMessage(reader: Reader, row: ChatRow): CollabChatMessage {
  return {
    messageId: row.messageId,
    roomId: row.roomId,
    userId: row.userId,
    text: row.text,
    replyToMessageId: row.replyToMessageId,
    mentions: JSON.parse(row.mentions) as CollabChatMessage['mentions'],
    reactions: listReactions(reader, row.messageId),
    createdAt: isoTime(row.createdAtMs),
    updatedAt: isoTime(row.updatedAtMs),
  };
}
