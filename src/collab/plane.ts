import type { Server } from 'node:http';
import type { CollabPlane } from '../ports/collab.ts';
import { createCommands } from './commands.ts';
import { type CollabDeps, createParts, sizeLimits } from './parts.ts';
import { createPublish } from './publish.ts';
import { drain } from './stop.ts';
import { type AttachOptions, createWire } from './wire.ts';

export type { AttachOptions, CollabDeps };

export type CollabHealth = {
  readonly status: 'ok' | 'degraded' | 'draining';
  readonly rooms: number;
  readonly connections: number;
  /** Updates accepted but not yet committed, and the age of the oldest. */
  readonly pendingJournalBytes: number;
  readonly oldestUnstoredMs: number;
};

/** The collab plane of this process. */
export type Collab = {
  readonly name: 'collab';
  /** What other planes call. */
  readonly port: CollabPlane;
  attach(server: Server, options: AttachOptions): void;
  start(): void;
  /** Tells everybody, closes all sockets over a second, makes the journal durable, compacts as long as time allows. */
  stop(): Promise<void>;
  healthDetails(): CollabHealth;
};

/** Builds the plane over the server's database; nothing runs before start(). */
export function createCollab(deps: CollabDeps): Collab {
  const parts = createParts(deps);
  const { rooms, sockets, channel, journal, storage, attendance, state } = parts;
  const wire = createWire({
    ...deps,
    hocuspocus: parts.hocuspocus,
    sockets,
    isDraining: () => state.isDraining,
  });
  const publishRoomEvent = createPublish({
    db: deps.db,
    rooms,
    channel,
    admission: parts.admission,
    attendance,
    maxBytes: deps.config['limits.messageBytes'],
  });
  const commands = createCommands({
    db: deps.db,
    clock: deps.clock,
    limits: sizeLimits(deps.config),
    parts,
    isDraining: () => state.isDraining,
  });
  const health = () => (state.isDraining ? 'draining' : state.isStorageDegraded ? 'degraded' : 'ok');
  let stopping: Promise<void> | undefined;
  const stop = async () => {
    state.isDraining = true;
    attendance.stop();
    try {
      await drain({ db: deps.db, rooms, sockets, channel, journal, documents: parts.documents });
    } finally {
      wire.stop();
      rooms.stop();
      storage.stop();
    }
  };
  return {
    name: 'collab',
    port: { ...commands, publishRoomEvent, health },
    attach: wire.attach,
    start: () => {
      attendance.start();
      wire.start();
    },
    stop: () => {
      stopping ??= stop();
      return stopping;
    },
    healthDetails: () => ({
      status: health(),
      rooms: [...rooms.all()].length,
      connections: sockets.size,
      pendingJournalBytes: journal.pendingBytes(),
      oldestUnstoredMs: journal.oldestMs(),
    }),
  };
}
