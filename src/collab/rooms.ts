import type { Db } from '../db/types.ts';
import { CollabServiceUnavailable } from '../ports/collab-errors.ts';
import type { Documents, LoadFailure } from './documents.ts';

import type { LiveDocument, LiveRoom, RoomFacts } from './live.ts';
import { documentKinds, documentName } from './names.ts';
import { findRoom, listDirtyMarks, type StoredRoom } from './store-queries.ts';

export type RoomsDeps = {
  readonly db: Db;
  readonly documents: Documents;
  /** Time without sockets after which a room is unloaded. */
  readonly unloadMs: number;
  /** Nothing is unloaded while the disk refuses what is written. */
  readonly mayUnload: () => boolean;
};

/** The rooms in memory. */
export type Rooms = {
  find(roomId: string): LiveRoom | undefined;
  all(): IterableIterator<LiveRoom>;
  /**
   * The room with its three documents in memory, loaded from the store if need be; only then it takes over `facts`.
   * A failure when it was never made or cannot be opened.
   */
  open(roomId: string, facts: RoomFacts): Promise<LiveRoom | LoadFailure>;
  /** Runs alone among everything that opens, unloads or erases this room. */
  exclusively<T>(roomId: string, run: () => Promise<T>): Promise<T>;
  /** Compacts and unloads; false if somebody came, or the disk refused. Call it exclusively. */
  unload(room: LiveRoom): Promise<boolean>;
  /** Takes the room out of memory as it is. */
  drop(room: LiveRoom): void;
  /** Unloads the room later, unless somebody comes before. */
  armIdle(room: LiveRoom): void;
  /** Live documents by name. */
  documentsNamed(names: ReadonlySet<string>): LiveDocument[];
  stop(): void;
};

/** An empty registry. */
export function createRooms(deps: RoomsDeps): Rooms {
  return new LiveRooms(deps);
}

class LiveRooms implements Rooms {
  readonly #deps: RoomsDeps;
  readonly #rooms = new Map<string, LiveRoom>();
  readonly #turns = new Map<string, Promise<unknown>>();
  #isStopped = false;

  constructor(deps: RoomsDeps) {
    this.#deps = deps;
  }

  find = (roomId: string): LiveRoom | undefined => this.#rooms.get(roomId);

  all = (): IterableIterator<LiveRoom> => this.#rooms.values();

  documentsNamed = (names: ReadonlySet<string>): LiveDocument[] =>
    [...this.#rooms.values()].flatMap((room) =>
      [...room.documents.values()].filter((live) => names.has(live.name)),
    );

  exclusively = async <T>(roomId: string, run: () => Promise<T>): Promise<T> => {
    const before = this.#turns.get(roomId);
    const mine = (before ?? Promise.resolve()).then(run, run);
    this.#turns.set(roomId, mine);
    try {
      return await mine;
    } finally {
      if (this.#turns.get(roomId) === mine) this.#turns.delete(roomId);
    }
  };

  open = (roomId: string, facts: RoomFacts): Promise<LiveRoom | LoadFailure> =>
    this.exclusively(roomId, () => this.#open(roomId, facts));

  unload = async (room: LiveRoom): Promise<boolean> => {
    for (const live of [...room.documents.values()])
      if (!(await this.#deps.documents.compact(live))) return false;
    if (room.sockets.size > 0 || this.#rooms.get(room.roomId) !== room) return false;
    // Written while another document was compacted: the journal has it, and here nothing can come between.
    this.drop(room);
    return true;
  };

  drop = (room: LiveRoom): void => {
    clearTimeout(room.idle);
    for (const live of [...room.documents.values()]) this.#deps.documents.detach(live);
    if (this.#rooms.get(room.roomId) === room) this.#rooms.delete(room.roomId);
  };

  armIdle = (room: LiveRoom): void => {
    clearTimeout(room.idle);
    if (this.#isStopped) return;
    room.idle = setTimeout(() => void this.#unloadIdle(room), this.#deps.unloadMs).unref();
  };

  stop = (): void => {
    this.#isStopped = true;
    for (const room of [...this.#rooms.values()]) this.drop(room);
  };

  async #open(roomId: string, facts: RoomFacts): Promise<LiveRoom | LoadFailure> {
    if (this.#isStopped) throw CollabServiceUnavailable();
    const stored = findRoom(this.#deps.db, roomId);
    if (!stored) return 'missing';
    const known = this.#rooms.get(roomId);
    const room = known ?? this.#createRoom(roomId, stored, facts);
    for (const kind of documentKinds) {
      if (room.documents.has(kind)) continue;
      const live = await this.#deps.documents.open(room, kind);
      if (typeof live === 'object') continue;
      if (!known) this.drop(room);
      return live;
    }
    if (this.#isStopped) {
      this.drop(room);
      throw CollabServiceUnavailable();
    }
    this.#rooms.set(roomId, room);
    if (room.sockets.size === 0) this.armIdle(room);
    return room;
  }

  #createRoom(roomId: string, { createdAtMs, snapshotHash }: StoredRoom, facts: RoomFacts): LiveRoom {
    const { db } = this.#deps;
    const names = documentKinds.map((kind) => documentName(roomId, kind));
    const dirty = names.flatMap((name) => listDirtyMarks(db, name).map((userId) => `${name} ${userId}`));
    return {
      roomId,
      createdAtMs,
      phase: facts.phase,
      isLocked: facts.editorLocked,
      lockedBy: facts.lockedBy ?? null,
      lockedAtMs: null,
      language: facts.language,
      documents: new Map(),
      sockets: new Set(),
      dirty: new Set(dirty),
      chatBuckets: new Map(),
      snapshotHash,
      idle: undefined,
    };
  }

  async #unloadIdle(room: LiveRoom): Promise<void> {
    await this.exclusively(room.roomId, async () => {
      if (room.sockets.size > 0 || this.#rooms.get(room.roomId) !== room) return;
      if (!this.#deps.mayUnload() || !(await this.unload(room))) this.armIdle(room);
    });
  }
}
