import type { Db } from '../db/types.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Admission } from './admission.ts';
import type { AtRest } from './at-rest.ts';
import type { Changes } from './changes.ts';
import type { Channel } from './channel.ts';
import type { Chat } from './chat.ts';
import type { SizeLimits } from './content.ts';
import type { Documents } from './documents.ts';
import type { Journal } from './journal.ts';
import type { Outbox } from './outbox.ts';
import type { Rooms } from './rooms.ts';
import type { Snapshots } from './snapshots.ts';
import type { Sockets } from './sockets.ts';

/** What carries out the commands of the control plane. */
export type CommandsDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: SizeLimits;
  readonly parts: {
    readonly rooms: Rooms;
    readonly sockets: Sockets;
    readonly documents: Documents;
    readonly journal: Journal;
    readonly channel: Channel;
    readonly admission: Admission;
    readonly chat: Chat;
    readonly atRest: AtRest;
    readonly changes: Changes;
    readonly snapshots: Snapshots;
    readonly outbox: Outbox;
  };
  readonly isDraining: () => boolean;
};
