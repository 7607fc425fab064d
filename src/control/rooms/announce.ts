import type { Tx } from '../../db/types.ts';
import type {
  RoleSwapRequest,
  RoomConfig,
  RoomRole,
  RoomStatus,
  SupportedLanguage,
} from '../../generated/api.ts';
import type { SyncodeEvents } from '../../ports/events.ts';
import { type EventFacts, recordEvent } from '../sessions/index.ts';
import type { RoomDeps, UserName } from './deps.ts';
import type { Room } from './tables.ts';

type ChangedBy = { changedBy: string | null };

/** What is pushed to everybody in a room, by type. */
export type RoomPushes = {
  'phase-change': ChangedBy & {
    phase: RoomStatus;
    previousPhase: RoomStatus;
    sessionId: string | null;
    elapsedMs: number;
    editorLocked: boolean;
    reason: EventFacts['phase_changed']['reason'];
  };
  'timer-change': ChangedBy & {
    timerPaused: boolean;
    elapsedMs: number;
    maxDurationMs: number;
    serverTime: string;
  };
  'problem-change': ChangedBy & {
    problemId: string | null;
    problemTitle: string | null;
    codeReset: boolean;
  };
  'language-change': ChangedBy & { language: SupportedLanguage };
  'settings-change': ChangedBy & { name: string | null; config: RoomConfig; roomCodeChanged: boolean };
  'host-change': { hostId: string; previousHostId: string; reason: 'handover' | 'left' | 'dropped' };
  'participant-joined': {
    user: UserName & { userId: string };
    role: RoomRole;
    isHost: boolean;
    rejoined: boolean;
  };
  'participant-left': {
    userId: string;
    reason: 'left' | 'disconnected' | 'kicked' | 'account_closed';
    banned: boolean;
  };
  'participant-updated': ChangedBy & {
    userId: string;
    role: RoomRole;
    muted: boolean;
    isReady: boolean;
  };
  'role-swap-requested': RoleSwapRequest;
  'role-swap-resolved': RoleSwapRequest;
  'room-closing': { reason: 'expired'; at: string };
};

/** Tells the others of the process, after the commit. */
export function emitAfter<Name extends keyof SyncodeEvents>(
  deps: Pick<RoomDeps, 'kernel'>,
  tx: Tx,
  name: Name,
  payload: SyncodeEvents[Name],
): void {
  tx.afterCommit(() => deps.kernel.events.emit(name, payload));
}

/** Pushes to everybody in the room, after the commit and in the order of the calls. */
export function push<Type extends keyof RoomPushes>(
  deps: Pick<RoomDeps, 'kernel'>,
  tx: Tx,
  roomId: string,
  type: Type,
  data: RoomPushes[Type],
): void {
  emitAfter(deps, tx, 'room.pushed', { roomId, type, data });
}

/** Writes to the timeline of the room's session, if it has one. */
export function note<Type extends keyof EventFacts>(
  deps: Pick<RoomDeps, 'kernel'>,
  tx: Tx,
  room: Pick<Room, 'sessionId'>,
  eventType: Type,
  event: { userId: string | null; at: number; metadata: EventFacts[Type] },
): void {
  if (room.sessionId === null) return;
  recordEvent(tx, { eventId: deps.kernel.ids.next(), sessionId: room.sessionId, eventType, ...event });
}
