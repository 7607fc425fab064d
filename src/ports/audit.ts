import type { Tx } from '../db/types.ts';

type AuthAction =
  | 'auth.register'
  | 'auth.login'
  | 'auth.login_failed'
  | 'auth.locked'
  | 'auth.logout'
  | 'auth.token_reuse'
  | 'auth.password_change'
  | 'auth.password_reset_request'
  | 'auth.password_reset';
type UserAction = 'user.delete' | 'user.anonymise';
type AdminAction =
  | `admin.user.${'ban' | 'unban' | 'role_change'}`
  | `admin.problem.${'create' | 'update' | 'publish' | 'unpublish' | 'delete' | 'view_hidden'}`
  | 'admin.room.force_close'
  | 'admin.session.view';
type RoomAction =
  | 'room.create'
  | 'room.destroy'
  | 'room.participant_kick'
  | 'room.recording_start'
  | 'room.recording_stop'
  | 'recording.download';
type CliUserVerb =
  | 'create'
  | 'import'
  | 'promote'
  | 'demote'
  | 'ban'
  | 'unban'
  | 'reset_password'
  | 'reset_link'
  | 'logout'
  | 'delete'
  | 'restore'
  | 'export';
type CliAction =
  | `cli.user.${CliUserVerb}`
  | 'cli.room.close'
  | `cli.problem.${'import' | 'publish' | 'unpublish' | 'delete'}`
  | 'cli.keys.rotate'
  | 'cli.backup'
  | 'cli.restore'
  | 'cli.settings.change';

/** Everything that is audited; the table stands in docs/spec/security.md. */
export type AuditAction = AuthAction | UserAction | AdminAction | RoomAction | CliAction;

/** Where an action came from: a request has an address and an id, a command the name of the system's user. */
export type Origin = {
  /** Address of the client; null for commands and background work. */
  readonly ip: string | null;
  /** X-Request-Id; null for commands and background work. */
  readonly requestId: string | null;
  /** User of the operating system who gave the command. */
  readonly osUser?: string;
};

export type AuditEntry = {
  readonly action: AuditAction;
  /** Null for the system, the command line and callers who are not signed in. */
  readonly actorId: string | null;
  readonly targetType: 'user' | 'room' | 'problem' | 'session' | 'system';
  readonly targetId: string;
  /** Facts beside the columns: no secrets, code or message texts; values of secret-looking keys are redacted. */
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly origin: Origin;
};

/** Writes one entry of the audit log in the transaction of the change that it tells of. */
export type WriteAudit = (tx: Tx, entry: AuditEntry) => void;
