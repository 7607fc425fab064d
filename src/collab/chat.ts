import type { Db, Tx } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { CollabChatMessage } from '../generated/api.ts';
import { type Clock, isoTime } from '../kernel/clock.ts';
import type { Ids } from '../kernel/ids.ts';
import { mapPage, type Page, readPage, type SortOrder } from '../kernel/paging.ts';
import {
  findMessage,
  findSentMessage,
  insertMessage,
  listMessages,
  listMessagesBefore,
  listReactions,
  listReadMarks,
  moveReadMark,
  showMessage,
  toggleReaction,
  trimMessages,
} from './chat-queries.ts';
import type { ChatReaction, ChatSend } from './messages.ts';

export type ChatDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  /** Newest messages of a room that are kept. */
  readonly kept: number;
};

export type ChatHistory = {
  readonly messages: CollabChatMessage[];
  readonly readStates: { readonly userId: string; readonly lastReadAt: string }[];
  readonly hasMore: boolean;
};

/** The chat of the rooms; what it returns is committed, and durable when the flush that follows is. */
export type Chat = {
  /** Stores a message. A repeated client id gives the message that was stored first; null for an unknown reply target. */
  send(
    roomId: string,
    userId: string,
    message: ChatSend,
  ): Promise<{ message: CollabChatMessage; isNew: boolean } | null>;
  /** Sets or takes back the user's reaction; null for an unknown message. */
  toggleReaction(
    roomId: string,
    userId: string,
    reaction: ChatReaction,
  ): Promise<{ messageId: string; reactions: CollabChatMessage['reactions']; updatedAt: string } | null>;
  /** Moves the read mark, at most to now; null when it does not move. */
  markRead(
    roomId: string,
    userId: string,
    upToMs: number | null,
  ): Promise<{ userId: string; lastReadAt: string } | null>;
  /** Messages before one (null: the newest), oldest first. */
  history(roomId: string, before: string | null, limit: number): ChatHistory;
  list(
    roomId: string,
    query: { cursor?: string | undefined; limit: number; sortOrder: SortOrder },
  ): Page<CollabChatMessage>;
};

/** Chat over the plane's tables. */
export function createChat(deps: ChatDeps): Chat {
  const { db, clock } = deps;
  return {
    send: (roomId, userId, message) => write(db, (tx) => store(deps, tx, { roomId, userId, message })),
    toggleReaction: (roomId, userId, { messageId, emoji }) =>
      write(db, (tx) => {
        if (!findMessage(tx, roomId, messageId)) return null;
        toggleReaction(tx, messageId, emoji, { userId, nowMs: clock.now() });
        const updatedAt = isoTime(findMessage(tx, roomId, messageId)?.updatedAtMs ?? clock.now());
        return { messageId, reactions: listReactions(tx, messageId), updatedAt };
      }),
    markRead: (roomId, userId, upToMs) =>
      write(db, (tx) => {
        const toMs = Math.min(upToMs ?? clock.now(), clock.now());
        if (!moveReadMark(tx, roomId, userId, toMs)) return null;
        return { userId, lastReadAt: isoTime(toMs) };
      }),
    history: (roomId, before, limit) => readHistory(db, roomId, before, limit),
    list: (roomId, query) => {
      const page = readPage(
        query,
        ['chat', roomId],
        (request) => listMessages(db, roomId, request),
        (row) => ({ value: row.messageId, id: row.messageId }),
      );
      return mapPage(page, (row) => showMessage(db, row));
    },
  };
}

function store(
  { clock, ids, kept }: ChatDeps,
  tx: Tx,
  { roomId, userId, message }: { roomId: string; userId: string; message: ChatSend },
): { message: CollabChatMessage; isNew: boolean } | null {
  const sent = findSentMessage(tx, roomId, userId, message.clientMessageId);
  if (sent) return { message: showMessage(tx, sent), isNew: false };
  const replyToMessageId = message.replyToMessageId ?? null;
  if (replyToMessageId !== null && !findMessage(tx, roomId, replyToMessageId)) return null;
  const nowMs = clock.now();
  const row = {
    messageId: ids.next(),
    roomId,
    userId,
    clientMessageId: message.clientMessageId,
    text: message.text,
    replyToMessageId,
    mentions: JSON.stringify(message.mentions ?? []),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
  };
  insertMessage(tx, row);
  trimMessages(tx, roomId, kept);
  return { message: showMessage(tx, row), isNew: true };
}

function readHistory(db: Db, roomId: string, before: string | null, limit: number): ChatHistory {
  const rows = listMessagesBefore(db, roomId, before, limit + 1);
  const shown = rows.slice(0, limit).reverse();
  return {
    messages: shown.map((row) => showMessage(db, row)),
    readStates: listReadMarks(db, roomId).map(({ userId, lastReadAtMs }) => ({
      userId,
      lastReadAt: isoTime(lastReadAtMs),
    })),
    hasMore: rows.length > limit,
  };
}
