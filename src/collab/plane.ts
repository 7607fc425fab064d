import type { Server } from 'node:http';
import type { CollabPlane } from '../ports/collab.ts';
import { createCommands } from './commands.ts';
import type { OutboxHealth } from './outbox.ts';
import { type CollabDeps, createParts, type Parts, sizeLimits } from './parts.ts';
import { createPublish } from './publish.ts';
import { drain } from './stop.ts';
import { type AttachOptions, createWire, type Wire } from './wire.ts';

export type { AttachOptions, CollabDeps };

export type CollabHealth = {
  readonly status: 'ok' | 'degraded' | 'draining';
  readonly rooms: number;
  readonly connections: number;
  /** People behind the connections that have been admitted. */
  readonly users: number;
  /** Updates accepted but not yet committed, and the age of the oldest. */
  readonly pendingJournalBytes: number;
  readonly oldestUnstoredMs: number;
  /** Snapshots on their way to the control plane. */
  readonly outbox: OutboxHealth;
};

/** The collab plane of this process. */
export type Collab = {
  readonly name: 'collab';
  /** What other planes call. */
  readonly port: CollabPlane;
  attach(server: Server, options: AttachOptions): void;
  start(): Promise<void>;
  /** Tells everybody, closes all sockets over a second, makes the journal durable, compacts as long as time allows. */
  stop(): Promise<void>;
  healthDetails(): CollabHealth;
};

/** Snapshots that the control plane has not taken for so long are a fault. */
const CALLBACKS_FAILING_MS = 60_000;

/** Builds the plane over the server's database; nothing runs before start(). */
export function createCollab(deps: CollabDeps): Collab {
  const parts = createParts(deps);
  const { sockets, hocuspocus, attendance, state } = parts;
  const isDraining = () => state.isDraining;
  const wire = createWire({ ...deps, hocuspocus, sockets, isDraining });
  const isFailing = () => state.isStorageDegraded || parts.outbox.failingMs() > CALLBACKS_FAILING_MS;
  const health = () => (state.isDraining ? 'draining' : isFailing() ? 'degraded' : 'ok');
  let stopping: Promise<void> | undefined;
  return {
    name: 'collab',
    port: {
      ...createCommands({ ...deps, limits: sizeLimits(deps.config), parts, isDraining }),
      publishRoomEvent: createPublish({
        ...deps,
        parts,
        maxBytes: deps.config['limits.messageBytes'],
      }),
      health,
    },
    attach: wire.attach,
    start: async () => {
      attendance.start();
      wire.start();
      parts.periodic.start();
      await parts.outbox.start();
    },
    stop: () => {
      stopping ??= stop(deps, parts, wire);
      return stopping;
    },
    healthDetails: () => ({
      status: health(),
      rooms: [...parts.rooms.all()].length,
      connections: sockets.size,
      users: new Set(
        [...sockets.all()].flatMap(({ admitted, claims }) => (admitted && claims ? [claims.userId] : [])),
      ).size,
      pendingJournalBytes: parts.journal.pendingBytes(),
      oldestUnstoredMs: parts.journal.oldestMs(),
      outbox: parts.outbox.health(),
    }),
  };
}

async function stop({ db }: CollabDeps, parts: Parts, wire: Wire): Promise<void> {
  parts.state.isDraining = true;
  parts.attendance.stop();
  try {
    await parts.periodic.stop();
    await drain({ ...parts, db });
  } finally {
    await parts.outbox.stop();
    wire.stop();
    parts.rooms.stop();
    parts.storage.stop();
  }
}
