import { Doc, encodeStateAsUpdate } from 'yjs';
import type { Db, Tx } from '../db/types.ts';
import { write } from '../db/write.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Log } from '../kernel/log.ts';
import type { Journal } from './journal.ts';
import { applyAll, rebuild } from './rebuild.ts';
import { listRecoveryStates } from './snapshot-queries.ts';
import { closeDocument, findDocument, keepAside, type StoredDocument, storeState } from './store-queries.ts';

export type AtRestDeps = {
  readonly db: Db;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly log: Log;
};

/** missing: never made; quarantined: it does not decode and is closed until somebody has repaired it. */
export type Absence = 'missing' | 'quarantined';

/** Documents in the store, read and written without taking them into memory as live ones. */
export type AtRest = {
  /** Gives the whole document to `use`, repaired if need be, and puts it away after. Rejects when it cannot be read. */
  read<T>(name: string, use: (document: Doc, seq: number) => T): Promise<{ readonly value: T } | Absence>;
  /** Makes state and journal one state. Only of a document that is not live. Rejects when the database refuses. */
  merge(name: string): Promise<void>;
  /** Keeps aside what does not decode and puts the document together anew; false if nothing can be made of it. */
  repair(name: string, reason: string): Promise<boolean>;
};

/** Journal row up to which the document goes. */
export function seqOf(stored: StoredDocument): number {
  return stored.rows.at(-1)?.seq ?? stored.uptoSeq;
}

/** The updates that make up a stored document. */
export function updatesOf(stored: StoredDocument): Uint8Array[] {
  return [stored.state, ...stored.rows.map((row) => row.bytes)];
}

/** Documents at rest in this database. */
export function createAtRest(deps: AtRestDeps): AtRest {
  const { db, journal, clock, log } = deps;

  const read: AtRest['read'] = async (name, use) => {
    for (let isRepaired = false; ; isRepaired = true) {
      while (db.gate.isClosed) await db.gate.pass();
      // Rows of a copy that is gone may still be gathered.
      journal.commit();
      const stored = findDocument(db, name);
      if (!stored) return 'missing';
      if (stored.isQuarantined) return 'quarantined';
      const document = new Doc();
      try {
        const broken = applyAll(document, updatesOf(stored));
        if (broken === null) return { value: use(document, seqOf(stored)) };
        if (isRepaired || !(await repair(name, broken))) return 'quarantined';
      } finally {
        document.destroy();
      }
    }
  };

  const merge: AtRest['merge'] = async (name) => {
    const merged = await read(name, (document, seq) => ({ state: encodeStateAsUpdate(document), seq }));
    if (typeof merged === 'string') return;
    const { state, seq } = merged.value;
    await write(db, (tx) => {
      const stored = findDocument(tx, name);
      if (stored && stored.rows.length > 0 && seqOf(stored) === seq)
        storeState(tx, name, { state, uptoSeq: seq, nowMs: clock.now() });
    });
  };

  const repair: AtRest['repair'] = async (name, reason) => {
    const repaired = await write(db, (tx) => repairStored(tx, name, reason, clock.now()));
    if (repaired === null)
      log.error({ document: name, reason, alert: true }, 'a document does not decode: kept aside and closed');
    else
      log.error(
        { document: name, reason, ...repaired, alert: true },
        'a document did not decode: kept aside, and put together anew from its newest snapshot and its journal',
      );
    return repaired !== null;
  };

  return { read, merge, repair };
}

/** Null when the document is closed now. */
function repairStored(
  tx: Tx,
  name: string,
  reason: string,
  nowMs: number,
): { fromSnapshot: boolean; droppedRows: number } | null {
  const stored = findDocument(tx, name);
  if (!stored || stored.isQuarantined) return null;
  const recovery = listRecoveryStates(tx, name);
  keepAside(tx, name, reason, nowMs);
  const rebuilt = rebuild({
    state: stored.state,
    recovery: recovery.map(({ state }) => state),
    rows: stored.rows.map(({ bytes }) => bytes),
  });
  if (!rebuilt) {
    closeDocument(tx, name, nowMs);
    return null;
  }
  // Numbers only grow, whatever of the journal is left: rows that come later must not be taken for part of this state.
  const uptoSeq = Math.max(seqOf(stored), stored.uptoSeq, recovery[0]?.seq ?? 0);
  storeState(tx, name, { state: rebuilt.state, uptoSeq, nowMs });
  return { fromSnapshot: !rebuilt.isStateGood, droppedRows: rebuilt.droppedRows };
}
