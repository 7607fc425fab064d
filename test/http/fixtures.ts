import type { ActiveRoom, AuthResponse, RoomDetail, UserProfile } from '../../src/generated/api.ts';
import { ada, roomId } from './support.ts';

export const time = '2026-01-01T00:00:00.000Z';
export const someId = '01890000-0000-7000-8000-000000000001';

export const profile: UserProfile = {
  id: ada,
  email: 'ada@example.org',
  username: 'ada',
  displayName: null,
  role: 'user',
  avatarUrl: null,
  bio: null,
  stats: { totalSessions: 0, totalProblems: 0, streakDays: 0 },
  createdAt: time,
  updatedAt: time,
};

export const signedIn: AuthResponse = { accessToken: 'token', user: profile };

export const room: RoomDetail = {
  roomId,
  roomCode: 'ABCDEF',
  name: null,
  status: 'waiting',
  mode: 'peer',
  hostId: ada,
  sessionId: null,
  problemId: null,
  problem: null,
  language: 'python',
  config: { maxParticipants: 2, maxDuration: 120, isPrivate: true },
  participants: [],
  myRole: 'interviewer',
  isHost: true,
  myCapabilities: ['code:view'],
  currentPhaseStartedAt: time,
  timerPaused: false,
  elapsedMs: 0,
  serverTime: time,
  editorLocked: false,
  lockedBy: null,
  recording: {
    status: 'off',
    recordingId: null,
    startedAt: null,
    startedBy: null,
    allConsented: false,
    missingUserIds: [],
  },
  pendingRoleSwap: null,
  mediaEnabled: false,
  collab: { url: 'ws://localhost/collab', documentName: roomId, token: 'secret-token', expiresAt: time },
  createdAt: time,
  endedAt: null,
  endReason: null,
};

export const noActiveRoom: ActiveRoom = { room: null, role: null, isHost: false, joinedAt: null };
