import type { Tx } from '../../db/types.ts';
import type {
  CodeSnapshotTrigger,
  RoomEndReason,
  RoomMode,
  RoomRole,
  RoomStatus,
  RunOutcome,
  SessionEventType,
  SupportedLanguage,
  Verdict,
} from '../../generated/api.ts';
import { insertEvent } from './queries.ts';

type Reason = RoomEndReason | 'destroyed';
type PhaseReason = 'manual' | 'time_limit' | Exclude<Reason, 'completed'>;
type LockReason = { reason: 'manual' | 'phase' };
type TimerReason = { elapsedMs: number; reason: 'manual' | 'nobody_present' };

/** Facts that each kind of event keeps; flat. */
export type EventFacts = {
  session_started: { mode: RoomMode; problemId: string | null; language: SupportedLanguage };
  session_finished: { reason: Reason; codingMs: number };
  phase_changed: { from: RoomStatus; to: RoomStatus; reason: PhaseReason };
  participant_joined: { role: RoomRole; rejoined: boolean };
  participant_left: { targetUserId: string; reason: 'left' | 'disconnected' | 'account_closed' };
  participant_kicked: { targetUserId: string; banned: boolean };
  role_changed: { targetUserId: string; from: RoomRole; to: RoomRole };
  role_swapped: { requestId: string; interviewerId: string; candidateId: string };
  problem_selected: { fromProblemId: string | null; problemId: string | null; codeReset: boolean };
  language_changed: { from: SupportedLanguage; to: SupportedLanguage };
  editor_locked: LockReason;
  editor_unlocked: LockReason;
  timer_paused: TimerReason;
  timer_resumed: TimerReason;
  run_completed: {
    jobId: string;
    language: SupportedLanguage;
    status: 'completed' | 'failed';
    outcome: RunOutcome | null;
    durationMs: number | null;
  };
  submission_completed: {
    submissionId: string;
    problemId: string;
    status: 'completed' | 'failed';
    verdict: Verdict | null;
    passedTestCases: number;
    totalTestCases: number;
  };
  snapshot_captured: {
    snapshotId: string;
    trigger: CodeSnapshotTrigger;
    language: SupportedLanguage;
    linesOfCode: number;
  };
};

export type RecordedType = keyof EventFacts & SessionEventType;

/** One entry of a session's timeline. */
export type TimelineEvent<Type extends RecordedType = RecordedType> = {
  readonly eventId: string;
  readonly sessionId: string;
  readonly eventType: Type;
  /** Who caused it; null for the server. */
  readonly userId: string | null;
  /** Milliseconds since 1970 UTC. */
  readonly at: number;
  readonly metadata: EventFacts[Type];
};

/** Writes an event in the transaction of the change that it tells of. */
export function recordEvent<Type extends RecordedType>(tx: Tx, event: TimelineEvent<Type>): void {
  const { eventId, ...rest } = event;
  insertEvent(tx, { id: eventId, ...rest });
}
