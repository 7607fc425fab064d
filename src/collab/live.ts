import type { Connection, Document } from '@hocuspocus/server';
import type { AuthorizeJoinResponse, RoomRole, RoomStatus, SupportedLanguage } from '../generated/api.ts';
import type { Bucket } from './bucket.ts';
import type { SocketGate } from './gate.ts';
import type { JournalHead } from './journal.ts';
import type { DocumentKind } from './names.ts';

/** What hooks of the library get as their context: the socket that a connection belongs to. */
export type SocketContext = { readonly socket: CollabSocket };
export type RoomConnection = Connection<SocketContext>;

/** What a verified collab token says. */
export type Claims = {
  readonly userId: string;
  readonly sid: string;
  readonly roomId: string;
  readonly issuedAtMs: number;
};

/** Who somebody is in the room, as the control plane answered last. */
export type Member = {
  readonly role: RoomRole;
  readonly isHost: boolean;
  readonly displayName: string;
  readonly capabilities: ReadonlySet<string>;
};

export type RoomStateData = NonNullable<AuthorizeJoinResponse['roomState']>;

/** One WebSocket; carries up to three documents of one user in one room. */
export type CollabSocket = {
  readonly gate: SocketGate;
  readonly address: string;
  readonly openedAtMs: number;
  /** Frames of any kind, and the dear ones among them. */
  readonly frames: Bucket;
  readonly handshakes: Bucket;
  readonly presence: Bucket;
  /** Documents that the client itself takes leave of. */
  readonly leaving: Set<string>;
  /** Of the first document's token; those of the others must say the same. */
  claims: Claims | null;
  /** Set once admitted. */
  admitted: { readonly room: LiveRoom; member: Member; readonly state: RoomStateData } | null;
  /** Nothing that it still sends counts. */
  isEnded: boolean;
  /** Has answered the last ping. */
  isAlive: boolean;
};

/** A document in memory, pinned by a direct connection for as long as its room is live. */
export type LiveDocument = JournalHead & {
  readonly kind: DocumentKind;
  readonly room: LiveRoom;
  readonly document: Document;
  /** Bytes of the stored state, and of the updates since. */
  storedBytes: number;
  sinceBytes: number;
  /** Journal row up to which a state is kept for recovery; null without one. */
  recoverySeq: number | null;
  /** Which connection introduced a Yjs client id in the presence. */
  readonly owners: Map<number, RoomConnection>;
  retry: NodeJS.Timeout | undefined;
};

/** A room in memory. */
export type LiveRoom = {
  readonly roomId: string;
  readonly createdAtMs: number;
  phase: RoomStatus;
  isLocked: boolean;
  lockedBy: string | null;
  lockedAtMs: number | null;
  language: SupportedLanguage;
  /** Lacks a document between its being thrown away and the next admission. */
  readonly documents: Map<DocumentKind, LiveDocument>;
  readonly sockets: Set<CollabSocket>;
  /** `<document name> <user id>` of copies that may hold refused edits. */
  readonly dirty: Set<string>;
  readonly chatBuckets: Map<string, { readonly send: Bucket; readonly other: Bucket }>;
  /** Hash of language and text of the newest snapshot; null before the first. */
  snapshotHash: string | null;
  idle: NodeJS.Timeout | undefined;
};

/** Facts that a room takes over when it is opened. */
export type RoomFacts = Pick<RoomStateData, 'phase' | 'editorLocked' | 'language'> &
  Partial<Pick<RoomStateData, 'lockedBy'>>;

/** The connections of a socket to the live documents of its room. */
export function connectionsOf(socket: CollabSocket): RoomConnection[] {
  const documents = socket.admitted?.room.documents.values() ?? [];
  return [...documents].flatMap(({ document }) =>
    (document.getConnections() as RoomConnection[]).filter(
      (connection) => connection.context.socket === socket,
    ),
  );
}

/** The socket's connection to one document, if it has opened it. */
export function connectionTo(socket: CollabSocket, kind: DocumentKind): RoomConnection | undefined {
  const live = socket.admitted?.room.documents.get(kind);
  const all = (live?.document.getConnections() ?? []) as RoomConnection[];
  return all.find((connection) => connection.context.socket === socket);
}

/** The next turn of the event loop: nothing of an update that is being handled runs then. */
export function nextMacrotask(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
