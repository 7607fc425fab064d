import { randomUUID } from 'node:crypto';
import type {
  AuthorizeJoinRequest,
  AuthorizeJoinResponse,
  RoomRole,
  SnapshotReadyPayload,
} from '../../../src/generated/api.ts';
import { TokenExpired, Unauthorized } from '../../../src/kernel/errors.ts';
import type { CollabCallbacks, CollabTokens } from '../../../src/ports/collab.ts';

export type FakeMember = {
  readonly userId: string;
  readonly sid: string;
  role: RoomRole;
  isHost: boolean;
  removed: boolean;
  loginEnded: boolean;
};

const CAPABILITIES: Record<RoomRole, string[]> = {
  interviewer: ['code:edit', 'whiteboard:draw', 'whiteboard:annotate', 'chat:send'],
  candidate: ['code:edit', 'whiteboard:draw', 'whiteboard:annotate', 'chat:send'],
  observer: ['whiteboard:annotate', 'chat:send'],
};

type State = NonNullable<AuthorizeJoinResponse['roomState']>;

/** One room of the control plane: who is in it and where it stands. */
export class FakeRoom {
  readonly roomId = randomUUID();
  readonly members = new Map<string, FakeMember>();
  state: State = { phase: 'coding', editorLocked: false, language: 'python' };

  addMember(role: RoomRole, isHost = false): FakeMember {
    const member = {
      userId: randomUUID(),
      sid: randomUUID(),
      role,
      isHost,
      removed: false,
      loginEnded: false,
    };
    this.members.set(member.userId, member);
    return member;
  }
}

/** A small control plane: rooms in memory, tokens that are plain text. */
export class FakeControl implements CollabCallbacks {
  readonly rooms = new Map<string, FakeRoom>();
  readonly disconnected: Parameters<CollabCallbacks['userDisconnected']>[0][] = [];
  readonly heartbeats: { roomId: string; userId: string }[] = [];
  readonly asked: AuthorizeJoinRequest[] = [];
  /** Snapshots by id, as they were recorded first. */
  readonly snapshots = new Map<string, SnapshotReadyPayload>();
  /** Every delivery, repeated ones too. */
  readonly deliveries: SnapshotReadyPayload[] = [];
  /** Runs before a snapshot is recorded; may refuse it. */
  beforeSnapshot: (snapshot: SnapshotReadyPayload) => Promise<void> = async () => {};
  /** Runs before an answer is given. */
  beforeAnswer: () => Promise<void> = async () => {};

  addRoom(): FakeRoom {
    const room = new FakeRoom();
    this.rooms.set(room.roomId, room);
    return room;
  }

  /** A room whose id is known already, as after a restart. */
  adoptRoom(room: FakeRoom, roomId: string): FakeRoom {
    Object.assign(room, { roomId });
    this.rooms.set(roomId, room);
    return room;
  }

  tokenOf(room: FakeRoom, member: FakeMember, changes: Record<string, unknown> = {}): string {
    const { userId, sid } = member;
    return `test.${JSON.stringify({ userId, sid, roomId: room.roomId, issuedAtMs: Date.now(), ...changes })}`;
  }

  readonly tokens: CollabTokens = {
    issue: async ({ userId, sid, roomId }) => ({
      token: `test.${JSON.stringify({ userId, sid, roomId, issuedAtMs: Date.now() })}`,
      expiresAt: Date.now() + 900_000,
    }),
    verify: async (token) => {
      if (token === 'expired') throw TokenExpired();
      if (!token.startsWith('test.')) throw Unauthorized();
      return JSON.parse(token.slice('test.'.length));
    },
  };

  authorizeJoin = async (request: AuthorizeJoinRequest): Promise<AuthorizeJoinResponse> => {
    this.asked.push(request);
    const answer = this.#answer(request);
    await this.beforeAnswer();
    return answer;
  };

  userDisconnected: CollabCallbacks['userDisconnected'] = async (event) => {
    this.disconnected.push(event);
  };

  snapshotReady: CollabCallbacks['snapshotReady'] = async (snapshot) => {
    this.deliveries.push(snapshot);
    await this.beforeSnapshot(snapshot);
    const duplicate = this.snapshots.has(snapshot.snapshotId);
    if (!duplicate) this.snapshots.set(snapshot.snapshotId, snapshot);
    return { success: true, duplicate };
  };

  participantsHeartbeat: CollabCallbacks['participantsHeartbeat'] = (participants) => {
    this.heartbeats.push(...participants);
  };

  #answer({ roomId, userId, sid }: AuthorizeJoinRequest): AuthorizeJoinResponse {
    const room = this.rooms.get(roomId);
    if (!room) return { authorized: false, reason: 'room-not-found' };
    if (room.state.phase === 'finished') return { authorized: false, reason: 'room-finished' };
    const member = room.members.get(userId);
    if (!member || member.sid !== sid) return { authorized: false, reason: 'not-participant' };
    if (member.removed) return { authorized: false, reason: 'participant-removed' };
    if (member.loginEnded) return { authorized: false, reason: 'login-ended' };
    return {
      authorized: true,
      role: member.role,
      isHost: member.isHost,
      displayName: `name of ${userId.slice(0, 4)}`,
      capabilities: CAPABILITIES[member.role],
      roomState: { ...room.state },
    };
  }
}
