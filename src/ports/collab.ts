import type {
  AuthorizeJoinRequest,
  AuthorizeJoinResponse,
  CallbackAckResponse,
  CollabChatMessage,
  CreateDocumentRequest,
  CreateDocumentResponse,
  DestroyDocumentResponse,
  KickUserRequest,
  KickUserResponse,
  LockEditorRequest,
  LockEditorResponse,
  SnapshotReadyPayload,
  SupportedLanguage,
  TakeDocumentSnapshotResponse,
} from '../generated/api.ts';
import type { Page, SortOrder } from '../kernel/paging.ts';

export type RoomPush = {
  readonly type: string;
  readonly data: Record<string, unknown>;
  /** Null for everybody in the room. */
  readonly targetUserIds: readonly string[] | null;
};

/** What the control plane asks of the collab plane. Rejects with COLLAB_SERVICE_UNAVAILABLE or COLLAB_DOCUMENT_NOT_FOUND. */
export type CollabPlane = {
  createDocument(request: CreateDocumentRequest): Promise<CreateDocumentResponse>;
  /** `language`: the active one, where the plane may not know it because the room is not in memory. */
  destroyDocument(
    roomId: string,
    options: { purge: boolean; reason: string; language?: SupportedLanguage | undefined },
  ): Promise<DestroyDocumentResponse>;
  kickUser(roomId: string, request: KickUserRequest): Promise<KickUserResponse>;
  toggleEditorLock(roomId: string, request: LockEditorRequest): Promise<LockEditorResponse>;
  publishRoomEvent(roomId: string, push: RoomPush): Promise<{ delivered: number }>;
  replaceDocumentContent(
    roomId: string,
    contentByLanguage: Partial<Record<SupportedLanguage, string>>,
  ): Promise<void>;
  /** Text of the room's active language, from the live document or the store. */
  readCode(roomId: string, language: SupportedLanguage): Promise<string>;
  /** Takes a snapshot (manual) of the text of the active language, live or stored, and gives it. */
  takeSnapshot(roomId: string): Promise<TakeDocumentSnapshotResponse>;
  /** Records of whiteboard and annotations, lowest first; also after the documents were destroyed. */
  readBoard(roomId: string): Promise<readonly Record<string, unknown>[]>;
  listChatMessages(
    roomId: string,
    query: { cursor?: string | undefined; limit: number; sortOrder: SortOrder },
  ): Promise<Page<CollabChatMessage>>;
  /** Closes every socket of logins that ended; `all` for an account that was closed. */
  endLogins(userId: string, sids: readonly string[] | 'all', code: 4001 | 4007): void;
  health(): 'ok' | 'degraded' | 'draining';
};

/** What the collab plane asks of the control plane. */
export type CollabCallbacks = {
  /** Decides on a socket's first document, and again every minute; a denial is an answer, not an error. */
  authorizeJoin(request: AuthorizeJoinRequest): Promise<AuthorizeJoinResponse>;
  /** The last socket of a user in a room has been gone for the grace time. */
  userDisconnected(event: {
    roomId: string;
    userId: string;
    at: number;
    closeCode: number | null;
  }): Promise<void>;
  /**
   * A snapshot is ready to be recorded. Delivered at least once and in any order; one that is known already changes
   * nothing. ROOM_NOT_FOUND ends the deliveries.
   */
  snapshotReady(snapshot: SnapshotReadyPayload): Promise<CallbackAckResponse>;
  /** Users with a socket that answered the last ping. */
  participantsHeartbeat(participants: readonly { roomId: string; userId: string }[]): void;
};

/** Checks a collab token's signature, audience and life; throws TokenExpired or Unauthorized. */
export type CollabTokens = {
  issue(claims: {
    userId: string;
    sid: string;
    roomId: string;
    role: string;
  }): Promise<{ token: string; expiresAt: number }>;
  verify(token: string): Promise<{ userId: string; sid: string; roomId: string; issuedAtMs: number }>;
};
