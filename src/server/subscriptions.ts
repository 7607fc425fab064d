import type { Waiters } from '../kernel/waiters.ts';
import type { CollabPlane } from '../ports/collab.ts';
import type { Kernel } from './kernel.ts';

/** Close codes for sockets of logins that ended, and of accounts that were closed. */
const LOGIN_ENDED = 4001;
const ACCOUNT_CLOSED = 4007;

export type SubscriptionDeps = {
  readonly kernel: Pick<Kernel, 'events' | 'log'>;
  readonly collab: CollabPlane;
  readonly waiters: Waiters;
};

/**
 * Everything that follows a commit in another plane. Each may be missed, as when the process dies right after the commit:
 * what must happen has a job of its own, and clients that missed a push get the whole state when they ask.
 */
export function subscribe({ kernel, collab, waiters }: SubscriptionDeps): void {
  const { events, log } = kernel;
  /** A room without live documents has nobody to tell, so a failure is no more than a remark. */
  const tell = (what: string, call: Promise<unknown>) => {
    call.catch((error: unknown) => log.debug({ err: error, what }, 'the collaboration plane was not told'));
  };

  events.on('run.changed', ({ jobId }) => waiters.changed(jobId));
  events.on('submission.changed', ({ submissionId }) => waiters.changed(submissionId));

  events.on('room.pushed', ({ roomId, type, data, targetUserIds }) =>
    tell(type, collab.publishRoomEvent(roomId, { type, data, targetUserIds: targetUserIds ?? null })),
  );
  events.on('room.lockChanged', ({ roomId, locked, changedBy }) =>
    tell('lock', collab.toggleEditorLock(roomId, { locked, changedBy })),
  );
  events.on('room.memberRemoved', ({ roomId, userId, kind, reason }) =>
    tell('removal', collab.kickUser(roomId, { userId, kind, reason })),
  );
  events.on('login.ended', ({ userId, sids }) => collab.endLogins(userId, sids, LOGIN_ENDED));
  events.on('account.closed', ({ userId }) => collab.endLogins(userId, 'all', ACCOUNT_CLOSED));
}
