import type { Db } from '../db/types.ts';
import { writeNow } from '../db/write.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import { deleteDirtyMark, insertDirtyMark, insertJournalRow } from './store-queries.ts';

/** Where a document's journal stands; moves with every row appended. */
export type JournalHead = { readonly name: string; seq: number };

export type JournalDeps = {
  readonly db: Db;
  readonly clock: Clock;
  readonly log: Log;
  /** The database refused a batch: memory is ahead of the file for these documents. */
  readonly onRefused: (documents: ReadonlySet<string>, error: Error) => void;
  readonly onCommitted: () => void;
};

/** Accepted updates on their way to the disk: one transaction for all rooms per flush. */
export type Journal = {
  /** Adds an update. Nothing may leave the process before the flush that follows; throws once storage has failed. */
  append(head: JournalHead, bytes: Uint8Array): void;
  /** Sets or clears the mark that this user's copy of the document may hold refused edits. */
  mark(name: string, userId: string, isDirty: boolean): void;
  /** Commits what has been gathered; false if the database refused it. Only while the writers' gate is open. */
  commit(): boolean;
  /** Drops what is gathered for a document that is being erased. */
  forget(name: string): void;
  pendingBytes(): number;
  /** Age of the oldest update that is not committed, in milliseconds. */
  oldestMs(): number;
};

type Row = { readonly name: string; readonly seq: number; readonly bytes: Uint8Array };
type Mark = { readonly name: string; readonly userId: string; readonly isDirty: boolean };

/** The journal over one database. Its batch is committed when a flush starts. */
export function createJournal(deps: JournalDeps): Journal {
  return new BatchedJournal(deps);
}

class BatchedJournal implements Journal {
  readonly #deps: JournalDeps;
  #rows: Row[] = [];
  #marks = new Map<string, Mark>();
  #bytes = 0;
  #sinceMs: number | null = null;

  constructor(deps: JournalDeps) {
    this.#deps = deps;
    deps.db.durable.onBatch(() => {
      this.commit();
    });
  }

  append = (head: JournalHead, bytes: Uint8Array): void => {
    this.#deps.db.durable.touch();
    head.seq += 1;
    // Copied: the bytes are a view into the frame that brought them, or into a buffer of the network.
    this.#rows.push({ name: head.name, seq: head.seq, bytes: bytes.slice() });
    this.#bytes += bytes.byteLength;
    this.#sinceMs ??= this.#deps.clock.now();
  };

  mark = (name: string, userId: string, isDirty: boolean): void => {
    this.#deps.db.durable.touch();
    this.#marks.set(`${name} ${userId}`, { name, userId, isDirty });
  };

  commit = (): boolean => {
    if (this.#rows.length === 0 && this.#marks.size === 0) return true;
    // Not a refusal: the rows stay, and so do the documents.
    if (this.#deps.db.gate.isClosed) throw new Error('commit() while the gate is closed');
    const rows = this.#rows;
    const marks = [...this.#marks.values()];
    this.#rows = [];
    this.#bytes = 0;
    this.#sinceMs = null;
    try {
      this.#write(rows, marks);
    } catch (error) {
      this.#refuse(rows, error as Error);
      return false;
    }
    // What was marked anew meanwhile cannot be: this is one synchronous block.
    this.#marks.clear();
    this.#deps.onCommitted();
    return true;
  };

  forget = (name: string): void => {
    this.#rows = this.#rows.filter((row) => row.name !== name);
    for (const [key, mark] of this.#marks) if (mark.name === name) this.#marks.delete(key);
  };

  pendingBytes = (): number => this.#bytes;

  oldestMs = (): number => (this.#sinceMs === null ? 0 : Math.max(0, this.#deps.clock.now() - this.#sinceMs));

  #write(rows: readonly Row[], marks: readonly Mark[]): void {
    writeNow(this.#deps.db, (tx) => {
      for (const row of rows) insertJournalRow(tx, row.name, row.seq, row.bytes);
      const nowMs = this.#deps.clock.now();
      for (const { name, userId, isDirty } of marks) {
        if (isDirty) insertDirtyMark(tx, name, userId, nowMs);
        else deleteDirtyMark(tx, name, userId);
      }
    });
  }

  /** The marks stay for the next batch; the rows are lost with their documents, and their senders still have them. */
  #refuse(rows: readonly Row[], error: Error): void {
    this.#deps.log.error({ err: error, rows: rows.length }, 'the journal was refused');
    this.#deps.onRefused(new Set(rows.map((row) => row.name)), error);
  }
}
