import { type Configuration, Hocuspocus } from '@hocuspocus/server';
import type { Config } from '../config/schema.ts';
import type { Log } from '../kernel/log.ts';
import type { Admission } from './admission.ts';
import type { Channel } from './channel.ts';
import type { ClientMessages } from './client-messages.ts';
import { closeCodes, type Denial, denials } from './close-codes.ts';
import type { Documents } from './documents.ts';
import type { CollabSocket, RoomConnection, SocketContext } from './live.ts';
import { releaseStates, reviewStates } from './presence.ts';
import { mayWrite } from './rights.ts';
import type { Sockets } from './sockets.ts';
import type { SyncGuard } from './sync-guard.ts';

/** What the hooks hand on to. */
export type HookParts = {
  readonly admission: Admission;
  readonly documents: Documents;
  readonly sockets: Sockets;
  readonly channel: Channel;
  readonly guard: SyncGuard;
  readonly clientMessages: ClientMessages;
};

type Hooks = Partial<Configuration<SocketContext>>;

/** Without a message of the protocol for so long a socket is dead; live clients renew their presence every 15 s. */
const IDLE_MS = 180_000;
/** Bounds of what a socket may send before it is admitted. */
const UNADMITTED = {
  maxUnauthenticatedQueueSize: 256 * 1024,
  maxUnauthenticatedQueueMessages: 200,
  maxPendingDocuments: 3,
};

/**
 * The library with our hooks. None of them lets an error out but where that means "no": a throw in most of the library's
 * hooks is an unhandled rejection. `parts` is asked at each call, since the parts need the library themselves.
 */
export function createHocuspocus(
  config: Config,
  log: Log,
  parts: () => HookParts,
): Hocuspocus<SocketContext> {
  const caught = async (hook: string, run: () => unknown, otherwise?: () => void): Promise<void> => {
    try {
      await run();
    } catch (error) {
      log.error({ err: error, hook }, 'a hook failed');
      otherwise?.();
    }
  };
  return new Hocuspocus<SocketContext>({
    quiet: true,
    timeout: IDLE_MS,
    debounce: config['timers.compactionMs'],
    maxDebounce: config['timers.compactionMaxMs'],
    // Broadcasts wait for the end of the turn, whatever their size: by then the journal has what they carry.
    flushDelay: 0,
    flushMaxBytes: Number.POSITIVE_INFINITY,
    // What was deleted is forgotten: documents would grow for as long as people type.
    yDocOptions: { gc: true, gcFilter: () => true },
    ...UNADMITTED,
    ...entryHooks(parts),
    ...documentHooks(parts, caught),
    ...messageHooks(parts, caught, config),
  });
}

type Caught = (hook: string, run: () => unknown, otherwise?: () => void) => Promise<void>;

function entryHooks(parts: () => HookParts): Hooks {
  return {
    onAuthenticate: async ({ context: { socket }, documentName, token, connectionConfig }) => {
      const admitted = await parts().admission.admit(socket, documentName, token);
      // The library sends the reason as PermissionDenied; without a `message` it stays out of its console.
      if (typeof admitted === 'string') throw refuse(parts(), socket, admitted);
      const capabilities = socket.admitted?.member.capabilities ?? new Set<string>();
      const flags = parts().channel.flagsOf(admitted.room);
      connectionConfig.readOnly = !mayWrite(admitted.kind, capabilities, flags);
    },
  };
}

/** Closes the socket behind the refusal, unless it has other documents open. */
function refuse({ sockets }: HookParts, socket: CollabSocket, denial: Denial): { reason: Denial } {
  setImmediate(() => {
    if (!socket.admitted || denial === 'try-later') sockets.end(socket, denials[denial], denial);
  });
  return { reason: denial };
}

function documentHooks(parts: () => HookParts, caught: Caught): Hooks {
  return {
    onLoadDocument: ({ document, documentName }) => parts().documents.load(document, documentName),
    connected: ({ context: { socket }, connection }) =>
      caught('connected', () => {
        const { documents, sockets, clientMessages } = parts();
        const live = documents.liveOf(connection.document);
        if (!live || !documents.isLive(live))
          sockets.end(socket, closeCodes.tryLater, 'reloading', { drop: true });
        else if (live.kind === 'code') clientMessages.greet(socket);
      }),
    onStoreDocument: ({ document }) =>
      caught('onStoreDocument', async () => {
        const live = parts().documents.liveOf(document);
        if (live) await parts().documents.compact(live);
      }),
    beforeUnloadDocument: async ({ instance, document, documentName }) => {
      const live = parts().documents.liveOf(document);
      // The library unloads by name: the late end of a copy that was thrown away must not take its successor.
      const isOther = instance.documents.get(documentName) !== document;
      if (isOther || (live && parts().documents.isLive(live))) throw { reason: 'pinned' };
    },
    onDisconnect: ({ context, document, documentName }) =>
      caught('onDisconnect', () => {
        const { documents, sockets } = parts();
        const live = documents.liveOf(document);
        if (live) releaseStates(live);
        const { socket } = context;
        if (!socket || socket.isEnded || socket.leaving.delete(documentName)) return;
        // The library has put this document down after an error, and would leave the socket open without it.
        sockets.end(socket, closeCodes.protocolReset, 'protocol error');
      }),
  };
}

function messageHooks(parts: () => HookParts, caught: Caught, config: Config): Hooks {
  const maxBytes = config['limits.awarenessBytes'];
  return {
    beforeSync: async ({ connection, document, type, payload }) =>
      parts().guard(connection as RoomConnection, parts().documents.liveOf(document), { type, payload }),
    beforeHandleAwareness: ({ connection, document, states }) =>
      caught(
        'beforeHandleAwareness',
        () => {
          const live = parts().documents.liveOf(document);
          if (!live || !connection) states.clear();
          else
            reviewStates(live, connection as RoomConnection, states, { maxBytes, nowMs: performance.now() });
        },
        () => states.clear(),
      ),
    onStateless: ({ connection, document, payload }) =>
      caught('onStateless', async () => {
        const live = parts().documents.liveOf(document);
        const { socket } = (connection as RoomConnection).context;
        if (live?.kind === 'code') await parts().clientMessages.handle(socket, payload);
      }),
  };
}
