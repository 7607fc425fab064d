import type { Config } from '../../config/schema.ts';
import type { Db, Reader, Tx } from '../../db/types.ts';
import type { Difficulty, ProblemSummary, SupportedLanguage } from '../../generated/api.ts';
import type { NewJob } from '../../jobs/job.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Ids } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import type { Random } from '../../kernel/random.ts';
import type { WriteAudit } from '../../ports/audit.ts';
import type { CollabPlane, CollabTokens } from '../../ports/collab.ts';
import type { Events } from '../../ports/events.ts';
import type { Presence } from './presence.ts';

/** Time, chance, events and the log. */
type RoomKernel = {
  readonly clock: Clock;
  readonly ids: Ids;
  readonly random: Random;
  readonly events: Events;
  readonly log: Log;
};

type RoomSettings = Pick<
  Config,
  | 'limits.hostedRooms'
  | 'timers.seatReservationMs'
  | 'timers.roleSwapMs'
  | 'timers.roomAbandonedMs'
  | 'timers.roomLifetimeMs'
  | 'timers.roomClosingWarningMs'
  | 'timers.presenceMs'
  | 'timers.presenceSweepMs'
  | 'timers.roomSweepMs'
  | 'timers.codingTickMs'
  | 'timers.phaseCheckMs'
  | 'limits.snapshotsPerSession'
  | 'limits.snapshotBytesPerSession'
>;

/** The live documents: the plane that keeps them, the tokens that open them, the address of the sockets. */
type CollabDoor = {
  readonly plane: CollabPlane;
  readonly tokens: CollabTokens;
  /** `wss://host/collab`. */
  readonly url: () => string;
};

export type UserName = {
  readonly username: string;
  readonly displayName: string | null;
  readonly avatarUrl: string | null;
};

/** What rooms ask of the catalogue; a problem withdrawn later stays readable for rooms that chose it. */
type RoomProblems = {
  isPublished(reader: Reader, problemId: string): boolean;
  starterCode(reader: Reader, problemId: string): Partial<Record<SupportedLanguage, string>>;
  /** As `viewerId` sees it. */
  summary(reader: Reader, problemId: string, viewerId: string): ProblemSummary | null;
  titles(reader: Reader, ids: readonly string[]): Map<string, { title: string; difficulty: Difficulty }>;
};

/** What rooms ask of the accounts. */
type RoomUsers = {
  /** Every id that was asked for is there; deleted users under their stand-in name. */
  names(reader: Reader, ids: readonly string[]): Map<string, UserName>;
  /** Whether the account may act and the login has not ended. */
  loginState(reader: Reader, userId: string, sid: string): 'live' | 'ended' | 'disabled';
};

/** What other features do for rooms, inside the transaction of the change. */
export type RoomNeighbours = {
  readonly problems: RoomProblems;
  readonly users: RoomUsers;
  readonly writeAudit: WriteAudit;
  enqueue(tx: Tx, job: NewJob): void;
  /**
   * Cancels jobs of a room, of one user if given, and marks what they belong to; `waitingOnly` leaves running ones
   * alone, else they are killed.
   */
  cancelRoomJobs(
    tx: Tx,
    roomId: string,
    kinds: readonly string[],
    options: { waitingOnly: boolean; userId?: string },
  ): void;
};

export type RoomDeps = {
  readonly db: Db;
  readonly kernel: RoomKernel;
  readonly settings: RoomSettings;
  readonly collab: CollabDoor;
  readonly neighbours: RoomNeighbours;
  readonly presence: Presence;
};
