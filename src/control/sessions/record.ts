import type { Reader, Tx } from '../../db/types.ts';
import type { RoomEndReason, RoomMode, RoomRole, SupportedLanguage } from '../../generated/api.ts';
import * as rows from './queries.ts';

/** Who was in the room when the session began, or came later. */
export type SessionMember = { readonly userId: string; readonly role: RoomRole; readonly at: number };

/** What a session is opened with. */
export type NewSession = {
  readonly sessionId: string;
  readonly roomId: string;
  readonly mode: RoomMode;
  readonly problemId: string | null;
  readonly language: SupportedLanguage;
  readonly startedAt: number;
  readonly members: readonly Omit<SessionMember, 'at'>[];
};

const heldRole = (role: RoomRole) => ({
  role,
  ...(role === 'interviewer' ? { wasInterviewer: true } : {}),
  ...(role === 'candidate' ? { wasCandidate: true } : {}),
});

/** Opens the record of a room's practice with those who are there. */
export function openSession(tx: Tx, session: NewSession): void {
  const { sessionId, members, ...rest } = session;
  rows.insertSession(tx, { id: sessionId, ...rest });
  for (const member of members) admitToSession(tx, sessionId, { ...member, at: session.startedAt });
}

/** Adds somebody to the record, or revives them there. */
export function admitToSession(tx: Tx, sessionId: string, member: SessionMember): void {
  const { userId, role, at } = member;
  rows.upsertParticipant(
    tx,
    {
      sessionId,
      userId,
      role,
      wasInterviewer: role === 'interviewer',
      wasCandidate: role === 'candidate',
      joinedAt: at,
    },
    { ...heldRole(role), leftAt: null },
  );
}

/** Notes when somebody went away. */
export function leaveSession(tx: Tx, sessionId: string, userId: string, leftAt: number): void {
  rows.updateParticipant(tx, sessionId, userId, { leftAt });
}

/** Notes a new role; roles held before stay known. */
export function changeSessionRole(tx: Tx, sessionId: string, userId: string, role: RoomRole): void {
  rows.updateParticipant(tx, sessionId, userId, heldRole(role));
}

/** Follows the room's problem or language. */
export function followRoom(
  tx: Tx,
  sessionId: string,
  change: { problemId: string | null } | { language: SupportedLanguage },
): void {
  rows.updateSession(tx, sessionId, change);
}

/** How a session ended. */
export type SessionEnd = {
  readonly finishedAt: number;
  readonly codingMs: number;
  readonly endReason: RoomEndReason | 'destroyed';
};

/** Closes the record; everybody who was still there left at that time. */
export function closeSession(tx: Tx, sessionId: string, end: SessionEnd): void {
  rows.updateSession(tx, sessionId, end);
  rows.releaseParticipants(tx, sessionId, end.finishedAt);
}

const DAY_MS = 86_400_000;
/** Streaks are looked for within ten years. */
const STREAK_DAYS = 3660;

/** What a profile counts: finished sessions that the user has not deleted, and their UTC days. */
export type SessionStats = {
  readonly totalSessions: number;
  /** Days since 1970, newest first. */
  readonly finishedDays: readonly number[];
};

export function readSessionStats(reader: Reader, userId: string, now: number): SessionStats {
  const since = (Math.floor(now / DAY_MS) - STREAK_DAYS) * DAY_MS;
  return {
    totalSessions: rows.countFinished(reader, userId),
    finishedDays: rows.listFinishedDays(reader, userId, since),
  };
}
