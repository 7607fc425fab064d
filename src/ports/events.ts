import type { EventBus } from '../kernel/events.ts';

/** What planes tell each other after a commit. Every handler may be missed: what must happen is a job row. */
export type SyncodeEvents = {
  /** An account was banned or deleted, or its logins ended: sockets of the logins named (all without) must go. */
  'account.closed': { userId: string; kind: 'banned' | 'deleted' };
  'login.ended': { userId: string; sids: readonly string[] | 'all' };
  /** A push to a room: one of the events of docs/spec/rooms.md, sent to everybody or to the users named; the collaboration plane also acts on it. */
  'room.pushed': {
    roomId: string;
    type: string;
    data: Record<string, unknown>;
    targetUserIds?: readonly string[];
  };
  'room.lockChanged': { roomId: string; locked: boolean; changedBy: string | null };
  /** A member is out: sockets are closed with the kind's code. */
  'room.memberRemoved': {
    roomId: string;
    userId: string;
    kind: 'kicked' | 'left' | 'disabled';
    reason: string;
  };
  /** Something pollers wait for has changed. */
  'run.changed': { jobId: string };
  'submission.changed': { submissionId: string };
};

export type Events = EventBus<SyncodeEvents>;
