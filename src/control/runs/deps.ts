import type { Config } from '../../config/schema.ts';
import type { Db, Reader, Tx } from '../../db/types.ts';
import type { SessionEventType, SupportedLanguage } from '../../generated/api.ts';
import type { JobQueue } from '../../jobs/queue.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Waiters } from '../../kernel/waiters.ts';
import type { WriteAudit } from '../../ports/audit.ts';
import type { Events } from '../../ports/events.ts';
import type { ExecutionPlane } from '../../ports/execution.ts';
import type { RoomScope } from '../../ports/room-access.ts';

/** What every feature that keeps state is made of. */
export type Core = {
  readonly db: Db;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly events: Events;
  readonly config: Config;
  readonly queue: JobQueue;
};

/** What runs and submissions ask of rooms and sessions. */
export type RoomDoor = {
  /** Runs in a transaction whose first statement loads the scope anew and repeats its checks. */
  writeInRoom<T>(scope: RoomScope, run: (tx: Tx, scope: RoomScope) => T): Promise<T>;
  /** Whether somebody took part in a room (also one that was destroyed) and was not removed. */
  isParticipant(reader: Reader, roomId: string, userId: string): boolean;
  noteSignOfLife(roomId: string, userId: string): void;
  /** Adds to the session's timeline. */
  recordEvent(tx: Tx, event: TimelineEvent): void;
};

export type TimelineEvent = {
  readonly sessionId: string;
  readonly eventType: SessionEventType;
  readonly userId: string | null;
  readonly at: number;
  readonly metadata: Record<string, string | number | boolean | null>;
};

/** Hidden main programs by language of a room's function problem; null for problems that are whole programs. */
export type FindDrivers = (
  reader: Reader,
  problemId: string,
) => Partial<Record<SupportedLanguage, string>> | null;

export type RunsDeps = {
  readonly core: Core;
  readonly rooms: RoomDoor;
  readonly execution: ExecutionPlane;
  readonly findDrivers: FindDrivers;
  readonly audit: WriteAudit;
  readonly waiters: Waiters;
};
