import type { Document, Hocuspocus } from '@hocuspocus/server';
import { encodeStateAsUpdate } from 'yjs';
import type { Db } from '../db/types.ts';
import { writeNow } from '../db/write.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { type Absence, type AtRest, seqOf, updatesOf } from './at-rest.ts';
import type { Journal } from './journal.ts';
import type { LiveDocument, LiveRoom, SocketContext } from './live.ts';
import { type DocumentKind, documentName } from './names.ts';
import { applyAll } from './rebuild.ts';
import { findRecoverySeq } from './snapshot-queries.ts';
import { findDocument, storeState } from './store-queries.ts';

export type DocumentsDeps = {
  readonly db: Db;
  readonly store: { readonly journal: Journal; readonly atRest: AtRest };
  readonly hocuspocus: () => Hocuspocus<SocketContext>;
  readonly clock: Clock;
  readonly log: Log;
  /** A document has come into memory; nobody has it yet. */
  readonly onOpened: (live: LiveDocument) => void;
};

/** unreadable: the database could not be read. */
export type LoadFailure = Absence | 'unreadable';

export type Documents = {
  /** Body of the library's load hook: fills the document from the store. Never rejects. */
  load(document: Document, name: string): Promise<void>;
  /** Brings a document into memory and pins it there. */
  open(room: LiveRoom, kind: DocumentKind): Promise<LiveDocument | LoadFailure>;
  /** Writes the whole state and drops the journal before it; false if the database refused (the journal has it all). */
  compact(live: LiveDocument): Promise<boolean>;
  /** Takes the document out of memory at once; whatever the journal lacks of it is lost. */
  detach(live: LiveDocument): void;
  isLive(live: LiveDocument): boolean;
  liveOf(document: Document): LiveDocument | undefined;
  /** The next load of this document leaves out updates that wait for others. Their authors still have them. */
  dropPending(name: string): void;
  /** Appends an update that has just been applied. */
  append(live: LiveDocument, update: Uint8Array): void;
};

type Loaded = Pick<LiveDocument, 'seq' | 'storedBytes' | 'sinceBytes' | 'recoverySeq'>;
type Load = Loaded | LoadFailure | { readonly broken: string };

const RETRY_MS = 10_000;
const OPEN_ATTEMPTS = 3;

/** Documents between store and memory. The library never unloads them: they are pinned, and unloaded from here. */
export function createDocuments(deps: DocumentsDeps): Documents {
  return new LoadedDocuments(deps);
}

class LoadedDocuments implements Documents {
  readonly #deps: DocumentsDeps;
  readonly #loads = new WeakMap<Document, Load>();
  readonly #live = new WeakMap<Document, LiveDocument>();
  readonly #withoutPending = new Set<string>();

  constructor(deps: DocumentsDeps) {
    this.#deps = deps;
  }

  liveOf = (document: Document): LiveDocument | undefined => this.#live.get(document);

  isLive = (live: LiveDocument): boolean =>
    live.room.documents.get(live.kind) === live &&
    this.#deps.hocuspocus().documents.get(live.name) === live.document;

  load = async (document: Document, name: string): Promise<void> => {
    this.#loads.set(document, await this.#read(document, name));
    // What loading has changed is not news: without this the first client would get the whole document twice.
    document.flush();
  };

