import { randomUuid } from './random-uuid.ts';

export type ChatDraft = {
  readonly text: string;
  readonly replyToMessageId?: string;
  readonly mentions?: readonly { kind: 'user' | 'ai'; value: string; userId?: string | null }[];
};

/** Messages that the server has not confirmed. Its memory of client ids makes sending again harmless. */
export type ChatOutbox = {
  /** Sends, and keeps until it is confirmed; throws beyond 50 unconfirmed messages. */
  add(draft: ChatDraft): string;
  resend(): void;
  settle(clientMessageId: unknown): void;
};

const MAX_UNCONFIRMED = 50;

/** An empty outbox. */
export function createChatOutbox(send: (data: Record<string, unknown>) => void): ChatOutbox {
  const unconfirmed = new Map<string, Record<string, unknown>>();
  return {
    add: (draft) => {
      if (unconfirmed.size >= MAX_UNCONFIRMED) throw new Error('Too many chat messages wait to be sent');
      const clientMessageId = randomUuid();
      const data = { ...draft, clientMessageId };
      unconfirmed.set(clientMessageId, data);
      send(data);
      return clientMessageId;
    },
    resend: () => {
      for (const data of unconfirmed.values()) send(data);
    },
    settle: (clientMessageId) => {
      if (typeof clientMessageId === 'string') unconfirmed.delete(clientMessageId);
    },
  };
}
