import { HocuspocusProvider, type HocuspocusProviderWebsocket } from '@hocuspocus/provider';
import { Doc } from 'yjs';
import type { DocumentKind } from './close-reactions.ts';

const SUFFIXES: Record<DocumentKind, string> = { code: '', board: '/board', notes: '/notes' };
/** Keystrokes of so long leave together. */
const FLUSH_DELAY_MS = 50;

export type DocumentLink = {
  readonly kind: DocumentKind;
  readonly doc: Doc;
  readonly provider: HocuspocusProvider;
  /** Synchronised on the socket that is open now. */
  readonly isSynced: () => boolean;
  /** Has been synchronised on any socket: before that it is empty, and editing it would be a mistake. */
  readonly wasSynced: () => boolean;
  /** The access with which the document was opened, once after each opening. */
  readonly takeScope: () => 'read-write' | 'readonly' | null;
  destroy(): void;
};

export type DocumentLinkOptions = {
  readonly kind: DocumentKind;
  readonly roomId: string;
  readonly socket: HocuspocusProviderWebsocket;
  readonly token: () => string;
  readonly onChange: () => void;
  readonly onStateless?: (payload: string) => void;
};

/** Parts of the provider that its own code keeps to itself, and that have to be put right at each handshake. */
type Internals = {
  startSync(): void;
  flushTimeout: ReturnType<typeof setTimeout> | null;
  pendingUpdates: Uint8Array[];
};

/**
 * One document over the room's socket. `unsyncedChanges` is 0 only when the server has everything: the handshake
 * carries what was edited offline, so what the provider had gathered for sending is dropped when it starts (counted
 * twice, its acknowledgements would make the number reach 0 too early).
 */
export function linkDocument(options: DocumentLinkOptions): DocumentLink {
  const { kind, roomId, socket, token, onChange, onStateless } = options;
  const doc = new Doc();
  let wasSynced = false;
  let scope: 'read-write' | 'readonly' | null = null;
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: `${roomId}${SUFFIXES[kind]}`,
    document: doc,
    token,
    flushDelay: FLUSH_DELAY_MS,
    ...(kind === 'notes' ? { awareness: null } : {}),
    onOpen: () => raiseClock(provider),
    onSynced: () => {
      wasSynced = true;
      onChange();
    },
    onUnsyncedChanges: onChange,
    onAuthenticated: ({ scope: given }) => {
      scope = given === 'readonly' ? 'readonly' : 'read-write';
      onChange();
    },
    onStateless: ({ payload }) => onStateless?.(payload),
  });
  dropGathered(provider);
  provider.attach();
  return {
    kind,
    doc,
    provider,
    isSynced: () => provider.isAuthenticated && provider.isSynced,
    wasSynced: () => wasSynced,
    takeScope: () => {
      const taken = scope;
      scope = null;
      return taken;
    },
    destroy: () => {
      provider.destroy();
      doc.destroy();
    },
  };
}

/** The handshake carries what the provider had gathered for sending. */
function dropGathered(provider: HocuspocusProvider): void {
  const internals = provider as unknown as Internals;
  const startSync = internals.startSync.bind(provider);
  internals.startSync = () => {
    clearTimeout(internals.flushTimeout ?? undefined);
    internals.flushTimeout = null;
    internals.pendingUpdates = [];
    startSync();
  };
}

/** Others have removed our presence when the last socket closed; they take it back with a higher clock only. */
function raiseClock(provider: HocuspocusProvider): void {
  const state = provider.awareness?.getLocalState();
  if (state) provider.awareness?.setLocalState(state);
}