  open = async (room: LiveRoom, kind: DocumentKind): Promise<LiveDocument | LoadFailure> => {
    const name = documentName(room.roomId, kind);
    for (let attempt = 0; attempt < OPEN_ATTEMPTS; attempt++) {
      const { document } = await this.#deps.hocuspocus().openDirectConnection(name);
      if (!document) continue;
      // The library may hand out a document that it is just unloading.
      if (this.#deps.hocuspocus().documents.get(name) !== document || document.isDestroyed) continue;
      const load = this.#loads.get(document) ?? 'unreadable';
      if (typeof load === 'object' && 'seq' in load) return this.#adopt(room, kind, document, load);
      this.#remove(document);
      if (typeof load === 'string') return load;
      if (!(await this.#repair(name, load.broken))) return 'quarantined';
    }
    return 'unreadable';
  };

  compact = async (live: LiveDocument): Promise<boolean> => {
    const { db, store, clock, log } = this.#deps;
    try {
      while (db.gate.isClosed) await db.gate.pass();
      // From here on one synchronous block: the state holds exactly what is appended up to live.seq.
      if (!this.isLive(live)) return true;
      if (!store.journal.commit()) return false;
      if (live.sinceBytes === 0) return true;
      const state = encodeStateAsUpdate(live.document);
      writeNow(db, (tx) => storeState(tx, live.name, { state, uptoSeq: live.seq, nowMs: clock.now() }));
      live.storedBytes = state.byteLength;
      live.sinceBytes = 0;
      return true;
    } catch (error) {
      log.warn({ err: error, document: live.name }, 'a document could not be compacted; the journal has it');
      live.retry ??= setTimeout(() => {
        live.retry = undefined;
        void this.compact(live);
      }, RETRY_MS).unref();
      return false;
    }
  };

  detach = (live: LiveDocument): void => {
    clearTimeout(live.retry);
    live.room.documents.delete(live.kind);
    this.#remove(live.document);
  };

  dropPending = (name: string): void => {
    this.#withoutPending.add(name);
  };

  append = (live: LiveDocument, update: Uint8Array): void => {
    this.#deps.store.journal.append(live, update);
    live.sinceBytes += update.byteLength;
  };

  async #read(document: Document, name: string): Promise<Load> {
    const { db, store, log } = this.#deps;
    try {
      while (db.gate.isClosed) await db.gate.pass();
      // A former copy of this document may have left rows in the batch.
      store.journal.commit();
      const stored = findDocument(db, name);
      if (!stored) return 'missing';
      if (stored.isQuarantined) return 'quarantined';
      const broken = applyAll(document, updatesOf(stored));
      if (broken !== null) return { broken };
      if (this.#withoutPending.delete(name)) {
        log.error(
          { document: name, alert: true },
          'updates that wait for others were left out of a document',
        );
        document.store.pendingStructs = null;
        document.store.pendingDs = null;
      }
      return {
        seq: seqOf(stored),
        storedBytes: stored.state.byteLength,
        sinceBytes: stored.rows.reduce((bytes, row) => bytes + row.bytes.byteLength, 0),
        recoverySeq: findRecoverySeq(db, name),
      };
    } catch (error) {
      log.error({ err: error, document: name }, 'a document could not be read');
      return 'unreadable';
    }
  }

  #adopt(room: LiveRoom, kind: DocumentKind, document: Document, loaded: Loaded): LiveDocument {
    const live: LiveDocument = {
      ...loaded,
      name: document.name,
      kind,
      room,
      document,
      owners: new Map(),
      retry: undefined,
    };
    this.#live.set(document, live);
    room.documents.set(kind, live);
    document.on('update', (update: Uint8Array, origin: unknown) => this.#ownWrite(live, update, origin));
    this.#deps.onOpened(live);
    return live;
  }

  /** The server's own changes; those of clients are appended where they are applied. */
  #ownWrite(live: LiveDocument, update: Uint8Array, origin: unknown): void {
    if ((origin as { source?: unknown } | null)?.source === 'connection' || !this.isLive(live)) return;
    try {
      this.append(live, update);
    } catch (error) {
      this.#deps.log.error({ err: error, document: live.name }, 'a change of the server was not journalled');
    }
  }

  #remove(document: Document): void {
    const { documents } = this.#deps.hocuspocus();
    document.removeDirectConnection();
    if (documents.get(document.name) === document) documents.delete(document.name);
    if (!document.isDestroyed) document.destroy();
  }

  async #repair(name: string, reason: string): Promise<boolean> {
    try {
      return await this.#deps.store.atRest.repair(name, reason);
    } catch (error) {
      this.#deps.log.error({ err: error, document: name }, 'a broken document could not be kept aside');
      return false;
    }
  }
}
