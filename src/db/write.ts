import { statement } from './client.ts';
import { storageFailure } from './errors.ts';
import type { Db, Raw, Tx } from './types.ts';

/** The callback's type refuses promises: what follows an await would run outside the transaction. */
export type Synchronous<T> = T extends PromiseLike<unknown> ? never : T;

const begin = statement('BEGIN IMMEDIATE');
const commit = statement('COMMIT');
const rollback = statement('ROLLBACK');

/**
 * Runs `run` in one transaction on the writing connection and resolves with its result after COMMIT. What it throws
 * rolls everything back and rejects. Committed is not yet durable: whatever leaves the process waits for `db.durable`.
 * Rejects with SERVICE_UNAVAILABLE when the storage refuses (locked, full, not writable) or the gate stays closed.
 */
export async function write<T>(db: Db, run: (tx: Tx) => Synchronous<T>): Promise<T> {
  while (db.gate.isClosed) await db.gate.pass();
  return transact(db, run) as T;
}

/**
 * As write(), at once. For the batches of `durable.onBatch`, which never run while the gate is closed; throws if it is.
 */
export function writeNow<T>(db: Db, run: (tx: Tx) => Synchronous<T>): T {
  if (db.gate.isClosed && !db.gate.isShut)
    throw new Error('writeNow() while the gate is closed: use write()');
  return transact(db, run) as T;
}

function transact<T>(db: Db, run: (tx: Tx) => Synchronous<T>): Synchronous<T> {
  const { raw, orm, durable } = db;
  if (durable.failure) throw durable.failure;
  if (raw.inTransaction) throw new Error('write() inside write(): pass the tx on instead');
  const consequences: (() => void)[] = [];
  let isOpen = true;
  const afterCommit = (consequence: () => void) => {
    if (!isOpen) throw new Error('afterCommit() after the end of the transaction');
    consequences.push(consequence);
  };
  let result: Synchronous<T>;
  try {
    begin(db).run();
    result = run({ raw, orm, afterCommit });
    refusePromise(result);
    commit(db).run();
  } catch (error) {
    undo(db, raw);
    db.refusals.note(error);
    throw storageFailure(error);
  } finally {
    isOpen = false;
  }
  durable.touch();
  for (const consequence of consequences) runLogged(db, consequence);
  return result;
}

function refusePromise(result: unknown): void {
  if (typeof result !== 'object' || result === null || !('then' in result)) return;
  if (typeof result.then !== 'function') return;
  // Its rejection (changes after the end of the transaction are refused) must not end the process.
  if (result instanceof Promise) result.catch(() => {});
  throw new TypeError('The callback of write() must be synchronous');
}

function undo(db: Db, raw: Raw): void {
  if (!raw.inTransaction) return;
  try {
    rollback(db).run();
  } catch (error) {
    db.log.error({ err: error }, 'rollback failed');
  }
}

function runLogged(db: Db, consequence: () => void): void {
  try {
    consequence();
  } catch (error) {
    db.log.error({ err: error }, 'a consequence of a committed transaction failed');
  }
}
